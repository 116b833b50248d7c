"""Papers: invoice, act, credit note and others, each issued once, numbered, frozen and kept.

``content`` is what a document says, as data; pages, PDF and XML are made from it alone.
"""
