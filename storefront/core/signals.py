"""Signals that any room may send."""

from django.dispatch import Signal

#: Rows were written past ``Model.save()``, which says so itself, e.g. by ``bulk_create`` or ``update``; sent in the
#: same transaction. ``sender``: the model, ``rows``: a QuerySet of them.
rows_written = Signal()
