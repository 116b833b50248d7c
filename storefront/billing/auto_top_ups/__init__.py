"""Auto payment: rules, switch and mails. What is needed, and when it is charged, ``checkout.auto_payments`` knows.

The customer agrees to a cap for each calendar month of their time zone; that is the ``amount_limit`` of their mandate.
Each charge is a row (``AutoTopUpCharge``) before anybody is told of it: told, then charged; skipped or stopped by a
signed link without a log-in. Its invoice is an advance payment, so what it brings lies on the personal account.
"""
