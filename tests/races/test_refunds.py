"""Refunds that staff decide, with others at it in the same moment. Each race has a control run with our guard off: the
locks, or, where the provider is the judge (its limit, a dispute), the look whether its answer was overtaken."""

from __future__ import annotations

import threading
from decimal import Decimal
from functools import partial

import pytest

from storefront.billing.audit import checks
from storefront.billing.errors import NotRefundable, RefundDecided
from storefront.billing.models import Payment, Refund
from storefront.billing.services import refund_approval, refund_units, refunds, settlement
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.states import RefundStatus
from storefront.core import states
from storefront.users import roles
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import pay, terms
from tests.licensing.conftest import make_product
from tests.races.conftest import UNGUARDED, dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

#: How long a racer dawdles between looking and writing, so that a missing lock shows.
DAWDLE = 0.05


@pytest.fixture(autouse=True)
def patience(settings):
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)


@pytest.fixture
def without_locks(monkeypatch):
    """The guard off: rows are read as they are, nobody waits for anybody."""

    def look(instance):
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)


@pytest.fixture(autouse=True)
def dawdling(monkeypatch):
    """A pause between looking at what may be given back and taking it, and before a refund changes its state."""
    look, apply = refund_units.refundable, states.apply

    def slowly_look(payment):
        left = look(payment)
        dawdle(DAWDLE)
        return left

    def slowly_apply(instance, *args, **changes):
        if isinstance(instance, Refund):
            dawdle(DAWDLE)
        return apply(instance, *args, **changes)

    monkeypatch.setattr(refund_units, "refundable", slowly_look)
    monkeypatch.setattr(states, "apply", slowly_apply)


@pytest.fixture
def invoice(stripe, customer):
    """Paid: one license, 96.00."""
    made = make_invoice(customer, "96.00", terms=[terms(make_product("a"))])
    pay(stripe, made)
    return made


@pytest.fixture
def people(make_customer):
    """Three of accounting."""
    found = [make_customer(f"{name}@example.com") for name in ("first", "second", "third")]
    for person in found:
        person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    return found


def begin(invoice, by=None, **wanted):
    wanted = wanted or {"units": list(refund_units.units_left(invoice))}
    return refunds.begin(decision=RefundDecision(invoice=invoice, **wanted), reason="As agreed", by=by)


def errors(results):
    return [type(result) for result in results if isinstance(result, Exception)]


def audited():
    return [str(finding) for finding in checks()]


@pytest.mark.parametrize("crowd", [2, 8])
def test_staff_who_refund_the_same_line_at_once_refund_it_once(stripe, invoice, race, crowd):
    results = race(lambda: begin(invoice), copies=crowd)
    assert errors(results) == [NotRefundable] * (crowd - 1)
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED
    assert stripe.stats()["refunds"] == 1
    assert audited() == []


def test_control_run_without_locks_the_line_is_asked_for_more_than_once(stripe, invoice, race, without_locks):
    race(lambda: begin(invoice), copies=4)
    assert Refund.objects.filter(is_ours=True).count() > 1  # wrong, though the provider refuses all but one


@pytest.fixture
def overtaken(monkeypatch):
    """Set once an answer is read that knows of no refund or dispute; it is recorded after one that does."""
    read, recorded, record = threading.Event(), threading.Event(), settlement.record

    def late(*, snapshot, **kwargs):
        if snapshot.amount_refunded or snapshot.disputes:
            attempt = record(snapshot=snapshot, **kwargs)
            recorded.set()
            return attempt
        if not read.is_set():
            read.set()
            recorded.wait(timeout=30)
        return record(snapshot=snapshot, **kwargs)

    monkeypatch.setattr(settlement, "record", late)
    return read


@pytest.fixture
def without_a_look(monkeypatch):
    """The guard off: an answer is believed, however old it is."""
    monkeypatch.setattr(settlement, "_takes_back", lambda attempt, snapshot: False)


def after(event, act):
    """``act``, once ``event`` is set."""

    def act_then():
        assert event.wait(timeout=30)
        return act()

    return act_then


def is_as_the_provider_says(stripe, amount):
    payment = Payment.objects.get()
    refunded = amount if stripe.stats()["refunds"] else Decimal(0)
    said = (payment.amount_refunded, payment.is_disputed)
    return said == (refunded, bool(stripe.state.all("dispute")))


def staff_and_provider(stripe, invoice, race, overtaken):
    """Staff give back 60.00 of 96.00 while 60.00 are given back at the provider, and messages arrive, one late."""
    attempt = invoice.attempts.get()

    def at_the_provider():
        reference = stripe.refund(attempt.provider_reference, amount=6000)
        settle(attempt_id=attempt.pk)
        return reference

    look = partial(settle, attempt_id=attempt.pk, look_for_refunds=True)
    staff = partial(begin, invoice, amount=Decimal("60.00"))
    return race(after(overtaken, staff), after(overtaken, at_the_provider), look, after(overtaken, look))


