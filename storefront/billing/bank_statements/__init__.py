"""Statements of the seller's bank accounts: imported from files, matched to invoices, booked as bank transfers.

A file (``models.StatementFile``) is read by the worker (``services.importing``): ``storefront.formats.bank_statements``
says what it holds, ``services.checks`` whether it fits what was imported before. Each movement becomes a
``StatementLine`` under a key that is the same in every file, so none is taken twice. ``matching`` proposes what a line
is for, with a score and reasons: pure, ``numbers`` and ``names`` beside it. ``services.deciding`` books what a person
confirms, through ``billing.transfers``; ``services.automatic`` what needs none, where the seller allows it: the exact
number, the exact amount, in the account's currency, of one invoice.
"""
