"""One state and one reason for invoice, order and attempt, for the buyer and for staff."""

from __future__ import annotations

import itertools
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import translation
from oscar.apps.order.models import Order

from storefront.billing import queries, status
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import invoices, orders, reviews, settlement, starting
from storefront.billing.states import AttemptStatus
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Share
from storefront.gateways.payments.base import DeclineReason
from storefront.gateways.payments.stripe.declines import DECLINES
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

pytestmark = pytest.mark.django_db

CARDS = {
    "4000000000000002": "without saying why",
    "4000000000009995": "not enough money",
    "4000000000009987": "without saying why",  # lost: nobody at the till is told
    "4100000000000019": "without saying why",  # suspected of fraud
    "4000000000006975": "A limit of the card",
    "4000000000000069": "has expired",
    "4000000000000127": "mistyped",
    "4000000000000119": "could not be asked",
}


def settled(payment: PaymentAttempt) -> PaymentAttempt:
    return settlement.settle(attempt_id=payment.pk)


#: What Oscar's filter, tiles and reports read, for each state of an invoice that nobody is checking.
ORDER_STATUS = {
    "new": "New", "part_paid": "New", "failed": "New", "in_progress": "Payment in progress",
    "processing": "Payment in progress", "paid": "Paid", "void": "Cancelled",
}  # fmt: skip


def both(invoice):
    """The state as it is read for a list, for one invoice and from the order's own status: they never differ."""
    listed = queries.invoices_of(invoice.customer).get(pk=invoice.pk)
    alone = type(invoice).objects.get(pk=invoice.pk)
    ((_, of_order),) = status.of_orders([invoice.order])
    assert status.of_invoice(listed) == status.of_invoice(alone)
    assert of_order.code == status.of_invoice(alone).code
    assert of_order.reason == status.of_invoice(alone).reason
    if of_order.code != "review":
        assert Order.objects.get(pk=alone.order_id).status == ORDER_STATUS[of_order.code]
    return status.of_invoice(listed)


@pytest.mark.parametrize(("card", "words"), CARDS.items())
def test_declined_card_is_told_with_its_reason(stripe, invoice, card, words):
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    assert stripe.pay(payment.provider_reference, card=card) == "declined"
    state = both_after(payment, invoice)
    assert (state.code, state.may_pay) == ("failed", True)
    assert words in state.reason
    stripe.expire(payment.provider_reference)
    assert both_after(payment, invoice).reason == state.reason  # the page is closed, the reason is the same


def both_after(payment, invoice):
    settled(payment)
    return both(invoice)


def test_a_challenge_that_was_not_answered_is_told(stripe, invoice):
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference, card="4000000000003220", approve=False)
    assert "did not confirm the payment to your bank" in both_after(payment, invoice).reason


def test_from_new_to_paid_every_state_has_its_words(stripe, invoice):
    assert both(invoice) == status.Status("new", "New")
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    state = both(invoice)
    assert (state.code, state.label, state.may_pay) == ("in_progress", "Payment in progress", True)
    assert "was opened on" in state.reason
    stripe.pay_later(payment.provider_reference)
    state = both_after(payment, invoice)
    assert (state.code, state.may_pay) == ("processing", False)
    stripe.settle_later(payment.provider_reference)
    assert both_after(payment, invoice) == status.Status("paid", "Paid")


def test_money_that_does_not_fit_is_being_checked_and_not_asked_for_again(stripe, invoice):
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    reviews.file(key="k", kind=reviews.MISMATCH, detail="", attempt=payment, invoice=invoice)
    state = both(invoice)
    assert (state.code, state.may_pay) == ("review", False)


def test_what_has_come_of_a_part_paid_invoice_is_told(invoice, customer):
    booking.book(incoming=came(make_account(), "60.00"), shares=[Share(invoice)], by=None)
    found = both(invoice)
    assert (found.code, found.label, found.may_pay) == ("part_paid", "Part paid", True)
    assert "€60.00 have come" in found.reason and "€36.00 is still due" in found.reason
    transfer = invoice.transfer_shares.get().transfer
    undoing.undo(transfer=transfer, by=customer, reason="Mistyped")
    assert both(invoice).code == "new"


def test_void_and_cancelled_say_the_same(stripe, invoice):
    invoices.void(invoice=invoice, reason="test")
    invoice.order.refresh_from_db()
    assert both(invoice).code == "void"
    ((_, of_order),) = status.of_orders([invoice.order])
    assert of_order.label == "Cancelled"


