"""The second of two savers waits, then reads what the first saved."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from catalogue.plans import publishing
from catalogue.plans.models import Discount, Period, SoftwareProduct


def hold(model: type[Model], pk: Any) -> None:
    """Lock one row until the transaction ends, after the price locks, as everywhere else."""
    if issubclass(model, Period | Discount):
        publishing.lock_all()
    elif issubclass(model, SoftwareProduct):
        publishing.lock(pk)
    # NO KEY: rows that refer to it may be written meanwhile. list() runs the query, which takes the lock.
    list(model._default_manager.filter(pk=pk).select_for_update(no_key=True, of=("self",)).values_list("pk"))
