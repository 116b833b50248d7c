"""Invoices: numbered without gaps, frozen, and adding up to the last cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from oscar.apps.voucher.models import Voucher

from storefront.billing import audit as billing_audit
from storefront.billing.errors import ChargeOpen, NothingToPay
from storefront.billing.models import Invoice, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import invoices
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceStatus
from storefront.billing.tax import TaxDecision, TaxFacts, TaxTreatment
from storefront.core import clock
from storefront.core.instants import end_of_day
from storefront.core.license_terms import LicenseTerms
from storefront.core.money import MoneyError, TaxedAmount
from storefront.core.states import TransitionError
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db
TERMS = LicenseTerms(
    software_id=1, product_title="Module", plan_id=2, plan_code="pro", plan_name="Pro", months=12, binding_kind="none"
)


def line(amount="96.00", **fields):
    amount = Decimal(amount)
    return invoices.NewLine(**{"description": "License", "amount": amount, "list_amount": amount, **fields})


def issue(customer, *lines, currency="EUR", **fields):
    values = {"customer": customer, "order": None, "currency": currency, "payer": {}, "lines": lines}
    return invoices.issue(**values | fields)


def test_numbers_count_up_by_year(customer):
    with time_machine.travel(datetime(2026, 12, 31, 23, 59, tzinfo=UTC), tick=False) as travel:
        first = [issue(customer, line()).number for _ in range(2)]
        travel.shift(timedelta(minutes=1))
        second = issue(customer, line()).number
    assert first == ["INV-2026-000001", "INV-2026-000002"]
    assert second == "INV-2027-000001"


def test_the_year_of_its_number_is_that_of_its_date(customer, settings):
    settings.TIME_ZONE = "Europe/Moscow"
    with time_machine.travel(datetime(2026, 12, 31, 21, 30, tzinfo=UTC), tick=False):
        assert issue(customer, line()).number == "INV-2027-000001"


def test_an_invoice_that_was_rolled_back_leaves_no_gap(customer):
    first = issue(customer, line())
    with pytest.raises(RuntimeError), transaction.atomic():
        issue(customer, line())
        raise RuntimeError
    second = issue(customer, line())
    assert int(second.number[-6:]) == int(first.number[-6:]) + 1


def test_it_is_due_after_the_days_an_order_may_stay_unpaid(customer, settings):
    settings.UNPAID_ORDER_DAYS = 5
    invoice = issue(customer, line())
    assert invoice.due_at == end_of_day(invoice.issued_at, days=5)


def test_later_changes_of_seller_and_customer_do_not_reach_it(customer):
    seller = Seller.objects.create(name="Northbridge Software Ltd", address="1 Harbour Street")
    invoice = issue(customer, line(), payer={"name": "Ada", "company": "Acme", "webhook": "secret"})
    seller.name = "Another Ltd"
    seller.save()
    stored = Invoice.objects.get(pk=invoice.pk)
    assert stored.seller["name"] == "Northbridge Software Ltd"
    assert stored.payer == PayerDetails(kind="company", name="Ada", company="Acme").to_json()


def test_its_hash_is_the_same_after_the_database_and_another_after_any_change(customer):
    invoice = issue(customer, line("10", license_terms=TERMS), line("86.50"))
    stored = Invoice.objects.get(pk=invoice.pk)
    rows = list(stored.lines.all())
    assert invoices.content_hash(stored, rows) == stored.content_hash
    rows[0].license_terms = replace(TERMS, months=13)
    assert invoices.content_hash(stored, rows) != stored.content_hash


@pytest.mark.parametrize("lines", [[], [("5.00", 0)]], ids=["no line", "no piece"])
def test_nothing_bought_is_no_invoice(customer, lines):
    with pytest.raises(NothingToPay):
        issue(customer, *[line(amount, quantity=quantity) for amount, quantity in lines])


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("1.001", "EUR"), ("1.5", "JPY"), ("NaN", "EUR"), ("Infinity", "EUR"), ("-1.00", "EUR"), ("1.2345", "KWD")],
)
def test_an_amount_the_currency_cannot_express_is_refused(customer, amount, currency):
    with pytest.raises(MoneyError):
        issue(customer, line("5"), line(amount), currency=currency)
    assert not Invoice.objects.exists()


@settings(max_examples=50, deadline=None)
@given(cents=st.lists(st.integers(min_value=0, max_value=99_999_999), min_size=1, max_size=30))
def test_lines_add_up_to_the_total_to_the_last_cent(cents):
    lines = TaxDecision(TaxTreatment.NONE, Decimal(0)).split([Decimal(cent) / 100 for cent in cents], "EUR")
    assert TaxedAmount.total(lines).gross * 100 == sum(cents)


def test_three_places_are_kept_and_hashed(customer):
    invoice = issue(customer, line("1.234"), line("0.500"), currency="KWD")
    stored = Invoice.objects.get(pk=invoice.pk)
    lines = list(stored.lines.all())
    assert (stored.amount, [each.amount for each in lines]) == (Decimal("1.734"), [Decimal("1.234"), Decimal("0.500")])
    assert invoices.content_hash(stored, lines) == stored.content_hash
    lines[0].amount += Decimal("0.001")
    assert invoices.content_hash(stored, lines) != stored.content_hash


def test_without_a_regime_no_tax_is_charged(customer):
    stored = Invoice.objects.get(pk=issue(customer, line("96.00"), line("10.00")).pk)
    assert (stored.net, stored.tax, stored.amount) == (Decimal(106), Decimal(0), Decimal(106))
    assert [(each.net, each.tax, each.tax_rate) for each in stored.lines.all()] == [(96, 0, 0), (10, 0, 0)]
    assert (stored.tax_treatment, TaxFacts.from_json(stored.tax_facts).reason) == ("none", "no_tax")


def test_tax_decided_for_an_invoice_is_in_its_lines_and_adds_up(customer):
    decision = TaxDecision(TaxTreatment.NONE, Decimal("19.5"))
    invoice = issue(customer, line("0.03"), line("0.03"), line("0.04"), tax_decision=decision)
    stored = Invoice.objects.get(pk=invoice.pk)
    assert (stored.net, stored.tax, stored.amount) == (Decimal("0.08"), Decimal("0.02"), Decimal("0.10"))
    assert [(each.net, each.tax) for each in stored.lines.all()] == [
        (Decimal("0.02"), Decimal("0.01")),
        (Decimal("0.03"), Decimal(0)),
        (Decimal("0.03"), Decimal("0.01")),
    ]
    assert {each.tax_rate for each in stored.lines.all()} == {Decimal("19.5")}
    assert list(billing_audit.checks()) == []


def test_why_it_is_taxed_so_is_frozen_and_hashed(customer):
    facts = TaxFacts(
        reason="eu_business", country="FR", buyer="company", vat_id="FR40303265045", consultation_number="W1"
    )
    decision = TaxDecision(TaxTreatment.REVERSE_CHARGE, Decimal(0), Decimal(19), facts)
    stored = Invoice.objects.get(pk=issue(customer, line("96.00"), tax_decision=decision).pk)
    assert TaxFacts.from_json(stored.tax_facts) == facts
    lines = list(stored.lines.all())
    assert invoices.content_hash(stored, lines) == stored.content_hash
    stored.tax_facts = stored.tax_facts | {"consultation_number": "W2"}
    assert invoices.content_hash(stored, lines) != stored.content_hash


@pytest.mark.parametrize("change", [{"tax": "1.00"}, {"net": "1.00"}, {"tax_rate": "7"}, {"hash_version": 1}])
def test_a_change_of_its_tax_is_a_change_of_the_invoice(customer, change):
    stored = Invoice.objects.get(pk=issue(customer, line("96.00")).pk)
    lines = list(stored.lines.all())
    for name, value in change.items():
        for each in (stored, *lines):
            if hasattr(each, name):
                setattr(each, name, Decimal(value))
    assert invoices.content_hash(stored, lines) != stored.content_hash


@pytest.mark.parametrize(("currency", "amount", "minor"), [("EUR", "96.10", 9610), ("JPY", "9610", 9610)])
def test_the_provider_is_asked_for_the_same_minor_units(stripe, customer, currency, amount, minor):
    start(invoice=make_invoice(customer, amount, currency=currency), gateway_name="stripe")
    (session,) = stripe.sessions()
    assert (session["amount_total"], session["currency"]) == (minor, currency.lower())


def test_void_cancels_the_order_and_tells_the_customer_once(customer, outbox):
    invoice = make_invoice(customer)
    for _ in range(2):
        invoices.void(invoice=invoice, reason="Not paid in time")
    invoice.refresh_from_db()
    assert (invoice.status, invoice.void_reason) == (InvoiceStatus.VOID, "Not paid in time")
    assert invoice.voided_at is not None
    assert type(invoice.order).objects.get(pk=invoice.order.pk).status == "Cancelled"
    assert outbox("order-voided:") == [f"order-voided:{invoice.number}"]


def test_void_gives_the_use_of_a_voucher_back_once(customer):
    invoice = make_invoice(customer)
    now = clock.now()
    voucher = Voucher.objects.create(
        name="Autumn", code="AUTUMN", start_datetime=now, end_datetime=now + timedelta(days=9), usage="Single use"
    )
    voucher.record_usage(invoice.order, customer)
    assert voucher.is_available_to_user(customer)[0] is False
    for _ in range(2):
        invoices.void(invoice=invoice, reason="test")
    voucher.refresh_from_db()
    assert voucher.num_orders == 0
    assert voucher.is_available_to_user(customer)[0] is True


def test_an_invoice_with_an_open_charge_is_not_made_void(stripe, customer):
    invoice = make_invoice(customer)
    start(invoice=invoice, gateway_name="stripe")
    with pytest.raises(ChargeOpen):
        invoices.void(invoice=invoice, reason="test")


def test_a_paid_invoice_is_not_made_void(stripe, customer):
    invoice = make_invoice(customer)
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    with pytest.raises(TransitionError):
        invoices.void(invoice=invoice, reason="test")
