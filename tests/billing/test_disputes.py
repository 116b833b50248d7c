"""Disputes from the provider's word to ledger, staff and licenses: https://docs.stripe.com/disputes."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from django.utils.formats import date_format
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cms.statistics import days, sales
from storefront.billing import signals, status
from storefront.billing.audit import checks
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Dispute, Invoice, LedgerEntry, Payment, PaymentAttempt, ReviewItem
from storefront.billing.services import opening, payments
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.settlement import StaleAnswer, record, settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind
from storefront.core import clock
from storefront.gateways.payments.disputes import AGAINST_US
from storefront.notifications.models import OutboxMessage
from storefront.sandbox.stripe.disputes import STEPS
from storefront.sandbox.stripe.errors import ApiError
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

FEE, ALL = Decimal("20.00"), Decimal("96.00")


@pytest.fixture
def paid(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    return settle(attempt_id=payment.pk)


@pytest.fixture
def heard():
    messages = []

    def disputed(sender, **kwargs):
        messages.append(kwargs["is_disputed"])

    signals.payment_disputed.connect(disputed)
    yield messages
    signals.payment_disputed.disconnect(disputed)


@pytest.fixture
def lost():
    invoices = []

    def taken(sender, **kwargs):
        invoices.append(kwargs["invoice"])

    signals.payment_lost.connect(taken)
    yield invoices
    signals.payment_lost.disconnect(taken)


def look(payment):
    return settle(attempt_id=payment.pk, look_for_disputes=True)


def walk(stripe, payment, *steps):
    """The dispute goes through each step, and the shop hears of each."""
    for step in steps:
        stripe.move_dispute(payment.provider_reference, status=step)
        look(payment)


def balances():
    """By kind of account: what the ledger says."""
    sums: dict[str, Decimal] = {}
    for kind, amount in LedgerEntry.objects.values_list("account__kind", "amount"):
        sums[kind] = sums.get(kind, Decimal(0)) + amount
    return {kind: amount for kind, amount in sums.items() if amount}


def kinds():
    return list(ReviewItem.objects.order_by("pk").values_list("kind", flat=True))


def last_word():
    return ReviewItem.objects.latest("pk").detail


def test_a_dispute_sets_the_money_aside_and_says_until_when_to_answer(stripe, invoice, paid, heard, audited):
    stripe.dispute(paid.provider_reference, reason="product_not_received")
    for _ in range(3):
        look(paid)
    assert balances() == {"provider": FEE, "disputed": -ALL, "sales": ALL, "fees": -FEE}
    assert kinds() == ["dispute"] and heard == [True]
    row = Dispute.objects.get()
    day = date_format(row.evidence_due_at, "j E Y, H:i")
    for words in ("evidence is wanted", f"until {day} UTC", "did not get what they paid for", "€96.00", "€20.00"):
        assert words in last_word()
    assert f"https://dashboard.stripe.com/test/payments/{paid.charge_reference}" in last_word()
    mail = OutboxMessage.objects.get(key__startswith="review:dispute:").payload["context"]
    assert mail["title"] == f"Disputed: evidence is wanted ({invoice.number})"
    assert any(f"until {day} UTC" in part for part in mail["paragraphs"])
    assert status.of_invoice(Invoice.objects.get()).code == "paid"
    assert audited() == []


def test_a_won_dispute_brings_the_money_back(stripe, invoice, paid, heard, audited):
    stripe.dispute(paid.provider_reference)
    look(paid)
    walk(stripe, paid, "under_review", "won")
    assert balances() == {"provider": FEE - ALL, "sales": ALL, "fees": -FEE}
    assert kinds() == ["dispute", "dispute", "dispute_closed"] and heard == [True, False]
    assert "the licenses work again" in last_word()
    assert audited() == []


def test_a_lost_dispute_is_booked_out_of_the_income(stripe, invoice, paid, heard, lost, audited):
    assert sum(sales.read(days.latest()).income["EUR"].values()) == ALL
    stripe.dispute(paid.provider_reference)
    look(paid)
    walk(stripe, paid, "under_review", "lost")
    for _ in range(2):
        look(paid)
    assert balances() == {"provider": FEE, "fees": -FEE}
    assert kinds() == ["dispute", "dispute", "dispute_closed"] and heard == [True]
    assert lost == [invoice]
    state = status.of_invoice(Invoice.objects.get())
    assert state.code == "charged_back" and "took the money back" in state.reason
    assert Payment.objects.get().amount_lost == ALL
    assert sum(sales.read(days.latest()).income["EUR"].values()) == 0
    assert audited() == []


def test_an_appeal_that_is_won_undoes_the_loss(stripe, invoice, paid, heard, audited):
    stripe.dispute(paid.provider_reference)
    look(paid)
    walk(stripe, paid, "lost", "appeal_needs_response")
    assert "An appeal can be sent until" in last_word()
    walk(stripe, paid, "appeal_under_review")
    assert balances() == {"provider": FEE, "fees": -FEE} and heard == [True]
    walk(stripe, paid, "won")
    assert balances() == {"provider": FEE - ALL, "sales": ALL, "fees": -FEE} and heard == [True, False]
    assert status.of_invoice(Invoice.objects.get()).code == "paid"
    assert audited() == []


def test_an_inquiry_moves_no_money_and_suspends_nothing(stripe, paid, heard, audited):
    stripe.dispute(paid.provider_reference, status="warning_needs_response")
    look(paid)
    assert "Answer the bank until" in last_word()
    walk(stripe, paid, "warning_under_review", "warning_closed")
    assert balances() == {"provider": -ALL, "sales": ALL}
    assert kinds() == ["dispute", "dispute", "dispute_closed"] and heard == []
    assert audited() == []


def test_an_inquiry_may_become_a_dispute(stripe, paid, heard, audited):
    stripe.dispute(paid.provider_reference, status="warning_needs_response")
    look(paid)
    walk(stripe, paid, "needs_response")
    assert balances()["disputed"] == -ALL and heard == [True]
    assert audited() == []


@pytest.mark.parametrize(("takes", "left", "told"), [(True, {}, [True]), (False, {"provider": -ALL, "sales": ALL}, [])])
def test_a_prevented_one_costs_what_was_given_back_and_no_fee(stripe, paid, heard, audited, takes, left, told):
    stripe.dispute(paid.provider_reference, status="prevented", takes=takes)
    look(paid)
    assert balances() == left and heard == told
    assert kinds() == ["dispute_closed"]
    assert audited() == []


def test_a_dispute_about_a_part_loses_that_part(stripe, invoice, paid, audited):
    stripe.refund(paid.provider_reference, amount=1000)
    stripe.dispute(paid.provider_reference, amount=3000)
    look(paid)
    walk(stripe, paid, "lost")
    assert balances() == {"provider": FEE - Decimal("56.00"), "sales": Decimal("56.00"), "fees": -FEE}
    assert audited() == []


def test_money_that_paid_for_nothing_can_be_disputed_too(stripe, invoice, paid, audited):
    """A second payment lies on the personal account: it is taken from there."""
    other = invoice.attempts.create(
        gateway="stripe", is_live=False, currency="EUR", amount=ALL, status="cancelled", created_at=clock.now()
    )
    started = gateway("stripe").start(opening.start_request(other))
    PaymentAttempt.objects.filter(pk=other.pk).update(provider_reference=started.provider_reference)
    stripe.pay(started.provider_reference)
    settle(attempt_id=other.pk)
    assert balances()["customer"] == ALL
    stripe.dispute(started.provider_reference)
    look(other)
    stripe.close_dispute(started.provider_reference, won=False)
    look(other)
    assert balances() == {"provider": FEE - ALL, "sales": ALL, "fees": -FEE}
    assert audited() == []


@pytest.fixture
def shared(stripe, customer):
    """Two payments through the provider's page that pay one invoice together."""
    attempts = [_paid(stripe, customer, amount, kind=InvoiceKind.ADVANCE_PAYMENT) for amount in ("60.00", "36.00")]
    payments.pay(make_invoice(customer), [(each.payment, each.amount) for each in attempts])
    return attempts


