"""Renewals that are refused: tried again, given up, paid otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from storefront.billing.saved_methods import messages
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.licensing.models import Renewal, RenewalTry
from tests.checkout.renewals.building import buy, due, fund, renewed, told, turn_on

pytestmark = pytest.mark.django_db

Live = Callable[..., None]


def test_no_money_is_tried_again_by_the_plan_then_given_up(
    now: Any, live: Live, card: Any, customer: Any, software: Any, stripe: Any
) -> None:
    license, method = buy(customer, software), card()
    turn_on(license, method=method)
    stripe.refuse_method(method.method_reference, code="card_declined", decline_code="insufficient_funds")
    day = due(license)
    now.move_to(day - timedelta(days=32))
    live(day + timedelta(days=15))
    tries = [(each.begun_at - day).days for each in RenewalTry.objects.order_by("pk")]
    assert tries == [0, 3, 7, 14]
    assert told()[3:] == [*["renewal_failed"] * 3, "renewal_given_up"] or told()[3:].count("renewal_failed") == 3
    assert Renewal.objects.get(license=license).status == "failed"
    live(day + timedelta(days=16))
    assert RenewalTry.objects.count() == 4


@pytest.mark.parametrize(
    ("code", "decline", "status"),
    [
        ("authentication_required", "authentication_required", "needs_buyer"),
        ("card_declined", "lost_card", "needs_buyer"),
        ("card_declined", "fraudulent", "needs_buyer"),
        ("card_declined", "revocation_of_authorization", "stopped"),
    ],
)
def test_a_hard_refusal_stops_at_once(
    now: Any, live: Live, card: Any, customer: Any, software: Any, stripe: Any, code: str, decline: str, status: str
) -> None:
    license, method = buy(customer, software, months=1), card()
    turn_on(license, months=1, method=method)
    stripe.refuse_method(method.method_reference, code=code, decline_code=decline)
    day = due(license)
    live(day + timedelta(days=5))
    assert RenewalTry.objects.count() == 1
    assert Renewal.objects.get(license=license).status == status
    last = "subscription_off" if status == "stopped" else "renewal_failed"
    assert last in told()


def test_paid_by_the_link_ends_the_tries(
    now: Any, live: Live, card: Any, customer: Any, software: Any, stripe: Any
) -> None:
    from storefront.billing.services import settlement, starting

    license, method = buy(customer, software, months=1), card()
    turn_on(license, months=1, method=method)
    stripe.refuse_method(method.method_reference, code="card_declined", decline_code="insufficient_funds")
    day = due(license)
    live(day + timedelta(days=1))
    row = Renewal.objects.get(license=license)
    attempt = starting.start(invoice=row.invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settlement.settle(attempt_id=attempt.pk)
    live(day + timedelta(days=10))
    row.refresh_from_db()
    assert row.status == "paid" and row.tries.count() == 1 and len(renewed(license)) == 1


def test_another_method_is_charged_at_once(
    now: Any, live: Live, card: Any, customer: Any, software: Any, stripe: Any, work: Any
) -> None:
    license, method = buy(customer, software, months=1), card()
    turn_on(license, months=1, method=method)
    stripe.refuse_method(method.method_reference, code="card_declined", decline_code="lost_card")
    live(due(license) + timedelta(hours=5))
    assert Renewal.objects.get(license=license).status == "needs_buyer"
    turn_on(license, months=1, method=card("5555555555554444"))
    work()
    assert len(renewed(license)) == 1


@pytest.mark.parametrize(("pays_from", "fallback"), [("account", ""), ("method", "account")])
def test_what_the_account_could_not_pay_is_tried_when_it_is_filled(
    now: Any, live: Live, card: Any, customer: Any, software: Any, stripe: Any, pays_from: str, fallback: str
) -> None:
    license, method = buy(customer, software, months=1), card()
    turn_on(license, months=1, pays_from=pays_from, fallback=fallback, method=method if fallback else None)
    stripe.refuse_method(method.method_reference, code="card_declined", decline_code="lost_card")
    day = due(license)
    live(day + timedelta(hours=30))
    refused = RenewalTry.objects.count()
    fund(customer, "5.00")
    live(day + timedelta(hours=31))
    assert RenewalTry.objects.count() == refused and not renewed(license)  # not enough yet: nobody is bothered
    fund(customer, "100.00")
    live(day + timedelta(hours=32))
    assert RenewalTry.objects.order_by("pk").last().source == "account"
    assert RenewalTry.objects.count() == refused + 1 and len(renewed(license)) == 1


def test_a_card_that_its_network_renews_is_charged_at_once(
    now: Any, live: Live, card: Any, customer: Any, software: Any, stripe: Any, work: Any
) -> None:
    license, method = buy(customer, software, months=1), card()
    turn_on(license, months=1, method=method)
    stripe.refuse_method(method.method_reference, code="expired_card")
    live(due(license) + timedelta(hours=5))
    assert Renewal.objects.get(license=license).status == "needs_buyer"
    hint = ProviderEvent(
        event_id="evt_1", kind=EventKind.METHOD_CHANGED, provider_reference="", our_reference="", is_live=False,
        method_reference=str(method.method_reference),
    )  # fmt: skip
    assert messages.method_changed("stripe", hint)
    work()
    assert RenewalTry.objects.count() == 1  # told of something else: it is the same card, which was refused for good
    stripe.update_method(method.method_reference, exp_year=2044, exp_month=2, number="5555555555554444")
    stripe.refuse_method(method.method_reference)
    for _twice in range(2):
        assert messages.method_changed("stripe", hint)
        work()
    assert RenewalTry.objects.count() == 2 and len(renewed(license)) == 1
