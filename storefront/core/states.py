"""State machines: a table per model, one function that applies it.

A table maps a state to the states it may become. The function must run inside a transaction; it locks the row,
re-reads it, checks the table and saves. A caller that lost a race learns it from ``changed=False``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import connection, models

Transitions = Mapping[str, frozenset[str]]
M = TypeVar("M", bound=models.Model)


class TransitionError(Exception):
    """The table does not allow this change."""


def lock(instance: M) -> M:
    """Lock the row of ``instance`` until the transaction ends and re-read all its fields into it.

    Rows that merely point at it may still be written meanwhile (keys never change here), so a lock can deadlock only
    with another lock. On SQLite the IMMEDIATE transaction is the lock. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a lock needs a transaction")
    manager = instance.__class__._base_manager  # not type(): request.user is a lazy proxy
    instance.refresh_from_db(from_queryset=manager.select_for_update(of=("self",), no_key=True))
    return instance


def hold(instance: models.Model) -> None:
    """Lock the row of ``instance``, if there is one, until the transaction ends; nothing is read into it."""
    rows = instance.__class__._base_manager.filter(pk=instance.pk)
    rows.select_for_update(of=("self",), no_key=True).first()


def apply(instance: models.Model, to: str, *, table: Transitions, field: str = "status", **changes: Any) -> bool:
    """Move a locked row to state ``to`` and set ``changes`` with it.

    Returns False, and changes nothing, if it is in that state already. Raises TransitionError if the table
    forbids the step.
    """
    current = getattr(instance, field)
    if current == to:
        return False
    if to not in table.get(current, frozenset()):
        raise TransitionError(f"{type(instance).__name__} {instance.pk}: {current} -> {to}")
    setattr(instance, field, to)
    for name, value in changes.items():
        setattr(instance, name, value)
    instance.save(update_fields=[field, *changes])
    return True
