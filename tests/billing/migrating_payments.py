"""``python -m tests.billing.migrating_payments``: payments from before money received was a table of its own, migrated.

In the empty database of DATABASE_URL, in a process of its own. The shop of before goes on until its columns are gone.
Prints what the auditor finds afterwards, what the ledger's movements point to, whether everything is frozen again, and
what becomes of an attempt to go back.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import django

BEFORE = [("billing", "0012_tax_and_three_places")]
CHANGE = ("billing", "0015_ledger_names_received_payments")
ALL = Decimal("96.00")


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.exceptions import IrreversibleError
    from django.db.migrations.executor import MigrationExecutor

    from tests.migrated import remembering

    def migrate(*target: str) -> None:
        with remembering():
            call_command("migrate", *target, verbosity=0, interactive=False)

    migrate(*BEFORE[0])
    loader = MigrationExecutor(connection).loader
    model = loader.project_state(BEFORE).apps.get_model
    write(model)
    migrate(*next(node for node in loader.get_migration(*CHANGE).dependencies if node[0] == "billing"))
    go_on(model)
    migrate(*CHANGE)
    at_the_change: dict[str, Any] = {"frozen_at_the_change": frozen()}
    try:
        migrate(*BEFORE[0])
    except IrreversibleError as exc:
        at_the_change["going_back"] = type(exc).__name__
    for app in ("billing", "users"):
        migrate(app)
    report = result() | at_the_change
    if connection.vendor == "postgresql":  # what came later can be taken back, and done again
        migrate(*CHANGE)
        migrate("billing")
    print(json.dumps(report))


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
    for kind, name in (("customer", ""), ("provider", "stripe"), ("sales", ""), ("disputed", "stripe")):
        model("billing", "LedgerAccount").objects.create(
            kind=kind, name=name, currency="EUR", customer_id=user.pk if kind == "customer" else None
        )
    for payment in (first, second):
        buy(model, payment)
    take_back(model, second, 10, key="goods", kind="refund", target="provider")
    take_back(model, second, 80, key="lost-goods", kind="dispute_lost", target="disputed")
    move(model, "withdrawn", "dispute_withdrawn", "disputed", "provider", 80, payment=second)
    model("billing", "Dispute").objects.create(
        payment=second, reference="dp_1", stage="lost", reason="fraudulent", currency="EUR", amount=80, withdrawn=80,
        lost=80, opened_at="2026-11-04T00:00Z",
    )  # fmt: skip
    model("billing", "ReviewItem").objects.create(key="dispute:1", kind="dispute", payment=second, invoice=disputed)


def go_on(model: Any) -> None:
    """What the shop of before still does while the migrations run: one more refund, and the third buyer pays."""
    attempts = model("billing", "PaymentAttempt").objects
    second = attempts.get(invoice__number="INV-2026-000002")
    take_back(model, second, 2, key="goods-again", kind="refund", target="provider")
    attempts.filter(pk=second.pk).update(amount_refunded=12)
    third = attempts.get(invoice__number="INV-2026-000003")
    buy(model, third)
    attempts.filter(pk=third.pk).update(status="succeeded", settled_at="2026-11-05T00:00Z", next_check_at=None)
    model("billing", "Invoice").objects.filter(pk=third.invoice_id).update(status="paid")


def buy(model: Any, payment: Any) -> None:
    move(model, f"payment-{payment.pk}", "payment", "provider", "customer", ALL, payment=payment)
    causes = {"payment": payment, "invoice": payment.invoice}
    move(model, f"invoice-{payment.invoice_id}", "purchase", "customer", "sales", ALL, **causes)


def take_back(model: Any, payment: Any, amount: int, *, key: str, kind: str, target: str) -> None:
    causes = {"payment": payment, "invoice": payment.invoice}
    move(model, key, "purchase_reversed", "sales", "customer", amount, **causes)
    move(model, f"{key}-money", kind, "customer", target, amount, payment=payment)


def move(model: Any, key: str, kind: str, source: str, target: str, amount: Any, **causes: Any) -> None:
    movement = model("billing", "LedgerTransaction").objects.create(key=key, kind=kind, **causes)
    for name, signed in ((source, -Decimal(amount)), (target, Decimal(amount))):
        account = model("billing", "LedgerAccount").objects.get(kind=name)
        entry = movement.entries.create(account=account, amount=signed)
        if kind == "purchase" and name == "customer":
            model("billing", "Allocation").objects.create(entry=entry, payment=causes["payment"], amount=amount)


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


def frozen() -> dict[str, bool]:
    """By table: whether the database refuses a change."""
    from django.db import DatabaseError, transaction

    from storefront.billing.models import Allocation, LedgerTransaction, Payment, PaymentAttempt

    def is_frozen(rows: Any, **change: Any) -> bool:
        try:
            with transaction.atomic():
                rows.update(**change)
        except DatabaseError:
            return True
        return False

    return {
        "payment": is_frozen(Payment.objects, amount=1),
        "attempt": is_frozen(PaymentAttempt.objects, amount=1),
        "movement": is_frozen(LedgerTransaction.objects, key="x"),
        "allocation": is_frozen(Allocation.objects, amount=1),
    }


def result() -> dict[str, Any]:
    from storefront.billing.audit import checks
    from storefront.billing.models import Dispute, LedgerTransaction, Payment, PaymentAttempt, ReviewItem

    # The invoices' hashes are made up here; everything else must be as the shop itself would have left it.
    findings = [str(finding) for finding in checks() if finding.check != "invoice-changed"]
    payments = list(Payment.objects.order_by("pk"))
    # Past the signals: the tables of the rooms above, where the search terms are, are not migrated here.
    [added] = Payment.objects.bulk_create(
        [Payment(customer=payments[0].customer, gateway="stripe", is_live=False, currency="EUR", amount=1)]
    )
    return {
        "findings": findings,
        "payments": [(row.attempt_id, row.reference, row.method_label, str(row.amount_kept)) for row in payments],
        "attempts": list(PaymentAttempt.objects.filter(status="succeeded").order_by("pk").values_list("pk", flat=True)),
        "keys": list(LedgerTransaction.objects.filter(kind="payment").order_by("pk").values_list("key", "payment_id")),
        "dispute": Dispute.objects.get().payment.invoice.number,
        "review": ReviewItem.objects.get().attempt.public_id,
        "frozen": frozen(),
        "next_key_is_new": added.pk > payments[-1].pk,
    }


if __name__ == "__main__":
    main()
