"""One saved method, many hands: charged once for an invoice, and never after its removal."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from storefront.billing.audit import checks
from storefront.billing.models import SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import charging, removing
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services import claiming, opening
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import states
from tests.billing.building import make_invoice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)


@pytest.fixture
def method(customer: Any, stripe: Any) -> SavedMethod:
    invoice = make_invoice(customer, "96.00")
    terms = [Terms(scope=Scope.ATTENDED, text="Keep it.", language="en", ip_address=None)]
    attempt = start(invoice=invoice, gateway_name="stripe", wish=SaveWish(saving="unattended", terms=terms))
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    return SavedMethod.objects.get()


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guards off: rows are read as they are, and nothing is looked at again right before the provider is asked."""

    def read(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", read)
    monkeypatch.setattr(opening, "is_allowed", lambda attempt: True)


def test_many_presses_charge_once(customer: Any, method: SavedMethod, stripe: Any, race: Any) -> None:
    invoice = make_invoice(customer, "48.00")
    race(partial(charging.charge, invoice=invoice, method=method), copies=8)
    invoice.refresh_from_db()
    assert invoice.status == "paid" and stripe.stats()["charges"] == 2
    assert invoice.attempts.count() == 1 and [str(finding) for finding in checks()] == []


def test_control_run_without_locks_it_is_charged_twice(
    customer: Any, method: SavedMethod, stripe: Any, race: Any, without_locks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = make_invoice(customer, "48.00")
    claim, turns, first_is_done = claiming.claim_charge, threading.Lock(), threading.Event()

    def claimed(*args: Any) -> Any:
        if not turns.acquire(blocking=False):
            first_is_done.wait(timeout=10)
        return claim(*args)

    def press() -> None:
        charging.charge(invoice=invoice, method=method)
        first_is_done.set()

    monkeypatch.setattr(claiming, "claim_charge", claimed)
    race(press, copies=2)
    assert stripe.stats()["charges"] == 3


def test_nothing_begins_after_the_removal(customer: Any, method: SavedMethod, stripe: Any, race: Any) -> None:
    invoice = make_invoice(customer, "48.00")
    race(
        partial(removing.remove, method),
        partial(charging.charge, invoice=invoice, method=method),
    )
    method.refresh_from_db()
    begun = [each for each in invoice.attempts.all() if each.status == "succeeded"]
    assert method.status == "removed" and all(each.created_at <= method.removed_at for each in begun)


def test_control_run_without_locks_a_removed_method_is_charged(
    customer: Any, method: SavedMethod, race: Any, without_locks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = make_invoice(customer, "48.00")
    claim, is_in_order, is_removed = claiming.claim_charge, threading.Event(), threading.Event()

    def claimed(*args: Any) -> Any:
        is_in_order.set()
        is_removed.wait(timeout=10)
        return claim(*args)

    def remove() -> None:
        is_in_order.wait(timeout=10)
        removing.remove(method)
        is_removed.set()

    monkeypatch.setattr(claiming, "claim_charge", claimed)
    race(remove, partial(charging.charge, invoice=invoice, method=method))
    method.refresh_from_db()
    attempt = invoice.attempts.get()
    assert attempt.status == "succeeded" and attempt.created_at > method.removed_at
