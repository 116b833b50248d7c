"""``python -m tests.billing.migrating_payments``: payments from before money received was a table of its own, migrated.

In the empty database of DATABASE_URL, in a process of its own. Prints what the auditor finds afterwards, what the
ledger's movements point to, and whether everything is frozen again.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import django

BEFORE = [("billing", "0012_tax_and_three_places")]
ALL = Decimal("96.00")


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from tests.migrated import remembering

    with remembering():
        MigrationExecutor(connection).migrate(BEFORE)
    write(MigrationExecutor(connection).loader.project_state(BEFORE).apps.get_model)
    with remembering():
        for app in ("billing", "users"):
            call_command("migrate", app, verbosity=0, interactive=False)
    print(json.dumps(result()))


def write(model: Any) -> None:
    """A buyer who paid at the third try, one whose money went back in part and whose bank disputes the rest, and one
    who is still at the provider's page."""
    user = model("users", "User").objects.create(email="ada@example.com")
    model("billing", "InvoiceSequence").objects.create(series="2026", last=3)
    paid, disputed, opened = (invoice(model, user, number, "paid" if number < 3 else "open") for number in (1, 2, 3))
    for status in ("failed", "cancelled"):
        attempt(model, paid, status)
    first = attempt(model, paid, "succeeded", settled_at="2026-11-02T00:00Z", method_label="visa •••• 4242")
    second = attempt(
        model, disputed, "succeeded", settled_at="2026-11-03T00:00Z", amount_refunded=10, amount_lost=80,
        is_disputed=True,
    )  # fmt: skip
    attempt(model, opened, "pending", next_check_at="2099-01-01T00:00Z")
    accounts = {
        kind: model("billing", "LedgerAccount").objects.create(
            kind=kind, name=name, currency="EUR", customer_id=user.pk if kind == "customer" else None
        )
        for kind, name in (("customer", ""), ("provider", "stripe"), ("sales", ""), ("disputed", "stripe"))
    }

    def move(key: str, kind: str, source: str, target: str, amount: Any, **causes: Any) -> None:
        movement = model("billing", "LedgerTransaction").objects.create(key=key, kind=kind, **causes)
        for name, signed in ((source, -Decimal(amount)), (target, Decimal(amount))):
            entry = movement.entries.create(account=accounts[name], amount=signed)
            if kind == "purchase" and name == "customer":
                model("billing", "Allocation").objects.create(entry=entry, payment=causes["payment"], amount=amount)

    for payment in (first, second):
        move(f"payment-{payment.pk}", "payment", "provider", "customer", ALL, payment=payment)
        causes = {"payment": payment, "invoice": payment.invoice}
        move(f"invoice-{payment.invoice_id}", "purchase", "customer", "sales", ALL, **causes)
    for key, kind, amount in (("goods", "refund", 10), ("lost-goods", "dispute_lost", 80)):
        causes = {"payment": second, "invoice": disputed}
        move(f"{key}", "purchase_reversed", "sales", "customer", amount, **causes)
        target = "provider" if kind == "refund" else "disputed"
        move(f"{key}-money", kind, "customer", target, amount, payment=second)
    move("withdrawn", "dispute_withdrawn", "disputed", "provider", 80, payment=second)
    model("billing", "Dispute").objects.create(
        payment=second, reference="dp_1", stage="lost", reason="fraudulent", currency="EUR", amount=80, withdrawn=80,
        lost=80, opened_at="2026-11-04T00:00Z",
    )  # fmt: skip
    model("billing", "ReviewItem").objects.create(key="dispute:1", kind="dispute", payment=second, invoice=disputed)


def invoice(model: Any, user: Any, number: int, status: str) -> Any:
    row = model("billing", "Invoice").objects.create(
        number=f"INV-2026-{number:06d}", public_id=f"public{number}", customer=user, currency="EUR", net=ALL, tax=0,
        amount=ALL, status=status, content_hash="0" * 64, hash_version=1, due_at="2099-12-01T00:00Z",
    )  # fmt: skip
    row.lines.create(position=1, description="License", list_amount=ALL, net=ALL, tax=0, tax_rate=0, amount=ALL)
    return row


def attempt(model: Any, invoice: Any, status: str, **values: Any) -> Any:
    number = model("billing", "PaymentAttempt").objects.count() + 1
    return invoice.attempts.create(
        public_id=f"attempt{number}", gateway="stripe", is_live=False, status=status, currency="EUR", amount=ALL,
        provider_reference=f"cs_{number}", **values,
    )  # fmt: skip


def result() -> dict[str, Any]:
    from django.db import DatabaseError, transaction

    from storefront.billing.audit import checks
    from storefront.billing.models import Allocation, Dispute, LedgerTransaction, Payment, PaymentAttempt, ReviewItem

    def is_frozen(rows: Any, **change: Any) -> bool:
        try:
            with transaction.atomic():
                rows.update(**change)
        except DatabaseError:
            return True
        return False

    frozen = {
        "payment": is_frozen(Payment.objects, amount=1),
        "attempt": is_frozen(PaymentAttempt.objects, amount=1),
        "movement": is_frozen(LedgerTransaction.objects, key="x"),
        "allocation": is_frozen(Allocation.objects, amount=1),
    }
    # The invoices' hashes are made up here; everything else must be as the shop itself would have left it.
    findings = [str(finding) for finding in checks() if finding.check != "invoice-changed"]
    payments = list(Payment.objects.order_by("pk"))
    added = Payment.objects.create(
        customer=payments[0].customer, gateway="stripe", is_live=False, currency="EUR", amount=1, reference="new"
    )
    return {
        "findings": findings,
        "payments": [(row.attempt_id, row.reference, row.method_label, str(row.amount_kept)) for row in payments],
        "attempts": list(PaymentAttempt.objects.filter(status="succeeded").order_by("pk").values_list("pk", flat=True)),
        "keys": list(LedgerTransaction.objects.filter(kind="payment").order_by("pk").values_list("key", "payment_id")),
        "dispute": Dispute.objects.get().payment.invoice.number,
        "review": ReviewItem.objects.get().attempt.public_id,
        "frozen": frozen,
        "next_key_is_new": added.pk > payments[-1].pk,
    }


if __name__ == "__main__":
    main()
