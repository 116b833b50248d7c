"""What is looked at before and after an upgrade. Tables are named, models are those of this release."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, connection, transaction

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
    from storefront.core import audit

    untaxed = [model.objects.filter(net=F("amount"), tax=0).count() for model in (Invoice, InvoiceLine)]
    pages = _pages()
    return figures() | {
        "counts_before": before["counts"],
        "sums_before": before["sums"],
        "audit": [str(finding) for finding in audit.run()],
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
