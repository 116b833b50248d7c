"""Auto payment under several workers: a charge is made once, and never once it was skipped or turned off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from checkout.auto_payments import outcomes, planning, running
from storefront.billing.auto_top_ups import audit, switching
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import charging
from storefront.billing.services import claiming
from storefront.core import clock, states
from storefront.notifications.models import OutboxMessage
from tests.checkout.auto_payments.building import needed, save_card, turn_on
from tests.races.conftest import dawdle, in_a_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def patience(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)
    monkeypatch.setattr(running, "FIRST_HOUR", 0)
    monkeypatch.setattr(running, "LAST_HOUR", 24)


@pytest.fixture
def due(stripe: Any, customer: Any) -> AutoTopUpCharge:
    """A charge that was announced four days ago."""
    turn_on(customer, save_card(stripe, customer), included=needed(customer, "35.20"))
    planning.plan(AutoTopUp.objects.get())
    running.run(AutoTopUpCharge.objects.get())
    past = clock.now() - timedelta(days=4)
    AutoTopUpCharge.objects.update(charge_at=past, next_at=past)
    OutboxMessage.objects.filter(template="auto_payment_notice").update(status="sent", sent_at=past)
    return AutoTopUpCharge.objects.select_related("auto_top_up__customer").get()


def run_stale(charge: AutoTopUpCharge) -> None:
    """A worker that took the row before the others had changed it."""
    running.run(charge)


def charged() -> list[Decimal]:
    rows = PaymentAttempt.objects.filter(mandate__scope=Scope.TOP_UP, status="succeeded")
    return list(rows.values_list("amount", flat=True))


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause right before the row is locked, and before the charge is claimed."""
    lock, claim = running.rows.lock, claiming.claim_charge

    def locked(*args: Any) -> Any:
        dawdle(0.05)
        return lock(*args)

    def claimed(*args: Any) -> Any:
        dawdle(0.05)
        return claim(*args)

    monkeypatch.setattr(running.rows, "lock", locked)
    monkeypatch.setattr(claiming, "claim_charge", claimed)


def test_two_workers_charge_once(due: AutoTopUpCharge, race: Any, slowly: None) -> None:
    race(partial(run_stale, due), copies=4)
    assert charged() == [Decimal("34.20")] and AutoTopUpCharge.objects.get().tries == 1
    assert list(audit.checks()) == []


def test_many_workers_on_one_try_that_was_begun_charge_once(due: AutoTopUpCharge, race: Any, slowly: None) -> None:
    begun = running._begin(due)
    race(partial(outcomes.charge_method, begun), copies=4)
    assert charged() == [Decimal("34.20")]


def test_control_run_without_the_number_of_the_try_a_refused_card_is_asked_again(
    due: AutoTopUpCharge, stripe: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = SavedMethod.objects.get()
    stripe.refuse_method(method.method_reference, code="card_declined", decline_code="insufficient_funds")
    begun = running._begin(due)
    assert begun is not None and begun.invoice is not None
    race(partial(outcomes.charge_method, begun), copies=3)
    assert begun.invoice.attempts.count() == 1
    charge = charging.charge

    def uncounted(**kwargs: Any) -> Any:
        return charge(**kwargs | {"charges_before": None})

    monkeypatch.setattr(charging, "charge", uncounted)
    race(partial(outcomes.charge_method, begun), copies=3)
    assert begun.invoice.attempts.count() > 1


def test_control_run_without_locks_the_worker_charges_what_was_skipped(
    due: AutoTopUpCharge, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bool] = []
    look = running._today

    def read(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    def looked(*args: Any) -> Any:
        found = look(*args)
        in_a_thread(lambda: said.append(switching.skip(due))).join(timeout=10)
        return found

    monkeypatch.setattr(states, "lock", read)
    monkeypatch.setattr(running, "_today", looked)
    run_stale(due)
    assert said == [True] and len(charged()) == 1


@pytest.mark.parametrize("act", ["skip", "off"])
def test_skipped_or_charged_and_never_both(due: AutoTopUpCharge, race: Any, slowly: None, act: str) -> None:
    top_up = AutoTopUp.objects.get()
    stop = partial(switching.skip, due) if act == "skip" else partial(switching.turn_off, top_up, by="customer")
    race(partial(run_stale, due), stop)
    row = AutoTopUpCharge.objects.get()
    assert (row.status == "paid") == (charged() == [Decimal("34.20")])
    if row.status != "paid":
        assert charged() == []
    assert list(audit.checks()) == []