def test_while_one_payment_of_an_invoice_is_disputed_the_end_of_anothers_dispute_restores_nothing(
    stripe, shared, heard, audited
):
    for payment in shared:
        stripe.dispute(payment.provider_reference)
        look(payment)
    assert heard == [True, True]
    first, second = shared
    stripe.close_dispute(first.provider_reference, won=True)
    look(first)
    assert heard == [True, True]
    assert "stays suspended: another payment" in ReviewItem.objects.latest("pk").detail
    stripe.close_dispute(second.provider_reference, won=True)
    look(second)
    assert heard == [True, True, False]
    assert "the licenses work again" in ReviewItem.objects.latest("pk").detail
    assert audited() == []


def test_a_lost_payment_that_paid_a_part_is_a_matter_for_staff(stripe, shared, heard, lost, audited):
    first, _ = shared
    stripe.dispute(first.provider_reference)
    look(first)
    stripe.close_dispute(first.provider_reference, won=False)
    for _ in range(2):
        look(first)
    assert (heard, lost) == ([True], [])
    assert kinds() == ["dispute", "dispute_closed", "partly_lost"]
    assert "60.00 of 96.00 EUR" in ReviewItem.objects.get(kind="partly_lost").detail
    assert audited() == []


def test_an_answer_that_was_overtaken_takes_nothing_back(stripe, paid):
    seen = PaymentAttempt.objects.get().revision
    stale = gateway("stripe").fetch(paid.provider_reference, look_for_disputes=True)
    stripe.dispute(paid.provider_reference)
    look(paid)
    with pytest.raises(StaleAnswer):
        record(attempt_id=paid.pk, snapshot=stale, seen=seen)
    assert Dispute.objects.get().stage == "open"


