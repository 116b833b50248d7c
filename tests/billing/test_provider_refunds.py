"""A refund that is made at the provider, by each gateway: on the customer's invoice, in one mail, and what it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import Payment
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceStatus
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, terms
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db(transaction=True)

#: Pays at a stand-in's page; answers what the seller's account there calls the payment.
Pay = Callable[[Any], str]
#: Gives so much of that back, as the seller does there; major units.
GiveBack = Callable[[str, str], object]


@pytest.fixture
def nvp(settings: Any) -> Iterator[PayPalNvpStandIn]:
    with PayPalNvpStandIn() as stand_in:
        settings.PAYPAL_NVP_USER = stand_in.credentials["USER"]
        settings.PAYPAL_NVP_PASSWORD = stand_in.credentials["PWD"]
        settings.PAYPAL_NVP_SIGNATURE = stand_in.credentials["SIGNATURE"]
        settings.PAYPAL_NVP_MERCHANT_ID = stand_in.account
        settings.PAYPAL_NVP_API_BASE = stand_in.base_url
        settings.PAYMENT_ACCOUNTS = settings.PAYMENT_ACCOUNTS | {"paypal_nvp": stand_in.account}
        yield stand_in


@pytest.fixture
def provider(request: pytest.FixtureRequest) -> tuple[str, Pay, GiveBack]:
    name = request.param
    stand_in = request.getfixturevalue({"paypal_nvp": "nvp"}.get(name, name))

    def pay(attempt: Any) -> str:
        reference = str(attempt.provider_reference)
        if name == "twocheckout":
            return str(stand_in.buy(attempt.redirect_url))
        getattr(stand_in, {"stripe": "pay", "paypal": "agree", "paypal_nvp": "approve"}[name])(reference)
        return reference

    def give_back(reference: str, amount: str) -> object:
        if name == "stripe":
            return stand_in.refund(reference, amount=int(Decimal(amount) * 100))
        if name == "paypal":
            reference = Payment.objects.get().reference
        elif name == "paypal_nvp":
            reference = stand_in.state.token(reference)["transaction"]
        return stand_in.refund(reference, amount=amount)

    return name, pay, give_back


def letters(customer: Any) -> list[dict[str, Any]]:
    rows = OutboxMessage.objects.filter(template="refund_made", payload__to=customer.email).order_by("pk")
    return [row.payload["context"] for row in rows]


def amount_in(letter: dict[str, Any]) -> str:
    """As the outbox keeps a decimal."""
    return str(next(iter(letter["amount"].values())))


@pytest.mark.parametrize("provider", ["stripe", "paypal", "paypal_nvp", "twocheckout"], indirect=True)
def test_a_part_changes_no_license_and_the_rest_ends_it(
    provider: tuple[str, Pay, GiveBack], customer: Any, client: Client, audited: Any
) -> None:
    name, pay, give_back = provider
    invoice = make_invoice(customer, "96.00", terms=[terms(make_product("sold"))])
    attempt = start(invoice=invoice, gateway_name=name)
    sold = pay(attempt)
    settle(attempt_id=attempt.pk)
    client.force_login(customer)
    page = f"/account/invoices/{invoice.number}/"
    assert "the way it was paid" not in client.get(page).content.decode()

    def look() -> str:
        for _ in range(2):  # told twice, it counts once
            settle(attempt_id=attempt.pk, look_for_refunds=True)
        return str(client.get(page).content.decode())

    give_back(sold, "6.00")
    shown = look()
    assert "€6.00 the way it was paid" in " ".join(shown.split())
    [told] = letters(customer)
    assert (amount_in(told), told["invoice_number"], told["effects"]) == ("6.00", invoice.number, [])
    assert (fresh(invoice).status, License.objects.get().status) == (InvoiceStatus.PAID, "pending")

    give_back(sold, "90.00")
    shown = " ".join(look().split())
    assert "€90.00 the way it was paid" in shown and "Refunded" in shown
    _part, rest = letters(customer)
    license = License.objects.get()
    assert amount_in(rest) == "90.00"
    assert [license.number in effect for effect in rest["effects"]] == [True], rest["effects"]
    assert (fresh(invoice).status, license.status) == (InvoiceStatus.REFUNDED, "revoked")
    assert audited() == []