def test_an_attempt_nobody_finished_is_no_failure(stripe, invoice):
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.expire(payment.provider_reference)
    state = both_after(payment, invoice)
    assert (state.code, state.may_pay) == ("new", True)


def test_a_second_attempt_makes_the_first_one_forgotten(stripe, invoice):
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference, card="4000000000009995")
    stripe.expire(payment.provider_reference)
    assert both_after(payment, invoice).code == "failed"
    starting.start(invoice=invoice, gateway_name="stripe")
    assert both(invoice).code == "in_progress"


@pytest.mark.parametrize("code", [*DECLINES, "", "generic_decline", "fraudulent", "some_future_code"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_code_has_a_sentence_in_every_language(code, language):
    with translation.override(language):
        reason = status.failure_reason(PaymentAttempt(gateway="stripe", provider_reference="cs_1", failure_code=code))
    assert reason.endswith(".")
    assert (language == "ru") == any("а" <= letter <= "я" for letter in reason)


def test_what_hints_at_fraud_is_told_to_nobody():
    for code in ("lost_card", "stolen_card", "fraudulent", "merchant_blacklist", "pickup_card", "security_violation"):
        assert DECLINES.get(code, DeclineReason.DECLINED) is DeclineReason.DECLINED


def test_states_of_a_list_cost_the_same_for_one_and_for_many(customer, django_assert_num_queries):
    found = [make_invoice(customer).order for _ in range(5)]
    for some in (found[:1], found):
        with django_assert_num_queries(2):
            status.of_orders(some)


EVERY_ATTEMPT = list(
    itertools.product(set(AttemptStatus) - {AttemptStatus.SUCCEEDED}, ["", "card_declined"], [False, True])
)


@pytest.mark.parametrize(("state", "code", "is_processing"), sorted(EVERY_ATTEMPT))
def test_an_order_says_the_same_as_its_last_attempt_whatever_that_is(invoice, state, code, is_processing):
    if is_processing and state == AttemptStatus.CREATED:
        return  # a row nobody has heard of yet is never at the bank
    payment = invoice.attempts.create(gateway="stripe", is_live=False, currency="EUR", amount=invoice.amount)
    PaymentAttempt.objects.filter(pk=payment.pk).update(status=state, failure_code=code, is_processing=is_processing)
    orders.follow_attempts(invoice)
    both(invoice)


def add_line(order):
    kinds = ["line_price", "line_price_before_discounts"]
    prices = {f"{kind}_{tax}_tax": 1 for kind in kinds for tax in ("incl", "excl")}
    order.lines.create(title="Pro", quantity=1, num_allocated=1, status=order.status, **prices)


def test_a_declined_card_and_another_one_move_order_and_lines_back_and_forth(stripe, invoice):
    add_line(invoice.order)
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference, card="4000000000009995")
    assert both_after(payment, invoice).code == "failed"
    starting.start(invoice=invoice, gateway_name="stripe")  # the same page again, with the reason still on it
    assert both(invoice).code == "failed"
    stripe.pay_later(payment.provider_reference)
    assert both_after(payment, invoice).code == "processing"
    stripe.settle_later(payment.provider_reference)
    assert both_after(payment, invoice).code == "paid"
    order = Order.objects.get(pk=invoice.order_id)
    moves = ["Payment in progress", "New", "Payment in progress", "Paid"]
    assert list(order.status_changes.order_by("pk").values_list("new_status", flat=True)) == moves
    assert set(order.lines.values_list("status", flat=True)) == {"Paid"}


class ModelsOfThen:
    """Attempts were called payments when the migration was written."""

    def get_model(self, app: str, name: str) -> Any:
        return apps.get_model(app, "PaymentAttempt" if name == "Payment" else name)


def test_migration_puts_orders_of_declined_cards_right_and_no_others(stripe, customer):
    declined, waiting, checked = (make_invoice(customer) for _ in range(3))
    add_line(declined.order)
    for invoice in (declined, waiting, checked):
        starting.start(invoice=invoice, gateway_name="stripe")
    declined.attempts.update(failure_code="card_declined")
    checked.attempts.update(failure_code="card_declined", is_processing=True)
    import_module("storefront.billing.migrations.0004_declined_orders").correct(ModelsOfThen(), None)
    for invoice in (declined, waiting, checked):
        both(invoice)
    order = Order.objects.get(pk=declined.order_id)
    assert set(order.lines.values_list("status", flat=True)) == {order.status} == {"New"}
    assert order.status_changes.latest("pk").new_status == "New"
