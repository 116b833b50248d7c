"""Reading many rows as of one moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything that is read inside is of one moment, however long it takes; nothing may be written.

    https://www.postgresql.org/docs/current/transaction-iso.html#XACT-REPEATABLE-READ. Inside another transaction it is
    that one's moment.
    """
    is_outermost = not connection.in_atomic_block
    with _reading() if is_outermost else nullcontext(), transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _reading() -> Iterator[None]:
    """On SQLite our transactions begin as writers (``transaction_mode``), and there is one at a time; readers are in
    nobody's way: https://www.sqlite.org/lang_transaction.html"""
    if connection.vendor != "sqlite":
        yield
        return
    database: Any = connection  # only SQLite's has a mode
    usual = database.transaction_mode
    database.transaction_mode = "DEFERRED"
    try:
        yield
    finally:
        database.transaction_mode = usual
