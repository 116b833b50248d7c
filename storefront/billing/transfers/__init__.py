"""Bank transfer: our accounts, what a payer is told, and the money that comes.

A ``BankTransfer`` is one sum that came to one of our accounts, under a ``key`` that makes noting it twice harmless.
``services.booking.book`` says what it is for: invoices of one customer or of several, each with its part. The money
becomes a ``Payment`` for each customer (gateway ``bank_transfer``), and from there on it is like any other:

* enough for the invoice: it is paid, licenses and mails follow;
* less: the part is kept for the invoice (``PartPayment``), the same pay link asks for what is still due;
* more: the rest is on the customer's personal account, and they are told;
* late: as long as the invoice is open it is paid; once it is void, the money is on the personal account;
* twice: what a paid invoice no longer asks for is on the personal account;
* without a number: the transfer waits, in the ledger nothing happens, until somebody says whose it is.

What the bank takes back, and what was booked wrongly, is undone like a refund (``services.undoing``): the ledger is
never changed, and an invoice that it had paid alone is Refunded.
"""
