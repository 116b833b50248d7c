"""What the database itself refuses: changing an issued invoice, or any past movement of money.

Installed by a migration, for SQLite and PostgreSQL. SQLite drops a table's triggers whenever Django rebuilds the
table to alter it: a later migration that touches one of these tables must end with ``install`` again (a test on a
migrated database notices if it does not).
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

#: table -> columns that never change once written; "*" means the row never changes at all
FROZEN: dict[str, tuple[str, ...]] = {
    "billing_invoice": (
        "number", "public_id", "customer_id", "order_id", "currency", "amount", "seller", "payer", "language",
        "content_hash", "issued_at",
    ),
    "billing_invoiceline": ("*",),
    "billing_payment": ("public_id", "invoice_id", "gateway", "is_live", "currency", "amount", "created_at"),
    "billing_ledgeraccount": ("*",),
    "billing_ledgertransaction": ("*",),
    "billing_ledgerentry": ("*",),
    "billing_allocation": ("*",),
}  # fmt: skip
MESSAGE = "is a record of money and is never changed or deleted"


def install(connection: BaseDatabaseWrapper) -> None:
    """(Re)create every trigger. Raises NotImplementedError on a database nobody wrote them for."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop every trigger that is there."""
    with connection.cursor() as cursor:
        for table in FROZEN:
            for act in ("update", "delete"):
                suffix = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, act)}{suffix}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS billing_refuse()")


def _statements(vendor: str) -> Iterator[str]:
    if vendor == "postgresql":
        yield (
            "CREATE FUNCTION billing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '%% {MESSAGE}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$"
        ).replace("%%", "%")
        make = _postgresql
    elif vendor == "sqlite":
        make = _sqlite
    else:
        raise NotImplementedError(f"no triggers for {vendor}")
    for table, columns in FROZEN.items():
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        changed = "" if columns == ("*",) else " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in columns)
        yield make(table, "update", changed)
        yield make(table, "delete", "")


def _postgresql(table: str, act: str, condition: str) -> str:
    when = f" WHEN ({condition})" if condition else ""
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act.upper()} ON {table} "
        f"FOR EACH ROW{when} EXECUTE FUNCTION billing_refuse()"
    )


def _sqlite(table: str, act: str, condition: str) -> str:
    when = f" WHEN {condition}" if condition else ""
    return (
        f"CREATE TRIGGER {_name(table, act)} BEFORE {act.upper()} ON {table} "
        f"FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{table} {MESSAGE}'); END"
    )


def _name(table: str, act: str) -> str:
    return f"{table}_no_{act}"
