"""A customer gets a copy of what the shop holds about them, and is erased.

What there is, and what becomes of it, each room tells in its ``personal_data.py`` (``core.personal_data``). Both are a
``DataRequest``: asked for by the customer in their account, or by staff with a right and a reason; carried out by the
worker.

*Copy* (``exports``): a ZIP of JSON files and of uploads, which only the logged-in customer fetches, for
``EXPORT_KEEP_DAYS``. Notes of staff about the customer are in it, for they are about the customer; who wrote them is
not. Secrets, and other people, are not.

*Erasure* (``erasures``): after ``ERASURE_WAIT_DAYS``, in which the link in a mail withdraws it. First the account is
closed and its sessions end; two minutes later, when no request of theirs can still be at work, everything is erased in
one transaction, so that a worker that is killed leaves all or nothing, and the next one goes on. Money, invoices,
consents and the history of staff's acts stay, as ``kept`` says, under the number of the account. Something open, such
as a payment under way, puts it off by a day, and the customer is told. The e-mail is free again: whoever orders with
it next is a new customer.
"""
