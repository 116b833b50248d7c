"""Late money pays another invoice only where the customer could pay it themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from checkout.models import Consent
from checkout.orders import consents
from storefront.billing.audit import checks
from storefront.billing.models import Invoice
from storefront.billing.services import booking
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceStatus
from storefront.licensing.models import License
from tests.backoffice.pressing import confirmed, preview
from tests.backoffice.test_money_desk import late
from tests.backoffice.test_trade_lists import exported
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(client_of: Callable[[str], Client], shop: Any, customer: Any) -> Invoice:
    """The invoice of an order that staff placed for the customer, who has not accepted its agreement."""
    data = {
        "email": customer.email, "name": "Ada Buyer", "country": "DE", "phone": "", "language": "en",
        "bitrix24_address": "https://acme.bitrix24.com/", "key": "k1", "price_1": shop.term("standard", 12).pk,
        "quantity_1": "1",
    }  # fmt: skip
    confirmed(client_of("Sales"), "/admin/orders/place/", **data)
    return Invoice.objects.get()


@pytest.fixture
def accounting(client_of: Callable[[str], Client]) -> Client:
    return client_of("Accounting")


def accept(invoice: Invoice) -> None:
    versions = [each.pk for each in consents.to_accept(invoice)]
    consents.accept(invoice=invoice, version_ids=versions, language="en", ip_address=None)


def test_an_order_that_staff_placed_is_not_paid_before_its_agreement_is_accepted(
    placed: Invoice, accounting: Client, stripe: Any, customer: Any
) -> None:
    item = late(stripe, customer)
    path = f"/admin/money/{item.pk}/book/"
    refused = preview(accounting, path, invoice=placed.pk, reason="Ordered anew")
    assert "has not accepted the license agreement" in refused.content.decode()
    with pytest.raises(consents.ConsentAwaited):
        booking.book(payment=item.payment, invoice=placed, by=customer)
    placed.refresh_from_db()
    assert placed.status == InvoiceStatus.OPEN and not License.objects.exists()
    accept(placed)
    confirmed(accounting, path, invoice=placed.pk, reason="Ordered anew")
    placed.refresh_from_db()
    assert (placed.status, Consent.objects.count(), License.objects.count()) == (InvoiceStatus.PAID, 1, 1)
    assert list(checks()) == []


def test_no_charge_is_opened_for_it_either(placed: Invoice, stripe: Any) -> None:
    with pytest.raises(consents.ConsentAwaited):
        start(invoice=placed, gateway_name="stripe")
    assert stripe.sessions() == [] and not placed.attempts.exists()


def test_the_open_invoice_of_a_cancelled_order_is_not_offered(accounting: Client, stripe: Any, customer: Any) -> None:
    item, invoice = late(stripe, customer), make_invoice(customer)
    start(invoice=invoice, gateway_name="stripe")  # an open charge: the invoice is made void by the worker, later
    Order.objects.get(pk=invoice.order_id).set_status("Cancelled")
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.OPEN
    assert booking.bookable_invoices(item.payment) == []
    with pytest.raises(booking.NotBookable):
        booking.book(payment=item.payment, invoice=invoice, by=customer)


def test_lists_say_what_booked_money_paid(accounting: Client, stripe: Any, customer: Any) -> None:
    item, invoice = late(stripe, customer), make_invoice(customer)
    booking.book(payment=item.payment, invoice=invoice, by=customer)
    reference = item.payment.attempt.charge_reference
    for path, number in (("/admin/orders/", invoice.order.number), ("/admin/invoices/", invoice.number)):
        [row] = [row for row in exported(accounting.get(f"{path}?export=csv")) if number in row.values()]
        assert (row["Payment reference"], row["Paid by"]) == (reference, "Stripe, visa •••• 4242")
    [row] = exported(accounting.get("/admin/payments/received/?export=csv"))
    assert (row["Invoice"], row["Order"]) == (invoice.number, invoice.order.number)
