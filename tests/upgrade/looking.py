"""What is looked at before and after an upgrade. Tables are named, models are those of this release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tests import triggers

COUNTED = (
    "basket_line", "billing_allocation", "billing_dispute", "billing_freeorder", "billing_invoice",
    "billing_invoiceline",
    "billing_ledgerentry", "billing_ledgertransaction", "billing_payment", "billing_reviewitem",
    "checkout_checkoutreminder", "checkout_consent", "checkout_purchasedetails",
    "licensing_activation", "licensing_installation", "licensing_license",
    "licensing_licenseevent", "licensing_licenseterm", "notifications_outboxmessage", "order_line", "order_order",
    "plans_agreementversion", "plans_discount", "plans_planterm", "users_user", "wagtailcore_revision",
)  # fmt: skip
SUMMED = {
    "billing_invoice": "amount",
    "billing_invoiceline": "list_amount",
    "billing_ledgerentry": "amount * account_id",  # zero in all: so by account
    "billing_payment": "amount",
    "billing_dispute": "withdrawn",
    "plans_planterm": "amount",
    "licensing_licenseterm": "amount",
}

#: The first state of the database that has refunds and movements at providers; the shop of the snapshot gets some then.
LATER_STATE = ("billing", "0022_days_at_providers")
LATER = ("billing_refund", "billing_providermovement")


def add_later() -> None:
    """What is refunded becomes refunds, and a payout is listed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_refund (payment_id, decision, status, amount, reference, reason, failure_code,"
            " is_ours, is_told, decision_reason, created_at)"
            " SELECT id, 'd', 'succeeded', amount_refunded, 're_old', 'r', '', true, true, '', received_at"
            " FROM billing_receivedpayment WHERE amount_refunded > 0"
        )
        cursor.execute(
            "INSERT INTO billing_providermovement (gateway, reference, kind, happened_at, day, currency, amount, fee,"
            " source_reference, source_amount, source_currency, charge_reference)"
            " VALUES ('stripe', 'po_old', 'payout', '2026-10-05 09:00:00+00:00', '2026-10-05', 'EUR', -5, 0, '', -5,"
            " 'EUR', '')"
        )


def later() -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        found = {}
        for name in LATER:
            cursor.execute(f"SELECT count(*), sum(amount) FROM {name}")
            count, total = cursor.fetchone()
            found[name] = [count, f"{Decimal(total):.3f}"]
    return found


@contextmanager
def watched() -> Iterator[list[str]]:
    """Which migrations left a table of records without the triggers it had."""
    lost: list[str] = []
    apply = MigrationExecutor.apply_migration

    def present() -> set[str]:
        with connection.cursor() as cursor:
            return triggers.present(cursor, connection.vendor)

    def apply_and_look(self: Any, state: Any, migration: Any, *args: Any, **named: Any) -> Any:
        before = present()
        result = apply(self, state, migration, *args, **named)
        lost.extend(f"{migration}: {name}" for name in sorted(before - present()))
        return result

    MigrationExecutor.apply_migration = apply_and_look
    try:
        yield lost
    finally:
        MigrationExecutor.apply_migration = apply


def figures() -> dict[str, Any]:
    """How many rows there are, and what they add up to."""
    with connection.cursor() as cursor:

        def ask(query: str) -> Any:
            cursor.execute(query)
            return cursor.fetchone()[0]

        counts = {name: ask(f"SELECT count(*) FROM {name}") for name in COUNTED}
        sums = {name: f"{Decimal(ask(f'SELECT sum({what}) FROM {name}')):.3f}" for name, what in SUMMED.items()}
    return {"counts": counts, "sums": sums}


