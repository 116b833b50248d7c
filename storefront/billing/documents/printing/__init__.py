"""The PDF of a document: ``page`` turns content into words and figures, ``pdf`` sets them with Typst.

Everything that depends on a language or a currency is decided in Python; the templates (``../templates``) only lay out
texts, which enter as JSON, so that nothing typed by anybody is taken for markup.
"""
