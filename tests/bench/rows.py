"""Rows of a model written past it, as fast as the database takes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

#: Primary keys of what is written begin after this.
BASE = 1_000_000
BATCH = 20_000

#: What a column holds, by the number of the row.
Column = Callable[[int], Any]


def key(number: int) -> int:
    return BASE + number


def fill(model: type[models.Model], numbers: range, *, pk_of: Column = key, **values: Any) -> None:
    """A row for each number: each value as it is, or called with the number; the rest as the model's defaults."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    makers: list[Column] = []
    for field in fields:
        value = pk_of if field.primary_key else values.pop(field.attname, _default(field))
        if callable(value):
            makers.append(partial(_stored, field, value))
        else:
            makers.append(partial(_same, field.get_db_prep_save(value, connection)))
    if values:
        raise TypeError(f"{model.__name__} has no {', '.join(values)}")
    columns = ", ".join(f'"{field.column}"' for field in fields)
    for at in range(0, len(numbers), BATCH):
        insert(model, columns, ([make(n) for make in makers] for n in numbers[at : at + BATCH]), len(fields))


def _stored(field: models.Field[Any, Any], value: Column, number: int) -> Any:
    return field.get_db_prep_save(value(number), connection)


def _same(stored: Any, number: int) -> Any:
    return stored


def _default(field: models.Field[Any, Any]) -> Any:
    is_moment = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return timezone.now() if is_moment else field.get_default()


def insert(model: type[models.Model], columns: str, rows: Any, width: int) -> None:
    """Rows into the table of a model: by COPY, where the database knows it."""
    table = f'"{model._meta.db_table}"'
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * width)
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
