"""Papers: invoice, act, credit note and others, each issued once, numbered, frozen and kept.

``content`` is what a document says, as data; pages, PDF and XML are made from it alone. What causes a document (an
invoice, a payment, a refund) writes a ``DocumentRequest`` in its own transaction (``receivers``, ``asking``). The
worker issues it (``issuing``): it has the content put together (``building``) and the files made (``making``), and then
takes the number and writes the frozen ``Document`` in one transaction, in which ``signals.document_issued`` is sent.
A document that would be wrong is not issued: its request has failed and says why, and no number is used up. How a
seller issues them: ``DocumentSettings``.
"""
