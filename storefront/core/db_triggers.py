"""What the database itself refuses: changing or deleting rows that are records.

Apps install it by a migration, for SQLite and PostgreSQL. SQLite drops a table's triggers whenever Django rebuilds
the table to alter it: a later migration that touches one of these tables must end with ``install`` again (tests on
migrated databases notice if it does not).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTables:
    """The records of one app. ``app`` prefixes the function on PostgreSQL; ``tables``: table -> columns that never
    change once written, "*" meaning the row never changes at all; ``message``: what the error says of a table."""

    app: str
    tables: Mapping[str, tuple[str, ...]]
    message: str = "is a record and is never changed or deleted"

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """(Re)create the triggers of every table there is; one that a later migration creates is left to that one.

        Raises NotImplementedError on a database nobody wrote them for.
        """
        self.remove(connection)
        with connection.cursor() as cursor:
            present = set(connection.introspection.table_names(cursor))
            for statement in self._statements(connection.vendor, present):
                cursor.execute(statement)

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Drop every trigger that is there."""
        with connection.cursor() as cursor:
            present = set(connection.introspection.table_names(cursor))
            for table in present.intersection(self.tables):
                for act in ("update", "delete"):
                    suffix = f" ON {table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, act)}{suffix}")
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP FUNCTION IF EXISTS {self.app}_refuse()")

    def trigger_names(self) -> set[str]:
        """Every trigger that must exist in a migrated database."""
        return {_name(table, act) for table in self.tables for act in ("update", "delete")}

    def _statements(self, vendor: str, present: set[str]) -> Iterator[str]:
        if vendor == "postgresql":
            yield (
                f"CREATE FUNCTION {self.app}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '% {self.message}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
                "END $$"
            )
        elif vendor != "sqlite":
            raise NotImplementedError(f"no triggers for {vendor}")
        for table, columns in self.tables.items():
            if table not in present:
                continue
            differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
            changed = "" if columns == ("*",) else " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in columns)
            for act, condition in (("update", changed), ("delete", "")):
                yield self._trigger(vendor, table, act, condition)

    def _trigger(self, vendor: str, table: str, act: str, condition: str) -> str:
        head = f"CREATE TRIGGER {_name(table, act)} BEFORE {act.upper()} ON {table} FOR EACH ROW"
        if vendor == "postgresql":
            when = f" WHEN ({condition})" if condition else ""
            return f"{head}{when} EXECUTE FUNCTION {self.app}_refuse()"
        when = f" WHEN {condition}" if condition else ""
        return f"{head}{when} BEGIN SELECT RAISE(ABORT, '{table} {self.message}'); END"


def _name(table: str, act: str) -> str:
    return f"{table}_no_{act}"