def test_staff_and_the_provider_together_give_back_no_more_than_was_paid(stripe, invoice, race, overtaken):
    staff_and_provider(stripe, invoice, race, overtaken)
    assert is_as_the_provider_says(stripe, Decimal("60.00"))
    settle(attempt_id=invoice.attempts.get().pk, look_for_refunds=True)
    made = Refund.objects.filter(status=RefundStatus.SUCCEEDED)
    payment = Payment.objects.get()
    assert (made.count(), payment.amount_refunded) == (1, Decimal("60.00"))
    assert stripe.stats()["refunds"] == 1
    assert audited() == []


def test_control_run_an_overtaken_answer_undoes_the_refund_in_our_books(
    stripe, invoice, race, overtaken, without_a_look
):
    staff_and_provider(stripe, invoice, race, overtaken)
    assert not is_as_the_provider_says(stripe, Decimal("60.00"))  # wrong


@pytest.fixture
def waiting(invoice, people, settings):
    """A refund of the whole that waits for a second person; the first one asked for it."""
    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(10)}
    [refund] = begin(invoice, by=people[0])
    assert refund.status == RefundStatus.AWAITING
    return refund


def approve(refund, person):
    return refund_approval.approve(refund=refund, by=person, reason="Agreed")


def test_two_who_approve_at_once_approve_once(stripe, waiting, people, race):
    results = race(partial(approve, waiting, people[1]), partial(approve, waiting, people[2]))
    assert errors(results) == [RefundDecided]
    refund = Refund.objects.get()
    assert refund.status == RefundStatus.SUCCEEDED and refund.decided_by in people[1:]
    assert stripe.stats()["refunds"] == 1
    assert audited() == []


def test_control_run_without_locks_both_have_approved(stripe, waiting, people, race, without_locks):
    results = race(partial(approve, waiting, people[1]), partial(approve, waiting, people[2]))
    assert RefundDecided not in errors(results)  # wrong: each is told that it was them


def approve_against_withdraw(waiting, people, race):
    withdraw = partial(refund_approval.withdraw, refund=waiting, by=people[0], reason="A mistake")
    return race(partial(approve, waiting, people[1]), withdraw)


def test_approved_or_withdrawn_but_never_both(stripe, waiting, people, race):
    results = approve_against_withdraw(waiting, people, race)
    assert errors(results) == [RefundDecided]
    refund = Refund.objects.get()
    is_made = refund.status == RefundStatus.SUCCEEDED
    assert is_made or refund.status == RefundStatus.WITHDRAWN
    assert stripe.stats()["refunds"] == int(is_made)
    assert audited() == []


def test_control_run_without_locks_both_happen(stripe, waiting, people, race, without_locks):
    results = approve_against_withdraw(waiting, people, race)
    assert RefundDecided not in errors(results)  # wrong


def refund_and_dispute(stripe, invoice, race, overtaken):
    """Staff give back 50.00 of 96.00 while the buyer's bank disputes the payment; messages of it arrive, one late."""
    attempt = invoice.attempts.get()
    look = partial(settle, attempt_id=attempt.pk, look_for_disputes=True, look_for_refunds=True)

    def dispute():
        stripe.dispute(attempt.provider_reference)
        look()

    staff = partial(begin, invoice, amount=Decimal("50.00"))
    race(after(overtaken, staff), after(overtaken, dispute), look, after(overtaken, look))
    return look


@pytest.mark.parametrize("won", [True, False])
def test_a_refund_against_a_dispute_ends_as_the_provider_says(stripe, invoice, race, overtaken, won):
    """One of them wins at the provider; no cent is both refunded and lost."""
    look = refund_and_dispute(stripe, invoice, race, overtaken)
    assert is_as_the_provider_says(stripe, Decimal("50.00"))
    if stripe.state.all("dispute"):
        stripe.close_dispute(invoice.attempts.get().provider_reference, won=won)
    look()
    payment = Payment.objects.get()
    assert payment.amount_refunded + payment.amount_lost <= payment.amount
    assert payment.amount_refunded in (Decimal(0), Decimal("50.00"))
    assert audited() == []


def test_control_run_an_overtaken_answer_knows_of_no_dispute_and_is_believed(
    stripe, invoice, race, overtaken, without_a_look
):
    refund_and_dispute(stripe, invoice, race, overtaken)
    assert not is_as_the_provider_says(stripe, Decimal("50.00"))  # wrong
