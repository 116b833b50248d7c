"""Licenses that renew by themselves: announced, ordered, charged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalogue.plans.publishing import publish
from storefront.billing.models import PaymentAttempt
from storefront.core import clock
from storefront.licensing.models import Renewal, RenewalTry
from storefront.licensing.subscriptions import queries, stopping
from storefront.notifications.models import OutboxMessage
from tests.checkout.renewals.building import buy, due, fund, notice, renewed, told, turn_on

pytestmark = pytest.mark.django_db

Live = Callable[..., None]


def test_a_year_is_announced_twice_charged_on_its_day_and_extends_the_license(
    now: Any, live: Live, card: Any, customer: Any, software: Any
) -> None:
    license, method = buy(customer, software), card()
    turn_on(license, method=method)
    before, day = license.valid_until, due(license)
    now.move_to(day - timedelta(days=32))
    live(day - timedelta(hours=1))
    assert told() == ["subscription_on", "renewal_coming", "renewal_coming"]
    assert not renewed(license)
    live(day + timedelta(hours=8))
    license.refresh_from_db()
    (invoice,) = renewed(license)
    assert invoice.amount == Decimal("96.00") and license.valid_until.year == before.year + 1
    assert told()[-1] == "renewal_made"
    attempt = PaymentAttempt.objects.get(invoice=invoice)
    assert attempt.mandate is not None and attempt.saved_method == method
    first, second = Renewal.objects.order_by("extends_from")
    assert (first.status, second.status) == ("paid", "planned") and second.extends_from == license.valid_until


def test_a_month_is_announced_three_days_before(now: Any, live: Live, card: Any, customer: Any, software: Any) -> None:
    license = buy(customer, software, months=1)
    turn_on(license, months=1, method=card())
    day = due(license)
    live(day - timedelta(days=4))
    assert told() == ["subscription_on"]
    live(day + timedelta(hours=4))
    assert told() == ["subscription_on", "renewal_coming", "renewal_made"]


def test_nothing_is_charged_without_a_notice_that_was_sent(
    now: Any, live: Live, card: Any, customer: Any, software: Any, work: Any
) -> None:
    from storefront.notifications import addresses

    license = buy(customer, software, months=1)
    turn_on(license, months=1, method=card())
    day = due(license)
    now.move_to(day - timedelta(days=4))
    addresses.bounced(customer.email, at=clock.now())
    live(day + timedelta(days=2))
    row = Renewal.objects.get(license=license)
    assert (row.status, row.problem) == ("held", "notice_lost") and not renewed(license)
    assert OutboxMessage.objects.filter(template="staff_notice", key__startswith="renewal_held").count() == 1
    addresses.cleared(customer.email, at=clock.now())
    live(clock.now() + timedelta(days=2))
    assert not renewed(license), "charged too soon after the notice"
    live(clock.now() + timedelta(days=3))
    assert len(renewed(license)) == 1


def test_a_higher_price_is_never_charged_without_a_new_consent(
    now: Any, live: Live, card: Any, customer: Any, software: Any
) -> None:
    license, method = buy(customer, software), card()
    subscription = turn_on(license, method=method)
    day = due(license)
    now.move_to(day - timedelta(days=10))
    software.plans.filter(code="standard").update(monthly_price=Decimal("12.00"))
    publish(software)
    live(day + timedelta(days=1))
    assert told() == ["subscription_on", "renewal_needs_consent"] and not renewed(license)
    assert turn_on(license, method=method) == subscription
    live(clock.now() + timedelta(days=2))
    assert [invoice.amount for invoice in renewed(license)] == [Decimal("115.20")]


def test_a_price_raised_after_the_notice_is_announced_anew_and_a_lower_one_charged(
    now: Any, live: Live, card: Any, customer: Any, software: Any
) -> None:
    software.plans.filter(code="standard").update(monthly_price=Decimal("12.00"))
    publish(software)
    license = buy(customer, software)
    turn_on(license, method=card())
    day = due(license)
    software.plans.filter(code="standard").update(monthly_price=Decimal("8.00"))
    publish(software)
    now.move_to(day - timedelta(days=8))
    live(day - timedelta(days=2))
    assert Renewal.objects.get(license=license).total == Decimal("76.80")
    assert notice() == (Decimal("115.20"), "The price has fallen.")
    software.plans.filter(code="standard").update(monthly_price=Decimal("10.00"))
    publish(software)
    live(day + timedelta(days=1))
    assert not renewed(license) and Renewal.objects.get(license=license).total == Decimal("96.00")
    software.plans.filter(code="standard").update(monthly_price=Decimal("9.00"))
    publish(software)
    live(day + timedelta(days=8))
    assert [invoice.amount for invoice in renewed(license)] == [Decimal("86.40")]


def test_from_the_account_with_a_card_as_the_second(
    now: Any, live: Live, card: Any, customer: Any, software: Any
) -> None:
    license = buy(customer, software, months=1)
    turn_on(license, months=1, pays_from="account", fallback="method", method=card())
    live(due(license) + timedelta(hours=6))
    license.refresh_from_db()
    assert [(each.source, each.outcome) for each in RenewalTry.objects.order_by("pk")] == [
        ("account", "later"),
        ("method", "paid"),
    ]
    fund(customer)
    live(due(license) + timedelta(hours=6))
    assert RenewalTry.objects.order_by("pk").last().source == "account" and len(renewed(license)) == 2
    assert "renewal_failed" not in told()


def test_a_stop_ends_everything_and_voids_the_unpaid_invoice(
    now: Any, live: Live, card: Any, customer: Any, software: Any, stripe: Any
) -> None:
    license, method = buy(customer, software, months=1), card()
    subscription = turn_on(license, months=1, method=method)
    stripe.refuse_method(method.method_reference, code="card_declined", decline_code="insufficient_funds")
    day = due(license)
    live(day + timedelta(days=1))
    stopping.stop(subscription)
    live(day + timedelta(days=20))
    row = Renewal.objects.get(license=license)
    assert row.status == "stopped" and row.invoice.status == "void" and row.tries.count() == 1
    assert told()[-2:] != ["order_voided"] and "order_voided" not in told()


def test_an_extension_by_hand_is_not_charged_again(
    now: Any, live: Live, card: Any, customer: Any, software: Any
) -> None:
    license = buy(customer, software, months=1)
    subscription = turn_on(license, months=1, method=card())
    day = due(license)
    live(day - timedelta(days=2))
    extended = buy(customer, software, months=1, extends=license.public_id)
    live(day + timedelta(days=2))
    assert not renewed(license)
    assert queries.next_renewal(subscription).extends_from == extended.valid_until
    live(due(extended) + timedelta(hours=6))
    assert len(renewed(license)) == 1


def test_a_card_that_expires_before_the_renewal_is_told_of(
    now: Any, live: Live, card: Any, customer: Any, software: Any
) -> None:
    license, method = buy(customer, software), card()
    turn_on(license, method=method)
    day = due(license)
    type(method).objects.update(expiry=(day - timedelta(days=20)).date())
    now.move_to(day - timedelta(days=32))
    live(day - timedelta(days=1))
    assert told().count("card_expiring") == 2


def test_a_skipped_period_is_not_charged_and_the_license_ends(
    now: Any, live: Live, card: Any, customer: Any, software: Any
) -> None:
    license = buy(customer, software, months=1)
    subscription = turn_on(license, months=1, method=card())
    day = due(license)
    live(day - timedelta(days=2))
    stopping.skip(queries.next_renewal(subscription))
    live(day + timedelta(days=20))
    assert not renewed(license) and "renewal_skipped" in told()
    live(day + timedelta(days=33))
    assert len(renewed(license)) == 1


def test_a_clock_that_is_set_back_charges_nothing_twice(
    now: Any, live: Live, card: Any, customer: Any, software: Any, work: Any
) -> None:
    license = buy(customer, software, months=1)
    turn_on(license, months=1, method=card())
    day = due(license)
    live(day + timedelta(hours=3))
    assert len(renewed(license)) == 1
    for back in (timedelta(hours=1), timedelta(days=3), timedelta(days=30)):
        now.move_to(day - back)
        work()
    live(day + timedelta(days=2))
    assert len(renewed(license)) == 1 and PaymentAttempt.objects.exclude(mandate=None).count() == 1
