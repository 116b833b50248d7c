"""Who comes second waits, and reads what the first has saved."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from catalogue.plans import publishing
from catalogue.plans.models import Discount, Period, SoftwareProduct


def hold(model: type[Model], pk: Any) -> None:
    """Lock one thing against other editors until the transaction ends, in the order of all locks on prices."""
    if issubclass(model, Period | Discount):
        publishing.lock_all()
    elif issubclass(model, SoftwareProduct):
        publishing.lock(pk)
    # NO KEY: rows that only name it may be written meanwhile. In a list, for a lock is taken by reading.
    list(model._default_manager.filter(pk=pk).select_for_update(no_key=True, of=("self",)).values_list("pk"))
