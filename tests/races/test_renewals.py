"""Renewals: one charge for a period, whatever many workers, stops, hands and kills do in the same moment."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from checkout.renewals import worker
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.saved_methods import charging
from storefront.billing.services import opening
from storefront.core import audit, states
from storefront.licensing.models import License, Renewal, RenewalTry, Subscription
from storefront.licensing.subscriptions import audit as renewal_audit
from storefront.licensing.subscriptions import stopping, timing
from storefront.notifications.models import OutboxMessage
from tests.checkout.renewals.building import announced, buy, make_product, save_card
from tests.races.conftest import dawdle
from tests.races.test_crashes import (  # noqa: F401  (fixtures)
    MESSAGES,
    MOST_POINTS,
    backend,
    doomed,
    mails,
    recover,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def patience(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)
    monkeypatch.setattr(timing, "WINDOW", timedelta(days=1))  # it is always morning


def work(pk: int) -> None:
    for _step in range(4):
        worker.step(Renewal.objects.get(pk=pk))


def is_sound() -> bool:
    return not [str(finding) for finding in renewal_audit.checks()]


@pytest.fixture
def renewal(shop: Any, stripe: Any, customer: Any) -> Renewal:
    return announced(customer, make_product(), save_card(stripe, customer))


def test_many_workers_charge_a_period_once(renewal: Renewal, stripe: Any, race: Any) -> None:
    race(partial(work, renewal.pk), copies=4)
    work(renewal.pk)
    assert stripe.stats()["charges"] == 2  # that which the card was saved with, and this
    (invoice,) = Invoice.objects.filter(kind="renewal")
    renewal.refresh_from_db()
    assert (invoice.status, renewal.status, RenewalTry.objects.count()) == ("paid", "paid", 1)
    assert is_sound()


def test_a_stop_comes_before_the_charge_or_after_it(
    renewal: Renewal, stripe: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charging, "_check", _slowly(charging._check))
    race(partial(work, renewal.pk), partial(stopping.stop, renewal.subscription))
    work(renewal.pk)
    renewal.refresh_from_db()
    taken = PaymentAttempt.objects.exclude(mandate=None).filter(status="succeeded").count()
    assert renewal.subscription.renewals.exclude(status__in=("paid", "stopped")).count() == 0
    assert taken == (renewal.status == "paid") and is_sound()


def test_control_run_without_locks_a_charge_follows_the_stop(
    renewal: Renewal, stripe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stop comes between looking at the mandate and asking the provider."""

    def read(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    def stop_now(attempt: Any) -> bool:
        stopping.stop(Subscription.objects.get(pk=renewal.subscription_id))
        return True

    monkeypatch.setattr(states, "lock", read)
    monkeypatch.setattr(opening, "is_allowed", stop_now)
    work(renewal.pk)
    assert Subscription.objects.get().status == "stopped" and stripe.stats()["charges"] == 2


def _slowly(act: Any) -> Any:
    def slow(*args: Any) -> Any:
        dawdle(0.3)
        return act(*args)

    return slow


def test_an_extension_by_hand_and_the_charge_never_pay_one_period_twice(
    renewal: Renewal, customer: Any, race: Any
) -> None:
    license = renewal.license
    before = license.valid_until
    software = license.software
    race(partial(work, renewal.pk), partial(buy, customer, software, months=1, extends=license.public_id))
    work(renewal.pk)
    license.refresh_from_db()
    paid = Invoice.objects.filter(lines__extends_license=license.public_id, status="paid").count()
    assert license.periods.filter(revoked_at=None).count() == 1 + paid
    assert Renewal.objects.filter(license=license, extends_from=before).count() == 1 and is_sound()


def test_killed_at_every_point_it_is_charged_once(
    shop: Any,
    stripe: Any,
    make_customer: Any,
    doomed: Any,  # noqa: F811
    mails: Any,  # noqa: F811
) -> None:
    software = make_product()
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"renews{die_at}@example.com")
        row = announced(customer, software, save_card(stripe, customer))
        charges = stripe.stats()["charges"]
        died = doomed.run("renew", die_at, renewal=row.pk)
        work(row.pk)
        recover(("payments-poll", *MESSAGES))
        work(row.pk)
        row.refresh_from_db()
        assert row.status == "paid", die_at
        assert stripe.stats()["charges"] == charges + 1, die_at
        assert License.objects.get(pk=row.license_id).periods.count() == 2
        assert OutboxMessage.objects.filter(template="renewal_made", recipient=customer.email).count() == 1
        if not died:
            break
    assert die_at > 5 and is_sound()
    assert not [finding for finding in audit.run() if finding.check.startswith(("renewal", "license"))]
