"""Adding funds: limits, the invoice that is issued, and where its money ends."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from storefront.billing.models import Invoice, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.personal_account import top_ups
from storefront.billing.services import invoices, ledger, recharging
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(db: None) -> Seller:
    return Seller.objects.create(
        name="Northbridge", address="1 Harbour Street", country="DE", tax_regime="vat", vat_id="DE123456789",
        top_up_smallest="5.00 EUR; 500.00 RUB", top_up_largest="1000.00 EUR", top_up_a_day="1500.00 EUR",
    )  # fmt: skip


def add(customer: Any, amount: str, currency: str = "EUR", name: str = "Ada Buyer") -> Invoice:
    payer = PayerDetails.from_json({"name": name, "country": "DE", "kind": "person"})
    return top_ups.issue(customer=customer, amount=Decimal(amount), currency=currency, payer=payer, language="en")


def test_the_invoice_names_no_service_and_bears_no_tax_yet(customer: Any, seller: Seller, audited: Any) -> None:
    invoice = add(customer, "100.00")
    (line,) = invoice.lines.all()
    assert (invoice.kind, invoice.status, invoice.order) == (InvoiceKind.ADVANCE_PAYMENT, InvoiceStatus.OPEN, None)
    assert (line.description, line.license_terms) == ("Advance payment", None)
    assert (invoice.tax, invoice.tax_treatment, invoice.tax_facts["reason"]) == (0, "none", "advance_payment")
    assert invoice.payer["email"] == customer.email, "the provider's page need not ask for it"
    assert audited() == []


def test_another_payer_bears_no_tax_either(customer: Any, seller: Seller) -> None:
    decision, lines = recharging.for_payer(
        invoice=add(customer, "100.00"), payer={"kind": "person", "country": "FR", "name": "Zoe"}
    )
    assert decision.treatment == "none" and [line.amount for line in lines] == [Decimal("100.00")]


def test_paid_it_is_on_the_account(customer: Any, seller: Seller, stripe: Any, outbox: Any, audited: Any) -> None:
    invoice = add(customer, "100.00")
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID and ledger.balance_of(customer, "EUR") == Decimal("100.00")
    assert outbox("account-topped-up:") and audited() == []


@pytest.mark.parametrize(
    ("amount", "says"),
    [
        ("4.99", "Add €5.00 or more."),
        ("0", "Add €5.00 or more."),
        ("-7", "Add €5.00 or more."),
        ("5.001", "Add €5.00 or more."),
        ("1000.01", "Add €1,000.00 at most."),
    ],
)
def test_what_is_outside_the_limits_is_refused_with_the_limit(
    customer: Any, seller: Seller, amount: str, says: str
) -> None:
    with pytest.raises(top_ups.AmountRefused) as refused:
        add(customer, amount)
    assert str(refused.value) == says and not Invoice.objects.exists()


def test_the_limit_of_a_day_counts_what_is_open_and_paid_and_not_what_is_void(customer: Any, seller: Seller) -> None:
    first = add(customer, "1000.00")
    with pytest.raises(top_ups.AmountRefused) as refused:
        add(customer, "500.01")
    assert str(refused.value) == "€1,500.00 can be added a day; €500.00 of it are left today."
    add(customer, "500.00")
    invoices.void(invoice=first, reason="test")
    add(customer, "900.00")
    with time_machine.travel(clock.now() + timedelta(days=1)):
        add(customer, "1000.00")


def test_the_same_wish_twice_is_one_invoice(customer: Any, seller: Seller) -> None:
    assert add(customer, "50.00") == add(customer, "50.00")
    assert add(customer, "50.00", name="Bob") != add(customer, "50.00")
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        add(customer, "50.00")
    assert Invoice.objects.count() == 3


def test_limits_are_of_their_currency(customer: Any, seller: Seller) -> None:
    assert add(customer, "5000.00", "RUB").amount == Decimal(5000)
    with pytest.raises(top_ups.AmountRefused):
        add(customer, "499.00", "RUB")


def test_a_seller_who_takes_none_is_obeyed(customer: Any, seller: Seller) -> None:
    seller.takes_advance_payments = False
    seller.save()
    with pytest.raises(top_ups.NotOffered):
        add(customer, "50.00")
