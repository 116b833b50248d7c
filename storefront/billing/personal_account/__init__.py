"""The customer's personal account: what is on it, how funds are added, how invoices are paid from it.

The money is in the ledger (``services.ledger``): the account of a customer in a currency is the sum of its entries.
What can be spent is less: money that is kept for an invoice or about to be refunded stays where it is.
"""
