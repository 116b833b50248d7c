"""A provider that sells in its own name: our tax and documents are off for what is paid by it, and for that alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing import breaker, links, queries
from storefront.billing.accounting import journal, registers
from storefront.billing.documents.models import DocumentRequest
from storefront.billing.errors import CannotBeCharged, TaxDiffers
from storefront.billing.models import Invoice, Payment, PaymentAttempt, Seller, TaxRate
from storefront.billing.services import early_starts, tax_threshold
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.refunds import start as refund
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind
from storefront.billing.tax import shipped_rates
from storefront.core import clock
from storefront.core.spans import Span
from storefront.gateways.errors import Unavailable
from storefront.inbox.processing import process_due
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db
PAYER = {"country": "AT", "kind": "person"}


@pytest.fixture
def seller(db: None) -> Seller:
    """A German one, whose prices hold its VAT."""
    shipped_rates.load(TaxRate)
    return Seller.objects.create(
        name="Seller", country="DE", tax_regime="vat", prices_include_tax=True, is_default=True
    )


@pytest.fixture
def sells(twocheckout: TwoCheckoutStandIn, seller: Seller, settings: Any) -> TwoCheckoutStandIn:
    settings.TWOCHECKOUT_MERCHANT_OF_RECORD = True
    twocheckout.plan(sells=True)
    return twocheckout


@pytest.fixture
def ours(customer: Any, seller: Seller) -> Invoice:
    """119.00 EUR, of which 19.00 are VAT."""
    return make_invoice(customer, "59.50", "59.50", payer=PAYER)


def add_stripe(settings: Any) -> None:
    settings.PAYMENT_GATEWAYS = settings.PAYMENT_GATEWAYS | {
        "stripe": {
            "class": "storefront.gateways.payments.stripe.Gateway",
            "settings": {
                "api_key": "STRIPE_API_KEY", "webhook_secrets": "STRIPE_WEBHOOK_SECRETS", "api_base": "STRIPE_API_BASE",
            },
        }
    }  # fmt: skip


def kinds(invoice: Invoice) -> set[str]:
    asked = DocumentRequest.objects.filter(invoice=invoice).exclude(status="not_needed")
    return set(asked.values_list("kind", flat=True))


def test_a_sale_by_the_provider_bears_no_tax_of_ours_and_has_no_document(
    sells: TwoCheckoutStandIn, ours: Invoice, client: Client, audited: Any
) -> None:
    assert (ours.tax, kinds(ours)) == (Decimal("19.00"), {"invoice"})
    attempt = start(invoice=ours, gateway_name="twocheckout")
    theirs = attempt.invoice
    ours.refresh_from_db()
    assert (ours.status, kinds(ours)) == ("void", set())
    assert (theirs.amount, theirs.net, theirs.tax) == (Decimal("100.00"), Decimal("100.00"), 0)
    assert theirs.tax_treatment == "provider_sells" and theirs.order.total_incl_tax == Decimal("100.00")
    sells.buy(attempt.redirect_url, country="AT")
    assert sells.orders()[0]["GrossPrice"] == 120.0  # with the Austrian tax, which 2Checkout adds
    body = sells.notifications()[-1]["body"]
    assert client.post("/hooks/twocheckout/", body, "application/x-www-form-urlencoded").status_code == 200
    process_due()
    theirs.refresh_from_db()
    assert theirs.status == "paid" and Payment.objects.get().amount == Decimal("100.00")
    assert kinds(theirs) == set()
    done = refund(payment=Payment.objects.get(), amount=Decimal("50.00"), reason="asked for", by=None)
    assert done.status == "succeeded" and sells.orders()[0]["Refunds"][0]["Amount"] == 60.0
    assert kinds(theirs) == set() and audited() == []


def test_pages_say_who_sells(sells: TwoCheckoutStandIn, ours: Invoice, client: Client, customer: Any) -> None:
    theirs = start(invoice=ours, gateway_name="twocheckout").invoice
    client.force_login(customer)
    for path in (f"/account/invoices/{theirs.number}/", f"/account/invoices/{theirs.number}/print/"):
        assert "Sold by 2Checkout" in client.get(path).content.decode(), path


def test_the_accountant_sees_it_apart(sells: TwoCheckoutStandIn, ours: Invoice) -> None:
    attempt = start(invoice=ours, gateway_name="twocheckout")
    sells.buy(attempt.redirect_url, country="AT")
    settle(attempt_id=attempt.pk)
    today = clock.today()
    span = Span(today, today)
    parts = [part for moved in journal.movements(span) for part in moved.parts]
    sold = [(part.slot, part.amount, part.tax) for part in parts if part.slot.startswith(("sales", "tax"))]
    assert sold == [("sales:provider_sells", Decimal("100.00"), 0)]
    register = {each.name: each for each in registers.REGISTERS}
    rows = list(register["tax"].rows(span))
    assert [(row[1], row[3], row[5], row[6]) for row in rows] == [("Sold by the payment provider", 0, 100, 0)]
    assert list(register["oss"].rows(span)) == [] and list(register["documents"].rows(span)) == []
    assert not tax_threshold.is_passed(at=clock.now(), net=Decimal(0), currency="EUR")


def test_another_method_makes_the_sale_ours_again_to_the_cent(
    sells: TwoCheckoutStandIn, ours: Invoice, stripe: Any, settings: Any
) -> None:
    theirs = start(invoice=ours, gateway_name="twocheckout").invoice
    add_stripe(settings)
    attempt = start(invoice=theirs, gateway_name="stripe")
    again = attempt.invoice
    assert (again.amount, again.tax, again.tax_treatment) == (ours.amount, ours.tax, ours.tax_treatment)
    assert kinds(again) == {"invoice"} and queries.replacement_of(ours) == again
    assert start(invoice=again, gateway_name="twocheckout").invoice.amount == Decimal("100.00")


def test_another_method_goes_on_while_the_provider_that_would_sell_is_away(
    sells: TwoCheckoutStandIn, ours: Invoice, stripe: Any, settings: Any
) -> None:
    attempt = start(invoice=ours, gateway_name="twocheckout")
    add_stripe(settings)
    sells.fail_next(kind="reset", count=-1)
    for _ in range(breaker.FAILURES):
        with pytest.raises(Unavailable):
            settle(attempt_id=attempt.pk)
    again = start(invoice=attempt.invoice, gateway_name="stripe")
    attempt.refresh_from_db()
    assert attempt.status == "cancelled" and again.gateway == "stripe"
    assert (again.invoice.amount, again.invoice.tax) == (ours.amount, ours.tax)


def test_a_page_that_closed_unpaid_makes_the_sale_ours_again(
    sells: TwoCheckoutStandIn, ours: Invoice, time_machine: Any
) -> None:
    attempt = cancel_attempt(start(invoice=ours, gateway_name="twocheckout"))
    for _ in range(2):
        attempt.refresh_from_db()
        if attempt.next_check_at:
            time_machine.move_to(attempt.next_check_at + timedelta(seconds=1))
            poll_open_attempts()
    (present,) = Invoice.objects.filter(status="open")
    assert (present.amount, present.tax, present.tax_treatment) == (ours.amount, ours.tax, ours.tax_treatment)


def test_money_paid_in_advance_is_not_theirs_to_sell(sells: TwoCheckoutStandIn, customer: Any) -> None:
    advance = make_invoice(customer, "100.00", with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    with pytest.raises(CannotBeCharged):
        start(invoice=advance, gateway_name="twocheckout")
    advance.refresh_from_db()
    assert advance.status == "open"


def test_on_another_plan_the_sale_stays_ours(twocheckout: TwoCheckoutStandIn, ours: Invoice) -> None:
    attempt = start(invoice=ours, gateway_name="twocheckout")
    assert attempt.invoice == ours and attempt.amount == Decimal("119.00")
    twocheckout.buy(attempt.redirect_url, country="AT")
    settle(attempt_id=attempt.pk)
    assert kinds(ours) == {"invoice", "receipt", "act"}


def press(client: Client, invoice: Invoice, **data: str) -> Any:
    return client.post(links.pay_path(invoice), data)


def test_the_buyer_sees_another_total_before_they_are_sent_on(
    sells: TwoCheckoutStandIn, ours: Invoice, client: Client, stripe: Any, settings: Any
) -> None:
    add_stripe(settings)
    early_starts.write(invoice=ours, language="en", ip_address=None)  # as consumers in the EU do at the checkout
    asked = press(client, ours, method="twocheckout")
    text = asked.content.decode()
    assert asked.status_code == 200 and not PaymentAttempt.objects.exists()
    assert "the total is €100.00 instead of €119.00" in text and "2Checkout adds the tax of your country" in text
    assert 'value="twocheckout" required checked' in text
    assert press(client, ours, method="stripe", agreed="twocheckout 100.00 0.00").status_code == 303
    assert press(client, ours, method="twocheckout", agreed="twocheckout 99.00 0.00").status_code == 200
    sent = press(client, ours, method="twocheckout", agreed="twocheckout 100.00 0.00")
    assert sent.status_code == 303 and sent["Location"].startswith(sells.base_url)
    theirs = Invoice.objects.get(status="open")
    back = press(client, theirs, method="stripe")
    assert back.status_code == 200 and "the total is €119.00 instead of €100.00" in back.content.decode()
    assert "VAT 19%: €19.00" in back.content.decode()
    assert Invoice.objects.get(status="open") == theirs
    assert press(client, theirs, method="stripe", agreed="stripe 100.00 19.00").status_code == 303
    assert Invoice.objects.get(status="open").amount == ours.amount


def test_nothing_takes_its_place_at_another_total_than_the_one_agreed_to(
    sells: TwoCheckoutStandIn, ours: Invoice, stripe: Any, settings: Any
) -> None:
    add_stripe(settings)
    theirs = start(invoice=ours, gateway_name="twocheckout").invoice
    with pytest.raises(TaxDiffers):
        start(invoice=theirs, gateway_name="stripe", total=Decimal("118.00"))
    assert Invoice.objects.get(status="open") == theirs and theirs.attempts.get().status == "cancelled"


def test_no_tax_of_ours_and_still_they_are_told_who_adds_one(
    sells: TwoCheckoutStandIn, ours: Invoice, client: Client, seller: Seller, customer: Any
) -> None:
    Seller.objects.update(tax_regime="none")
    free_of_tax = make_invoice(customer, "100.00", payer=PAYER)
    text = press(client, free_of_tax).content.decode()
    assert "By this way to pay the total is €100.00." in text and "2Checkout adds the tax" in text
