"""What a document says, put together from invoices, payments and refunds: one module per kind of source.

Each builder is called with the document's number and day, in the transaction that issues it.
"""
