"""A refund that is made at the provider, by each gateway: on the customer's invoice, in one mail, and what it ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceStatus
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.billing.providers import Provider, paypal_nvp, provider  # noqa: F401  (fixtures)
from tests.billing.test_refund_decisions import fresh, terms
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db(transaction=True)


def letters(customer: Any) -> list[dict[str, Any]]:
    rows = OutboxMessage.objects.filter(template="refund_made", payload__to=customer.email).order_by("pk")
    return [row.payload["context"] for row in rows]


def amount_in(letter: dict[str, Any]) -> str:
    """As the outbox keeps a decimal."""
    return str(next(iter(letter["amount"].values())))


@pytest.mark.parametrize("provider", ["stripe", "paypal", "paypal_nvp", "twocheckout"], indirect=True)
def test_a_part_changes_no_license_and_the_rest_ends_it(
    provider: Provider, customer: Any, client: Client, audited: Any  # noqa: F811
) -> None:  # fmt: skip
    invoice = make_invoice(customer, "96.00", terms=[terms(make_product("sold"))])
    attempt = start(invoice=invoice, gateway_name=provider.name)
    provider.pay(attempt)
    payment = settle(attempt_id=attempt.pk).payment
    client.force_login(customer)
    page = f"/account/invoices/{invoice.number}/"
    assert "the way it was paid" not in client.get(page).content.decode()

    def look() -> str:
        for _ in range(2):  # told twice, it counts once
            settle(attempt_id=attempt.pk, look_for_refunds=True)
        return str(client.get(page).content.decode())

    provider.give_back(payment, "6.00")
    shown = look()
    assert "€6.00 the way it was paid" in " ".join(shown.split())
    [told] = letters(customer)
    assert (amount_in(told), told["invoice_number"], told["effects"]) == ("6.00", invoice.number, [])
    assert (fresh(invoice).status, License.objects.get().status) == (InvoiceStatus.PAID, "pending")

    provider.give_back(payment, "90.00")
    shown = " ".join(look().split())
    assert "€90.00 the way it was paid" in shown and "Refunded" in shown
    _part, rest = letters(customer)
    license = License.objects.get()
    assert amount_in(rest) == "90.00"
    assert [license.number in effect for effect in rest["effects"]] == [True], rest["effects"]
    assert (fresh(invoice).status, license.status) == (InvoiceStatus.REFUNDED, "revoked")
    assert audited() == []
