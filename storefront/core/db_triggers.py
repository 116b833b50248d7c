"""Database triggers that refuse to change or delete rows which are records.

An app installs its triggers by a migration, on SQLite and PostgreSQL. A migration that alters a frozen table wraps its
operations in ``remove_operation`` and ``install_operation``: SQLite drops the triggers of a table that Django rebuilds,
PostgreSQL refuses to alter a column that a trigger reads, and either refuses to fill a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTables:
    """The frozen tables of one app.

    ``app`` prefixes the function's name on PostgreSQL. ``tables`` maps a table to the columns that never change once
    written; "*" means that no column does. ``message`` is what the database's error says after the table's name.
    """

    app: str
    tables: Mapping[str, tuple[str, ...]]
    message: str = "is a record and is never changed or deleted"

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """(Re)create the triggers. Tables and columns that a later migration adds are left out.

        Raises NotImplementedError on any other database.
        """
        self.remove(connection)
        with connection.cursor() as cursor:
            present = {
                table: {column.name for column in connection.introspection.get_table_description(cursor, table)}
                for table in set(connection.introspection.table_names(cursor)).intersection(self.tables)
            }
            for statement in self._statements(connection.vendor, present):
                cursor.execute(statement)

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Drop every trigger there is."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP FUNCTION IF EXISTS {self.app}_refuse() CASCADE")  # and the triggers that call it
            else:
                for name in self.trigger_names():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")

    @contextmanager
    def lifted(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """Within the caller's transaction, let rows be changed, though not deleted: for what the law has erased.

        Nobody else's transaction may do so meanwhile. Whatever is raised inside must end the transaction.
        """
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('storefront.lifted', %s, true)", [self.app])
                yield
                cursor.execute("SELECT set_config('storefront.lifted', '', true)")
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            is_installed = bool(self.trigger_names() & {name for (name,) in cursor.fetchall()})
        if is_installed:
            self.remove(connection)
        yield
        if is_installed:
            self.install(connection)

    def install_operation(self) -> migrations.RunPython:
        """The last operation of a migration that alters frozen tables."""
        return migrations.RunPython(self._install_by_migration, self._remove_by_migration)

    def remove_operation(self) -> migrations.RunPython:
        """The first operation of such a migration."""
        return migrations.RunPython(self._remove_by_migration, self._install_by_migration)

    def trigger_names(self) -> set[str]:
        """Every trigger that must exist in a migrated database."""
        return {_name(table, act) for table in self.tables for act in ("update", "delete")}

    def _install_by_migration(self, apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
        self.install(schema_editor.connection)

    def _remove_by_migration(self, apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
        self.remove(schema_editor.connection)

    def _statements(self, vendor: str, present: Mapping[str, set[str]]) -> Iterator[str]:
        if vendor == "postgresql":
            yield (
                f"CREATE FUNCTION {self.app}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF TG_OP = 'UPDATE' AND current_setting('storefront.lifted', true) = '{self.app}' "
                "THEN RETURN NEW; END IF; "
                f"RAISE EXCEPTION '% {self.message}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
                "END $$"
            )
        elif vendor != "sqlite":
            raise NotImplementedError(f"no triggers for {vendor}")
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        for table, columns in present.items():
            frozen = [name for name in self.tables[table] if name in columns]
            changed = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in frozen)
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
