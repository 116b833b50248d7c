"""Methods that customers have saved: consents, saving, charging, removing.

Four things are kept apart: the method (what a provider keeps, ``SavedMethod``), the mandate (what the customer agreed
to about it, ``Mandate``), what is due (an invoice), and each charge (``PaymentAttempt.saved_method``). A charge while
the customer is absent needs a live mandate of its scope and subject; one that they press for needs none.
"""
