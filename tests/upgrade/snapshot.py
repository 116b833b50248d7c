"""Makes ``landed.json.gz``: a small shop as the release at commit afe7c56 left it, row by row.

Needs that release's code, and imports from it. In a checkout of it, with this file at the same place:

    pytest tests/upgrade/snapshot.py

The next snapshot is made the same way from a later release: say its commit here, and mend what is imported.
"""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import time_machine
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client, override_settings
from django.utils.module_loading import import_string

from catalogue.plans.models import Discount
from catalogue.plans.schedule import publish_due
from cms.models import ProductPage
from storefront.billing.models import Invoice, Payment
from storefront.billing.services import invoices, payments
from storefront.core import audit, clock
from storefront.licensing.models import License
from storefront.settings import base
from tests.checkout.building import left_cart, make_voucher, order_by, put_in_cart
from tests.checkout.test_extend import sent
from tests.conftest import make_software
from tests.licensing import conftest as licensing

portals = licensing.portals
TARGET = Path(__file__).parent / "landed.json.gz"
#: Derived from other rows, or of no use after a restart.
LEFT_OUT = ("wagtailsearch_", "site_texts_search", "django_session", "core_contentversion", "django_migrations")


def test_make_snapshot(shop: Any, stripe: Any, portals: Any, customer: Any, run_jobs: Any) -> None:
    with time_machine.travel("2026-10-01 09:00Z") as travel:
        pay(stripe, ordered(signed_in(customer), shop, shop.term("pro", 12), quantity=2))
        travel.shift(timedelta(days=1))
        declined(signed_in(customer), shop, stripe)
        travel.shift(timedelta(days=1))
        refunded(signed_in(customer), shop, stripe)
        travel.shift(timedelta(days=3))
        for term, won in ((shop.term("pro", 3), None), (shop.term("pro", 6), True), (shop.term("standard", 12), False)):
            disputed(stripe, ordered(signed_in(customer), shop, term), won=won)
        extended(signed_in(customer), shop, stripe)
        free(Client(), shop)
        run_jobs()
        travel.shift(timedelta(days=40))  # sessions are over, what was not paid is void
        for job in base.JOBS.values():
            import_string(job["call"])(**job.get("options", {}))
        other_portal(signed_in(customer), shop)
        linked(signed_in(customer), shop, stripe, portals)
        left_cart(shop.term("standard", 12))
        drafts(shop)
        run_jobs()
        assert audit.run() == []
        write()


def signed_in(customer: Any) -> Client:
    client = Client()
    client.force_login(customer)
    return client


def ordered(client: Client, shop: Any, term: Any, *, quantity: int = 1, **fields: Any) -> Invoice:
    put_in_cart(client, term, quantity)
    response = order_by(
        client, shop, **{"email": "buyer@example.com", "license-change": "later", "separate": "1"} | fields
    )
    assert response.status_code == 302, response.content
    return Invoice.objects.latest("pk")


def declined(client: Client, shop: Any, stripe: Any) -> None:
    """Two cards declined: one buyer's next attempt succeeds, the other order stays unpaid."""
    for term in (shop.term("standard", 1), shop.term("standard", 3)):
        payment = payments.start(invoice=ordered(client, shop, term))
        assert stripe.pay(payment.provider_reference, card="4000000000000002") == "declined"
        payments.settle(payment_id=payment.pk)
        if term.months == 1:
            pay(stripe, payment.invoice)


def refunded(client: Client, shop: Any, stripe: Any) -> None:
    for term, cents in ((shop.term("standard", 6), 1000), (shop.term("pro", 1), None)):
        payment = pay(stripe, ordered(client, shop, term))
        stripe.refund(payment.provider_reference, amount=cents)
        payments.settle(payment_id=payment.pk)


def extended(client: Client, shop: Any, stripe: Any) -> None:
    license = License.objects.filter(status="pending").first()
    assert sent(client, shop, license, months=12).status_code == 307
    pay(stripe, Invoice.objects.latest("pk"))


def free(client: Client, shop: Any) -> None:
    make_voucher("ALL", percent="100")
    put_in_cart(client, shop.term("standard", 1))
    client.post("/basket/voucher/", {"code": "ALL"})
    assert order_by(client, shop, email="grace@example.com").status_code == 302


def other_portal(client: Client, shop: Any) -> None:
    """One order made void, one that waits to be paid."""
    portal = {"bitrix24_address": "globex.bitrix24.com"}
    invoices.void(invoice=ordered(client, shop, shop.term("pro", 12), **portal), reason="The customer asked for it.")
    ordered(client, shop, shop.term("pro", 6), **portal)


def pay(stripe: Any, invoice: Invoice) -> Payment:
    payment = payments.start(invoice=invoice)
    stripe.pay(payment.provider_reference)
    return payments.settle(payment_id=payment.pk)


def disputed(stripe: Any, invoice: Invoice, *, won: bool | None) -> None:
    payment = pay(stripe, invoice)
    stripe.dispute(payment.provider_reference)
    payments.settle(payment_id=payment.pk, look_for_disputes=True)
    if won is not None:
        stripe.close_dispute(payment.provider_reference, won=won)
        payments.settle(payment_id=payment.pk, look_for_disputes=True)


def linked(client: Client, shop: Any, stripe: Any, portals: Any) -> None:
    """A license that is active in its portal."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    pay(stripe, ordered(client, shop, shop.term("standard", 12), bitrix24_address=portals.host()))
    assert License.objects.filter(status="active").count() == 1


def drafts(shop: Any) -> None:
    """An agreement and a page with unpublished changes, a product with a discount, a page not published."""
    shop.agreement.body = "<p>A draft that nobody has accepted.</p>"
    shop.agreement.save_revision()
    make_software("draft", "Draft", agreement=shop.agreement)
    now = clock.now()
    ends_at = now + timedelta(days=3)
    Discount.objects.create(months=12, percent=Decimal(30), name="Autumn", starts_at=now, ends_at=ends_at)
    publish_due()
    page = ProductPage.objects.first()
    page.tagline = "A draft"
    page.save_revision()
    ProductPage.objects.get(slug="draft").unpublish()


def write() -> None:
    """Every row of every table that has any."""
    tables: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if not table.startswith(LEFT_OUT):
                cursor.execute(f'SELECT * FROM "{table}"')
                if rows := cursor.fetchall():
                    tables[table] = {"columns": [column[0] for column in cursor.description], "rows": rows}
    labels = [config.label for config in apps.get_app_configs()]
    with override_settings(MIGRATION_MODULES=base.MIGRATION_MODULES):  # tests run without any
        leaves = [node for node in MigrationLoader(None).graph.leaf_nodes() if node[0] in labels]
    content = {"made_at": clock.now().isoformat(), "migrations": leaves, "tables": tables}
    text = json.dumps(content, ensure_ascii=False, indent=0, sort_keys=True, default=str)
    TARGET.write_bytes(gzip.compress(text.encode(), mtime=0))
