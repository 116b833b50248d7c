"""Order, invoice, license and portal lead to each other in the account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from storefront.licensing.models import Activation, Installation, License
from tests import purchases
from tests.checkout.building import make_license

pytestmark = pytest.mark.django_db


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_order_invoice_license_and_portal(client: Client, shop: Any, customer: Any, stripe: Any) -> None:
    client.force_login(customer)
    invoice = purchases.order(customer, shop)
    order = f"/account/orders/{invoice.order.number}/"
    bill = f"/account/invoices/{invoice.number}/"
    assert "/account/licenses/x" not in page(client, order)
    purchases.pay(invoice, stripe)
    license = License.objects.get()
    own = f"/account/licenses/{license.public_id}/"
    assert f'href="{own}"' in page(client, order) and f'href="{bill}"' in page(client, order)
    assert f'href="{own}"' in page(client, bill) and f'href="{order}"' in page(client, bill)
    assert 'href="https://acme.bitrix24.com"' not in page(client, own), "it is not linked yet"
    installation = Installation.objects.create(
        client_id="app.sandbox.yeastar", app_code="yeastar-s", member_id="a" * 32, host="acme.bitrix24.com",
        is_installed=True, is_host_proven=True,
    )  # fmt: skip
    Activation.objects.create(license=license, installation=installation)
    License.objects.update(status="active", member_id="a" * 32)
    for path in (own, order, bill):
        assert 'href="https://acme.bitrix24.com"' in page(client, path)


def test_what_was_paid_for_somebody_else_is_no_license_of_ones_own(
    client: Client, shop: Any, customer: Any, make_customer: Any, stripe: Any
) -> None:
    license = make_license(make_customer("holder@example.com"), shop.term("pro", 6))
    terms = replace(purchases.license_terms(shop, plan="pro", months=6, portal=""), extends_license=license.public_id)
    from tests.billing.building import make_invoice

    invoice = make_invoice(customer, "96.00", terms=[terms])
    purchases.pay(invoice, stripe)
    assert license.periods.count() == 2
    client.force_login(customer)
    for path in (f"/account/orders/{invoice.order.number}/", f"/account/invoices/{invoice.number}/"):
        assert license.public_id not in page(client, path) and license.portal_address not in page(client, path)
