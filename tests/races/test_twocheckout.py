"""Money by 2Checkout's message, the buyer's return and the poller at once is one payment, and one sale is one sale.

Each race has a control run with its guard off, which must go wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import Invoice, LedgerTransaction, Payment, PaymentMethod
from storefront.billing.services import receiving, whose_sale
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import make_room, start
from storefront.core import clock, states
from storefront.inbox.processing import process_due
from storefront.notifications.models import OutboxMessage
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.billing.building import make_invoice
from tests.races.conftest import UNGUARDED, dawdle, listening, wrongs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PAUSE = 0.05


@pytest.fixture
def twocheckout(settings: Any) -> Iterator[TwoCheckoutStandIn]:
    with TwoCheckoutStandIn() as stand_in:
        settings.TWOCHECKOUT_MERCHANT_CODE = "250111206876"
        settings.TWOCHECKOUT_SECRET_KEYS = ["sandbox-2checkout-key"]
        settings.TWOCHECKOUT_BUY_LINK_SECRET = "sandbox-2checkout-word"
        settings.TWOCHECKOUT_API_BASE = settings.TWOCHECKOUT_CHECKOUT_BASE = stand_in.base_url
        settings.TWOCHECKOUT_TEST_ORDERS = True
        settings.TWOCHECKOUT_TIMEOUTS = (5.0, 20.0)
        settings.PAYMENT_GATEWAYS = {"twocheckout": settings.PAYMENT_GATEWAYS["twocheckout"]}
        PaymentMethod.objects.create(name="twocheckout")
        yield stand_in


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause between looking and changing."""
    receive, exchange = receiving.receive, whose_sale.recharging.for_payer

    def received(attempt: Any) -> Any:
        dawdle(PAUSE)
        return receive(attempt)

    def recharged(**how: Any) -> Any:
        dawdle(PAUSE)
        return exchange(**how)

    monkeypatch.setattr(receiving, "receive", received)
    monkeypatch.setattr(whose_sale.recharging, "for_payer", recharged)


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(f"{__name__}.PAUSE", UNGUARDED)


def paid_by_all_ways(stand_in: TwoCheckoutStandIn, customer: Any, race: Any) -> tuple[Invoice, list[Any]]:
    invoice = make_invoice(customer)
    attempt = start(invoice=invoice, gateway_name="twocheckout")
    stand_in.buy(attempt.redirect_url)
    body = stand_in.notifications()[-1]["body"]
    type(attempt).objects.update(next_check_at=clock.now())

    def told() -> None:
        answer = Client().post("/hooks/twocheckout/", body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200 and answer.content.startswith(b"<sig ")
        process_due()

    calls = [told, lambda: settle(attempt_id=attempt.pk), poll_open_attempts]
    return invoice, race(*calls, copies=4)


def test_message_return_and_poller_at_once_pay_once(
    twocheckout: TwoCheckoutStandIn, customer: Any, race: Any, slowly: None
) -> None:
    with listening() as heard:
        invoice, results = paid_by_all_ways(twocheckout, customer, race)
        while process_due():
            pass
    invoice.refresh_from_db()
    assert wrongs(results, heard) == []
    assert (invoice.status, Payment.objects.count(), LedgerTransaction.objects.count()) == ("paid", 1, 2)
    assert OutboxMessage.objects.filter(key__startswith="payment_received:").count() == 1


def test_control_run_without_locks_they_collide(
    twocheckout: TwoCheckoutStandIn, customer: Any, race: Any, slowly: None, without_locks: None
) -> None:
    attempt = start(invoice=make_invoice(customer), gateway_name="twocheckout")
    twocheckout.buy(attempt.redirect_url)
    with listening() as heard:
        results = race(lambda: settle(attempt_id=attempt.pk), copies=4)
    assert wrongs(results, heard)


def sold_at_once(settings: Any, customer: Any, race: Any) -> list[Any]:
    settings.TWOCHECKOUT_MERCHANT_OF_RECORD = True
    invoice = make_invoice(customer)
    room = partial(make_room, for_method="twocheckout")
    return list(race(lambda: whose_sale.fit(invoice=invoice, method="twocheckout", make_room=room), copies=8))


def test_eight_clicks_make_one_invoice_of_the_provider(
    twocheckout: TwoCheckoutStandIn, customer: Any, race: Any, settings: Any, slowly: None
) -> None:
    sold_at_once(settings, customer, race)
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["open", "void"]


def test_control_run_without_locks_they_make_several(
    twocheckout: TwoCheckoutStandIn, customer: Any, race: Any, settings: Any, slowly: None, without_locks: None
) -> None:
    results = sold_at_once(settings, customer, race)
    made = Invoice.objects.filter(status="open").count()
    assert made > 1 or any(type(each).__name__ in ("IntegrityError", "DeadlockDetected") for each in results)