def test_reconciliation_finds_what_nobody_told(stripe, paid, audited):
    stripe.dispute(paid.provider_reference, status="warning_needs_response")
    assert [reconcile(), reconcile()] == [1, 0]
    stripe.move_dispute(paid.provider_reference, status="needs_response")
    assert [reconcile(), reconcile()] == [1, 0]
    stripe.close_dispute(paid.provider_reference, won=False)
    assert [reconcile(), reconcile()] == [1, 0]
    assert kinds() == ["dispute", "dispute", "dispute_closed"]
    assert audited() == []


def test_reconciliation_follows_an_undecided_dispute_of_an_old_payment(stripe, paid, audited):
    stripe.dispute(paid.provider_reference)
    look(paid)
    stripe.close_dispute(paid.provider_reference, won=True)
    with stripe.state.changing():
        for each in stripe.state.all("dispute"):
            each["created"] -= 60 * 86400
    assert reconcile() == 1
    assert Dispute.objects.get().stage == "won"


numbers = itertools.count()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    first=st.sampled_from(["needs_response", "warning_needs_response", "prevented"]),
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.booleans()), max_size=12),
    amount=st.integers(1, 9600),
)
@example(first="needs_response", steps=[], amount=2179)  # 21.79 - 96.00 is not -74.21 in floats, as SQLite counts
def test_the_end_is_the_same_whatever_was_heard_on_the_way(stripe, make_customer, first, steps, amount):
    """Of two payments with the same dispute one is followed at some steps, the other is looked at in the end alone."""
    followed, late = (_paid(stripe, make_customer(f"disputed{next(numbers)}@example.com")) for _ in range(2))
    for payment in (followed, late):
        stripe.dispute(payment.provider_reference, status=first, amount=amount)
    for step, is_heard in steps:
        for payment in (followed, late):
            try:
                stripe.move_dispute(payment.provider_reference, status=step)
            except ApiError:
                break  # cannot follow
        if is_heard:
            look(followed)
    for _ in range(2):
        followed, late = look(followed), look(late)
    assert _sums(followed) == _sums(late)
    row = followed.payment.disputes.get()
    assert (row.stage, row.lost) == (late.payment.disputes.get().stage, late.payment.amount_lost)
    assert row.lost == (row.withdrawn if row.stage in AGAINST_US else 0)
    assert [str(finding) for finding in checks()] == []


def _paid(stripe, customer, *amounts, **values):
    payment = start(invoice=make_invoice(customer, *amounts, **values), gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    return settle(attempt_id=payment.pk)


def _sums(payment):
    sums: dict[str, Decimal] = {}
    entries = LedgerEntry.objects.filter(transaction__payment=payment.payment)
    for kind, amount in entries.values_list("account__kind", "amount"):
        sums[kind] = sums.get(kind, Decimal(0)) + amount
    return {kind: amount for kind, amount in sums.items() if amount}
