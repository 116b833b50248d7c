"""Taking PayPal's money: return, webhook and poller at once; and taking it while it is given up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import LedgerTransaction, PaymentAttempt, PaymentMethod
from storefront.billing.services import capturing, receiving
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.polling import look_soon, poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import states
from storefront.inbox.processing import process_due
from storefront.licensing.models import License
from storefront.sandbox.paypal.courier import encoded
from tests.billing.building import make_invoice
from tests.licensing.conftest import make_product
from tests.races.conftest import UNGUARDED, dawdle, listening, wrongs
from tests.races.test_crashes import terms

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
#: How long a racer dawdles between looking and writing, so that a missing lock shows.
DAWDLE = 0.05


@pytest.fixture
def agreed(paypal: Any, customer: Any, settings: Any) -> Iterator[PaymentAttempt]:
    """An attempt whose buyer has agreed at PayPal; PayPal's message is stored and not handled yet."""
    settings.PAYPAL_TIMEOUTS = (5.0, 20.0)
    PaymentMethod.objects.create(name="paypal")
    invoice = make_invoice(customer, terms=[terms(make_product(), "acme.bitrix24.com")])
    attempt = start(invoice=invoice, gateway_name="paypal")
    paypal.agree(attempt.provider_reference)
    [event] = paypal.events()
    body = encoded(event)
    answer = Client().post(
        "/hooks/paypal/", body, content_type="application/json", headers=paypal.courier.headers(body)
    )
    assert answer.status_code == 200
    yield attempt


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: rows are read as they are, nobody waits for anybody."""

    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(f"{__name__}.DAWDLE", UNGUARDED)


@pytest.fixture
def dawdling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause after every look at an attempt that is to be taken or given up, and before money is booked."""
    look, receive = capturing.lock_attempt, receiving.receive

    def slowly_looked(attempt_id: int) -> Any:
        attempt = look(attempt_id)
        dawdle(DAWDLE)
        return attempt

    def slowly_received(attempt: Any) -> Any:
        dawdle(DAWDLE)
        return receive(attempt)

    monkeypatch.setattr(capturing, "lock_attempt", slowly_looked)
    monkeypatch.setattr(receiving, "receive", slowly_received)


def everybody(race: Any, attempt: PaymentAttempt) -> list[Any]:
    """The buyer's return, PayPal's message and the poller, each several times."""
    look_soon(attempt_id=attempt.pk)
    return race(lambda: settle(attempt_id=attempt.pk), process_due, poll_open_attempts, copies=4)


def test_return_webhook_and_poller_at_once_take_the_money_once(paypal, agreed, race, dawdling):
    with listening() as heard:
        results = everybody(race, agreed)
        process_due()
        settle(attempt_id=agreed.pk)
    agreed.refresh_from_db()
    assert agreed.status == AttemptStatus.SUCCEEDED
    assert agreed.invoice.status == InvoiceStatus.PAID
    assert paypal.stats()["charges"] == 1
    assert LedgerTransaction.objects.count() == 2 and heard[agreed.invoice.number] == 1
    assert License.objects.count() == 1
    assert wrongs(results, heard) == []


def test_control_run_without_locks_they_collide(paypal, agreed, race, dawdling, without_locks):
    with listening() as heard:
        results = everybody(race, agreed)
    assert wrongs(results, heard)


def test_taken_or_given_up_and_never_both(paypal, agreed, race, dawdling):
    race(lambda: settle(attempt_id=agreed.pk), lambda: cancel_attempt(agreed))
    attempt = settle(attempt_id=agreed.pk)
    is_taken = attempt.status == AttemptStatus.SUCCEEDED
    assert is_taken or attempt.status == AttemptStatus.CANCELLED
    assert paypal.stats()["charges"] == int(is_taken)


def test_control_run_without_locks_what_is_given_up_is_taken(paypal, agreed, race, dawdling, without_locks):
    _, given_up = race(lambda: settle(attempt_id=agreed.pk), lambda: cancel_attempt(agreed))
    assert isinstance(given_up, PaymentAttempt) and given_up.status == AttemptStatus.CANCELLED
    assert paypal.stats()["charges"] == 1
