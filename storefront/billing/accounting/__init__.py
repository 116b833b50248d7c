"""A month for the accountant: the ledger as a journal with the accounts that they name, tax by country and rate,
payments, refunds and documents; also as a file for DATEV and for 1C.

All amounts are those the ledger has booked, on the day of the booking in the shop's time zone, by the same functions as
the reports (``billing.reports``). Sales are split by the lines of their invoices into net and tax. Currencies are never
added up; only the OSS return (``oss``) and DATEV's file convert them, at published rates (``services.exchange``).
``accounts`` maps ours to the accountant's.
"""
