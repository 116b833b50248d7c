"""Sent in the transaction that issues a document; a receiver that fails undoes it."""

from django.dispatch import Signal

document_issued = Signal()  # document
earlier_documents_wanted = Signal()  # invoice: paid before there were documents
