"""Refunds by bank transfer and to the personal account: what is booked, what they end, and that no cent goes twice."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.billing.accounting import registers
from storefront.billing.errors import NotRefundable, RefundDecided
from storefront.billing.models import Payment, Refund, RefundPayout
from storefront.billing.services import ledger, refund_other_ways, refund_payees, refund_plans, refunds
from storefront.billing.services.payments import pay as pay_from
from storefront.billing.services.payments import register
from storefront.billing.services.refund_payees import Payee
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.states import InvoiceStatus, RefundStatus, RefundWay
from storefront.core.clock import today
from storefront.core.spans import Span
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, pay, statuses, terms, units_of
from tests.billing.test_refunds import kinds
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db

PAYEE = Payee("Ada Buyer", "DE89370400440532013000")


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    """A paid invoice of two licenses, 60.00 and 40.00."""
    made = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    pay(stripe, made)
    return made


def begin(invoice: Any, way: RefundWay = RefundWay.BANK, **wanted: Any) -> list[Refund]:
    payee = PAYEE if way == RefundWay.BANK else None
    decision = RefundDecision(invoice=invoice, way=way, payee=payee, **wanted)
    return refunds.begin(decision=decision, reason="As agreed", by=None, is_told=True)


def mark_paid(refund: Refund, by: Any) -> Refund:
    payout = RefundPayout.objects.select_related("refund").get(refund=refund)
    return refund_other_ways.mark_paid(payout=payout, paid_on=today(), reference="E2E-1", by=by)


def test_a_payout_waits_until_it_is_paid_and_then_ends_what_it_refunds(
    stripe: Any, invoice: Any, customer: Any, audited: Any, outbox: Any
) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    assert (refund.status, refund.next_check_at) == (RefundStatus.CREATED, None)
    assert statuses(invoice) == ["pending", "pending"] and audited() == []
    mark_paid(refund, customer)
    payment, payout = Payment.objects.get(), RefundPayout.objects.get()
    assert (payment.amount_paid_out, payment.amount_refunded) == (Decimal("60.00"), Decimal(0))
    assert (payout.account, payout.bank_reference) == ("…3000", "E2E-1")
    assert statuses(invoice) == ["revoked", "pending"]
    assert ledger.balance_of(customer, "EUR") == 0
    assert stripe.stats()["refunds"] == 0
    assert len(outbox("refund_made:")) == 1
    assert kinds() == [] and audited() == []


def test_the_whole_by_bank_transfer_takes_the_invoice_back(invoice: Any, customer: Any, audited: Any) -> None:
    [refund] = begin(invoice, units=units_of(invoice))
    mark_paid(refund, customer)
    assert fresh(invoice).status == InvoiceStatus.REFUNDED and fresh(invoice).order.status == "Refunded"
    assert audited() == []


def test_what_waits_to_be_paid_out_is_not_refunded_otherwise(invoice: Any) -> None:
    begin(invoice, amount=Decimal("70.00"))
    for way in (RefundWay.METHOD, RefundWay.BANK):
        with pytest.raises(NotRefundable):
            begin(invoice, way, amount=Decimal("30.01"))
    begin(invoice, RefundWay.METHOD, amount=Decimal("30.00"))


def test_a_payout_is_paid_once(invoice: Any, customer: Any, audited: Any) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    mark_paid(refund, customer)
    with pytest.raises(RefundDecided):
        mark_paid(refund, customer)
    with pytest.raises(RefundDecided):
        refund_other_ways.give_up(payout=RefundPayout.objects.select_related("refund").get())
    assert Payment.objects.get().amount_paid_out == Decimal("60.00")
    assert audited() == []


def test_a_payout_that_was_given_up_can_be_refunded_anew(invoice: Any, audited: Any) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    refund_other_ways.give_up(payout=RefundPayout.objects.select_related("refund").get())
    assert (fresh(refund).status, fresh(refund).failure_code) == (RefundStatus.FAILED, "payout_given_up")
    assert RefundPayout.objects.get().account == "…3000"
    [again] = begin(invoice, RefundWay.METHOD, units=units_of(invoice)[:1])
    assert again.status == RefundStatus.SUCCEEDED
    assert audited() == []


def test_money_that_goes_back_at_the_provider_stops_the_payout(stripe: Any, invoice: Any, customer: Any) -> None:
    """Else it would go back twice; staff are told."""
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    attempt = invoice.attempts.get()
    stripe.refund(attempt.provider_reference, amount=5000)
    settle(attempt_id=attempt.pk)
    refund = fresh(refund)
    assert (refund.status, refund.failure_code) == (RefundStatus.FAILED, "payout_uncovered")
    assert "refund_failed" in kinds()
    stopped = RefundPayout.objects.select_related("refund").get(refund=refund)
    with pytest.raises(RefundDecided):
        refund_other_ways.give_up(payout=stopped)


def test_a_payout_that_the_rest_still_covers_goes_on(stripe: Any, invoice: Any, customer: Any, audited: Any) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    attempt = invoice.attempts.get()
    stripe.refund(attempt.provider_reference, amount=4000)
    settle(attempt_id=attempt.pk)
    mark_paid(fresh(refund), customer)
    payment = Payment.objects.get()
    assert (payment.amount_refunded, payment.amount_paid_out) == (Decimal("40.00"), Decimal("60.00"))
    assert fresh(invoice).status == InvoiceStatus.REFUNDED
    assert audited() == []


def test_a_dispute_stops_payouts_and_forbids_new_ones(stripe: Any, invoice: Any) -> None:
    """The bank may take the money as well."""
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    attempt = invoice.attempts.get()
    stripe.dispute(attempt.provider_reference)
    settle(attempt_id=attempt.pk, look_for_disputes=True)
    assert fresh(refund).failure_code == "payout_uncovered"
    with pytest.raises(NotRefundable):
        begin(invoice, amount=Decimal("1.00"))


def test_a_transfer_that_came_back_is_the_customers_again(invoice: Any, customer: Any, audited: Any) -> None:
    [refund] = begin(invoice, amount=Decimal("10.00"))
    mark_paid(refund, customer)
    refund_other_ways.take_returned(payout=RefundPayout.objects.select_related("refund").get())
    assert Payment.objects.get().amount_paid_out == 0
    assert (fresh(refund).failure_code, fresh(invoice).status) == ("payout_returned", InvoiceStatus.PAID)
    assert audited() == []
    begin(invoice, RefundWay.METHOD, amount=Decimal("100.00"))


def test_a_refund_to_the_personal_account_is_there_at_once(
    stripe: Any, invoice: Any, customer: Any, audited: Any
) -> None:
    [refund] = begin(invoice, RefundWay.ACCOUNT, units=units_of(invoice)[:1])
    assert refund.status == RefundStatus.SUCCEEDED
    assert ledger.balance_of(customer, "EUR") == Decimal("60.00")
    assert statuses(invoice) == ["revoked", "pending"] and fresh(invoice).status == InvoiceStatus.PAID
    assert stripe.stats()["refunds"] == 0 and audited() == []
    begin(invoice, RefundWay.ACCOUNT, units=units_of(invoice)[1:])
    assert fresh(invoice).status == InvoiceStatus.REFUNDED
    assert audited() == []


def test_what_lies_on_the_account_can_still_go_back_the_way_it_came(invoice: Any, customer: Any, audited: Any) -> None:
    begin(invoice, RefundWay.ACCOUNT, units=units_of(invoice)[:1])
    payment = Payment.objects.get()
    refunds.begin(
        decision=RefundDecision(payment=payment, amount=Decimal("60.00"), is_unspent=True), reason="Asked", by=None
    )
    assert ledger.balance_of(customer, "EUR") == 0
    assert audited() == []


def test_a_credit_that_was_interrupted_is_made_by_the_worker_once(
    invoice: Any, customer: Any, audited: Any, monkeypatch: Any
) -> None:
    def killed(refund: Refund) -> Refund:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(refund_other_ways, "credit_account", killed)
        begin(invoice, RefundWay.ACCOUNT, units=units_of(invoice)[:1])
    Refund.objects.update(next_check_at=None)
    Refund.objects.update(next_check_at="2020-01-01T00:00:00Z")
    assert refunds.follow_open() == 1 and refunds.follow_open() == 0
    assert ledger.balance_of(customer, "EUR") == Decimal("60.00")
    assert audited() == []


def test_money_that_came_without_a_provider_goes_back_by_bank_transfer(customer: Any, audited: Any) -> None:
    invoice = make_invoice(customer, "50.00", terms=[terms(make_product("t"))])
    payment = register(
        customer=customer, gateway="bank", reference="T-1", is_live=True, amount=Decimal("50.00"), currency="EUR"
    )
    pay_from(invoice, [(payment, Decimal("50.00"))])
    assert sum(part.amount for part in refund_plans.sources(invoice)) == 0
    [refund] = begin(invoice, units=units_of(invoice))
    mark_paid(refund, customer)
    assert fresh(invoice).status == InvoiceStatus.REFUNDED and statuses(invoice) == ["revoked"]
    assert audited() == []


@pytest.mark.parametrize(
    ("payee", "wrong"),
    [
        (Payee("", "DE89370400440532013000"), {"holder"}),
        (Payee("Ada", "DE89370400440532013001"), {"account"}),
        (Payee("Ada", ""), {"account"}),
        (Payee("Ada", "4081781009991000431"), {"bank"}),
        (Payee("Ada", "12-34"), {"account"}),
        (Payee("Ada", "40817810099910004312", "044525225"), set()),
        (PAYEE, set()),
    ],
)
def test_where_money_cannot_be_sent_is_said_at_its_field(payee: Payee, wrong: set[str]) -> None:
    assert set(refund_payees.problems(payee)) == wrong


def test_spaces_and_dashes_do_not_matter() -> None:
    assert refund_payees.compacted(" de89 3704-0044 0532 0130 00 ") == PAYEE.account


@given(st.text(max_size=60))
def test_whatever_is_typed_as_an_account_has_an_answer(typed: str) -> None:
    refund_payees.problems(Payee("Ada", refund_payees.compacted(typed)[:34], ""))


def test_a_day_is_kept_as_the_bank_says_it(invoice: Any, customer: Any) -> None:
    [refund] = begin(invoice, amount=Decimal("1.00"))
    payout = RefundPayout.objects.select_related("refund").get(refund=refund)
    refund_other_ways.mark_paid(payout=payout, paid_on=date(2026, 11, 2), reference="x" * 300, by=customer)
    assert (fresh(payout).paid_on, len(fresh(payout).bank_reference)) == (date(2026, 11, 2), 140)


def test_the_accountants_register_of_refunds_shows_payouts(invoice: Any, customer: Any) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    mark_paid(refund, customer)
    [register] = [each for each in registers.REGISTERS if each.name == "refunds"]
    [row] = register.rows(Span(today() - timedelta(days=1), today() + timedelta(days=1)))
    assert "Bank transfer" in row and Decimal("60.00") in row and invoice.number in row