def report(before: dict[str, Any]) -> dict[str, Any]:
    from django.db.models import F

    from storefront.billing.models import Invoice, InvoiceLine, Payment, PaymentAttempt
    from storefront.billing.services import movement_booking
    from storefront.core import audit

    untaxed = [model.objects.filter(net=F("amount"), tax=0).count() for model in (Invoice, InvoiceLine)]
    pages = _pages()
    findings = [str(finding) for finding in audit.run()]
    kept = later()
    with connection.cursor() as cursor:
        missing = triggers.wanted() - triggers.present(cursor, connection.vendor)
    counted = figures()
    booked = movement_booking.book_new("stripe")
    return counted | {
        "counts_before": before["counts"],
        "sums_before": before["sums"],
        "audit": findings,
        "later": kept,
        "later_before": before["later"],
        "booked": booked,
        "audit_booked": [str(finding) for finding in audit.run()],
        "triggers_missing": sorted(missing),
        "hash_versions": Counter(Invoice.objects.values_list("hash_version", flat=True)),
        "taxes": "none" if untaxed == [Invoice.objects.count(), InvoiceLine.objects.count()] else "some",
        "received": sorted(map(str, Payment.objects.values_list("amount", flat=True))),
        "succeeded": sorted(
            map(str, PaymentAttempt.objects.filter(status="succeeded").values_list("amount", flat=True))
        ),
        "pages": {path: status for path, (status, _text) in pages.items()},
        "missing": _missing(pages),
        "is_frozen": _is_frozen(),
    }


def _pages() -> dict[str, tuple[int, str]]:
    """Every page that the old customer may open: status and text."""
    from django.conf import settings
    from django.test import Client

    from checkout.models import Consent
    from storefront.billing.models import Invoice
    from storefront.licensing.models import License
    from storefront.users.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.get(email="buyer@example.com"), settings.AUTHENTICATION_BACKENDS[0])
    mine = {"customer__email": "buyer@example.com"}
    paths = ["/", "/products/", "/products/yeastar-s-module/", "/basket/", "/account/", "/account/profile/"]
    paths += [f"/account/{name}/" for name in ("invoices", "licenses", "orders", "agreements")]
    for invoice in Invoice.objects.filter(**mine).select_related("order"):
        own = f"/account/invoices/{invoice.number}/"
        paths += [own, f"{own}print/", f"/account/orders/{invoice.order.number}/"]
    paths += [f"/account/licenses/{license.public_id}/" for license in License.objects.filter(**mine)]
    paths += [f"/account/agreements/{c.order.number}/{c.sha256}/" for c in Consent.objects.filter(**mine)]
    answers = {path: client.get(path) for path in paths}
    return {path: (answer.status_code, answer.content.decode()) for path, answer in answers.items()}


def _missing(pages: dict[str, tuple[int, str]]) -> list[str]:
    """What a page should say and does not."""
    from storefront.billing.models import Invoice
    from storefront.core import money

    wanted = [
        (f"/account/invoices/{invoice.number}/", words)
        for invoice in Invoice.objects.filter(customer__email="buyer@example.com")
        for words in (invoice.number, money.display(invoice.amount, invoice.currency))
    ]
    wanted += [("/products/yeastar-s-module/", "€210.00"), ("/account/licenses/", "acme.bitrix24.com")]
    return [f"{words} on {path}" for path, words in wanted if words not in pages[path][1]]


def _is_frozen() -> bool:
    """Whether every trigger is back: an issued invoice refuses another amount, an agreement another text."""
    from catalogue.plans.models import AgreementVersion
    from checkout.models import Consent
    from storefront.billing.models import Invoice, InvoiceLine, LedgerEntry

    changes = (
        Invoice.objects.all, {"net": 1}, InvoiceLine.objects.all, {"tax": 1}, LedgerEntry.objects.all, {"amount": 1},
        Consent.objects.all, {"text": ""}, AgreementVersion.objects.all, {"body": ""},
    )  # fmt: skip
    for rows, change in zip(changes[::2], changes[1::2], strict=True):
        try:
            with transaction.atomic():
                rows().update(**change)
        except DatabaseError:
            continue
        return False
    return True
