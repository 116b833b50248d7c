"""``python -m tests.billing.migrating_license_terms``: lines issued before license terms had columns, migrated.

In the empty database of DATABASE_URL, in a process of its own; prints what the lines hold afterwards.
"""

from __future__ import annotations

import json
from decimal import Decimal

import django

#: As lines of the first releases were frozen, and of later ones.
OLD = {
    "software_id": 3,
    "product_title": "Module",
    "plan_id": 5,
    "plan_code": "pro",
    "plan_name": "Pro",
    "months": 12,
    "binding_kind": "portal",
    "bitrix24_app_code": "module",
    "portal_address": "acme.bitrix24.com",
    "extends_license": "",
}
LINES = [OLD, {}, {**OLD, "plan_id": 6, "extends_license": "abc", "prices": {"12": "96.00"}, "effect": "Extends it."}]


def main() -> None:
    django.setup()
    from django.db import DatabaseError, connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    from tests.migrated import remembering

    with remembering():
        executor = MigrationExecutor(connection)
        state = executor.migrate([("billing", "0009_payment_attempts")])
        user = state.apps.get_model("users", "User").objects.create(email="ada@example.com")
        invoice = state.apps.get_model("billing", "Invoice").objects.create(
            number="INV-2026-000001", customer=user, currency="EUR", amount=Decimal(96 * len(LINES)),
            content_hash="0" * 64, due_at="2026-12-01T00:00Z",
        )  # fmt: skip
        for position, terms in enumerate(LINES, start=1):
            state.apps.get_model("billing", "InvoiceLine").objects.create(
                invoice=invoice, position=position, description="License", list_amount=96, amount=96,
                license_terms=terms,
            )  # fmt: skip
        executor = MigrationExecutor(connection)
        state = executor.migrate([("billing", "0010_license_terms_columns")])
    lines = state.apps.get_model("billing", "InvoiceLine").objects.order_by("position")
    values = list(lines.values_list("license_terms_json", "software_id", "plan_id", "extends_license"))
    try:
        with transaction.atomic():
            lines.update(plan_id=7)
        is_frozen = False
    except DatabaseError as exc:
        is_frozen = "never changed" in str(exc)
    print(json.dumps({"lines": values, "is_frozen": is_frozen}))


if __name__ == "__main__":
    main()
