"""The rows of the test database as it holds them: read, compared and put back, whatever tables there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.db import connection, transaction

#: Table -> its rows. A row is opaque: on SQLite the values as they are stored, on PostgreSQL its text.
Rows = dict[str, frozenset[Any]]

#: A compound SELECT has at most 500 parts on SQLite.
_AT_ONCE = 400
_columns: dict[str, str] = {}


def tables_with_rows() -> list[str]:
    """Names of all tables that are not empty."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found: list[str] = []
        for start in range(0, len(names), _AT_ONCE):
            parts = [
                f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names[start : start + _AT_ONCE]
            ]
            cursor.execute(" UNION ALL ".join(parts))
            found += [name for (name,) in cursor.fetchall()]
    return found


def read(tables: Iterable[str]) -> Rows:
    """The rows of these tables, as they are stored."""
    with connection.cursor() as cursor:
        return {table: _read(cursor, table) for table in tables}


def put(old: Rows, new: Rows) -> None:
    """Make ``new`` of ``old``, which is what those tables hold; in one transaction, triggers for rows put aside.

    Foreign keys are checked at the end of a transaction; on PostgreSQL not at all, the rows were valid when read.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for table in old.keys() | new.keys():
            before, after = old.get(table, frozenset()), new.get(table, frozenset())
            if gone := before - after:
                _delete(cursor, table, gone if after else None)
            if come := after - before:
                _insert(cursor, table, come)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def number_apart() -> None:
    """Let the numbers of each table go on from a thousand of its own."""
    with connection.cursor() as cursor:
        for position, table in enumerate(sorted(connection.introspection.table_names(cursor)), start=1):
            for sequence in connection.introspection.get_sequences(cursor, table):
                if connection.vendor == "postgresql":
                    cursor.execute("SELECT setval(%s, %s)", [sequence["name"], position * 1000])
                    continue
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, position * 1000])


class Ground:
    """What the database holds before any test: permissions, content types and whatever else its creation wrote."""

    def __init__(self) -> None:
        self._rows = read(tables_with_rows())

    def restore(self) -> None:
        """As ``flush`` does, but only the tables that were written are touched. Sequences go on."""
        put(read({*tables_with_rows(), *self._rows}), self._rows)
        ContentType.objects.clear_cache()
        Site.objects.clear_cache()


def _read(cursor: Any, table: str) -> frozenset[Any]:
    if connection.vendor == "postgresql":
        cursor.execute(f'SELECT t::text FROM "{table}" t')
        return frozenset(text for (text,) in cursor.fetchall())
    # "+" keeps Python's sqlite3 from converting the values of columns that are declared as dates and the like
    cursor.execute(f'SELECT {_column_list(cursor, table, "+")} FROM "{table}"')
    return frozenset(cursor.fetchall())


def _delete(cursor: Any, table: str, rows: frozenset[Any] | None) -> None:
    """Delete these rows; all there are if None."""
    if rows is None:
        cursor.execute(f'DELETE FROM "{table}"')
    elif connection.vendor == "postgresql":
        cursor.execute(f'DELETE FROM "{table}" t WHERE t::text = ANY(%s)', [list(rows)])
    else:
        condition = _column_list(cursor, table, "").replace(", ", " IS %s AND ") + " IS %s"
        cursor.executemany(f'DELETE FROM "{table}" WHERE {condition}', list(rows))


def _insert(cursor: Any, table: str, rows: frozenset[Any]) -> None:
    columns = _column_list(cursor, table, "")
    if connection.vendor == "postgresql":
        values = _column_list(cursor, table, "(r).")
        made = f'SELECT text::"{table}" AS r FROM unnest(%s::text[]) text'
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM ({made}) made', [list(rows)])
    else:
        marks = ", ".join(["%s"] * (columns.count(", ") + 1))
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', list(rows))


def _column_list(cursor: Any, table: str, prefix: str) -> str:
    """The names of the stored columns, each after ``prefix``."""
    if table not in _columns:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
                "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
                [f'"{table}"'],
            )
        else:
            cursor.execute(f'SELECT name FROM pragma_table_info("{table}")')
        _columns[table] = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
    return prefix + _columns[table].replace(", ", f", {prefix}")
