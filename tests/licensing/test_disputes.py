"""A dispute from the buyer's bank to the license, all the way: provider's message, inbox, look-up, license."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from storefront.billing.audit import checks
from storefront.billing.models import PaymentAttempt
from storefront.core import clock
from storefront.licensing.bitrix24.linking import link_installation
from storefront.licensing.models import Installation, License
from storefront.licensing.queries import effective_status
from storefront.licensing.services.renewals import begin_periods
from storefront.notifications.models import OutboxMessage
from tests import purchases
from tests.billing.deliveries import deliver, events
from tests.licensing.conftest import Portals, disputed, refunded

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(portals: Portals, shop: Any, customer: Any, stripe: Any) -> PaymentAttempt:
    """What paid for a license that works in its portal."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    return purchases.pay(purchases.order(customer, shop, portal=portals.host()), stripe)


@pytest.fixture
def told(client: Client, stripe: Any, payment: PaymentAttempt, run_jobs: Any) -> Any:
    """Have the provider tell all it knows; returns the license's status."""

    def tell() -> str:
        deliver(client, events(stripe))
        run_jobs()
        return str(effective_status(License.objects.get(), clock.now()))

    return tell


@pytest.fixture
def outbox_keys() -> Any:
    """Keys of the outbox that begin with a word."""

    def keys(prefix: str) -> list[str]:
        return list(OutboxMessage.objects.filter(key__startswith=prefix).values_list("key", flat=True))

    return keys


def test_a_dispute_suspends_the_license_and_a_won_one_restores_it(
    stripe: Any, payment: PaymentAttempt, told: Any
) -> None:
    assert told() == "active"
    stripe.dispute(payment.provider_reference)
    assert told() == "suspended"
    stripe.close_dispute(payment.provider_reference, won=True)
    assert told() == "active"
    payment.refresh_from_db()
    assert payment.payment.is_disputed is False
    assert list(checks()) == []


def test_a_lost_dispute_leaves_the_license_suspended(stripe: Any, payment: PaymentAttempt, told: Any) -> None:
    stripe.dispute(payment.provider_reference)
    stripe.close_dispute(payment.provider_reference, won=False)
    assert told() == "suspended"


def test_an_appeal_that_is_won_restores_the_license(stripe: Any, payment: PaymentAttempt, told: Any) -> None:
    stripe.dispute(payment.provider_reference)
    for status in ("lost", "appeal_needs_response", "appeal_under_review"):
        stripe.move_dispute(payment.provider_reference, status=status)
        assert told() == "suspended"
    stripe.move_dispute(payment.provider_reference, status="won")
    assert told() == "active"


def test_time_that_another_payment_paid_for_goes_on_after_a_lost_dispute(
    stripe: Any, payment: PaymentAttempt, told: Any, shop: Any, customer: Any, portals: Portals, outbox_keys: Any
) -> None:
    purchases.pay(purchases.order(customer, shop, portal=portals.host()), stripe)
    license = License.objects.get()
    assert license.periods.count() == 2
    stripe.dispute(payment.provider_reference)
    assert told() == "suspended"
    stripe.close_dispute(payment.provider_reference, won=False)
    assert told() == "active"
    first, second = license.periods.order_by("pk")
    license.refresh_from_db()
    assert first.revoked_at is not None and second.revoked_at is None
    assert license.valid_until == second.ends_at and second.begun_at is not None
    for status in ("appeal_needs_response", "appeal_under_review", "won"):
        stripe.move_dispute(payment.provider_reference, status=status)
    assert told() == "active"
    assert len(outbox_keys(f"regained:{license.number}:")) == 1  # the days are for staff to give again
    assert list(checks()) == []


@pytest.mark.parametrize("days", [1, 40])
def test_won_dispute_gives_the_suspended_days_back(days: int, buy: Any, customer: Any) -> None:
    with time_machine.travel("2026-03-01 12:00", tick=False) as clock_at:
        license = linked(buy(months=1, portal="acme.bitrix24.com"))
        assert f"{license.valid_until:%Y-%m-%d %H:%M}" == "2026-04-01 12:00"
        clock_at.shift(timedelta(days=10))
        invoice = license.periods.get().invoice_line.invoice
        disputed(invoice)
        clock_at.shift(timedelta(days=days))
        disputed(invoice, False)
        license.refresh_from_db()
        assert license.status == "active"
        assert license.valid_until == clock.now() + timedelta(days=21), "what was left, from now on"


def test_another_invoices_period_loses_nothing_by_a_lost_dispute(buy: Any, customer: Any) -> None:
    with time_machine.travel("2026-03-01 12:00", tick=False) as clock_at:
        license = linked(buy(months=1, portal="acme.bitrix24.com"))
        disputed_one = license.periods.get().invoice_line.invoice
        buy(months=1, portal="acme.bitrix24.com")
        clock_at.shift(timedelta(days=10))
        disputed(disputed_one)
        clock_at.shift(timedelta(days=60))
        refunded(disputed_one)
        license.refresh_from_db()
        assert license.status == "active"
        assert f"{license.valid_until:%Y-%m-%d}" == "2026-06-10", "a whole month from the day it works again"


def test_what_is_bought_during_a_dispute_does_not_begin_in_it(buy: Any, customer: Any) -> None:
    with time_machine.travel("2026-03-01 12:00", tick=False) as clock_at:
        license = linked(buy(months=1, portal="acme.bitrix24.com"))
        invoice = license.periods.get().invoice_line.invoice
        disputed(invoice)
        buy(months=1, portal="acme.bitrix24.com", starts_at_payment=True)
        clock_at.shift(timedelta(days=90))
        begin_periods()
        disputed(invoice, False)
        license.refresh_from_db()
        assert f"{license.valid_until:%Y-%m-%d}" == "2026-07-30", "31 days that were left, then a month"


def test_account_says_that_the_time_of_a_disputed_license_stands_still(client: Client, buy: Any, customer: Any) -> None:
    license = linked(buy(months=1, portal="acme.bitrix24.com"))
    disputed(license.periods.get().invoice_line.invoice)
    client.force_login(customer)
    page = client.get(f"/account/licenses/{license.public_id}/").content.decode()
    assert "until then its time stands still" in page and "Valid until" not in page


def linked(license: License) -> License:
    """Tied to its portal, which opens the app now."""
    installation, _ = Installation.objects.get_or_create(
        client_id="app", member_id="a" * 32, app_code="yeastar-s", host=license.portal_address,
        defaults={"is_installed": True, "is_host_proven": True},
    )  # fmt: skip
    link_installation(installation)
    license.refresh_from_db()
    return license
