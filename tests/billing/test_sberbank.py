"""Invoices paid by Sberbank: by its callbacks, proven or not, by the buyer's return, and by a card that it keeps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing.errors import PaymentUnavailable
from storefront.billing.gateway_registry import missing
from storefront.billing.models import Payment
from storefront.billing.services import payment_methods
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.inbox.models import InboundEvent
from storefront.inbox.processing import process_due
from storefront.sandbox.sberbank import SberbankStandIn
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def roubles(customer: Any) -> Any:
    """An open invoice of 9,600 roubles."""
    return make_invoice(customer, "9600.00", currency="RUB")


def last(stand_in: SberbankStandIn) -> str:
    return str(stand_in.callbacks()[-1]["body"])


def test_it_is_offered_only_when_it_is_set_up() -> None:
    assert "sberbank" not in payment_methods.offered()
    assert missing("sberbank") == ("SBERBANK_USER_NAME", "SBERBANK_PASSWORD")


def test_a_callback_pays_the_invoice_in_roubles_once(
    sberbank: SberbankStandIn, roubles: Any, client: Client, audited: Any
) -> None:
    attempt = start(invoice=roubles, gateway_name="sberbank")
    assert attempt.redirect_url.startswith(sberbank.base_url)
    sberbank.pay(attempt.provider_reference or "")
    by_post = client.post("/hooks/sberbank/", last(sberbank), content_type=FORM)
    by_get = client.get(f"/hooks/sberbank/?{last(sberbank)}")
    assert (by_post.status_code, by_get.status_code) == (200, 200)
    assert InboundEvent.objects.get().copies == 2
    process_due()
    roubles.refresh_from_db()
    attempt.refresh_from_db()
    assert (roubles.status, attempt.status, attempt.method_label) == ("paid", "succeeded", "mir •••• 2424")
    payment = Payment.objects.get()
    assert (payment.amount, payment.currency) == (Decimal("9600.00"), "RUB") and audited() == []


def test_forged_ones_change_nothing_whatever_way_they_come(
    sberbank: SberbankStandIn, roubles: Any, client: Client
) -> None:
    attempt = start(invoice=roubles, gateway_name="sberbank")
    sberbank.callback_mode(forged=True)
    sberbank.pay(attempt.provider_reference or "")
    assert client.post("/hooks/sberbank/", last(sberbank), content_type=FORM).status_code == 400
    assert client.get(f"/hooks/sberbank/?{last(sberbank)}").status_code == 400
    assert client.get("/hooks/sberbank/").status_code == 405 and client.get("/hooks/stripe/?a=1").status_code == 405
    assert not InboundEvent.objects.exists()


def test_without_a_checksum_a_message_is_only_a_reason_to_ask(
    sberbank: SberbankStandIn, roubles: Any, client: Client, settings: Any
) -> None:
    settings.SBERBANK_CALLBACK_KEYS = []
    sberbank.callback_mode(checksum="none")
    attempt = start(invoice=roubles, gateway_name="sberbank")
    number = sberbank.orders()[0]["orderNumber"]
    lie = f"mdOrder={attempt.provider_reference}&orderNumber={number}&operation=deposited&status=1&amount=960000"
    assert client.post("/hooks/sberbank/", lie, content_type=FORM).status_code == 200
    process_due(is_proven=False)
    roubles.refresh_from_db()
    assert roubles.status == "open" and not InboundEvent.objects.get().is_proven
    sberbank.pay(attempt.provider_reference or "")
    assert client.post("/hooks/sberbank/", last(sberbank), content_type=FORM).status_code == 200
    process_due(is_proven=False)
    roubles.refresh_from_db()
    assert roubles.status == "paid"


@pytest.mark.django_db(transaction=True)
def test_the_bank_takes_our_answer_by_post_and_by_get(
    sberbank: SberbankStandIn, roubles: Any, live_server: Any
) -> None:
    sberbank.postman.url = f"{live_server.url}/hooks/sberbank/"
    attempt = start(invoice=roubles, gateway_name="sberbank")
    sberbank.callback_mode(by_get=True)
    sberbank.pay(attempt.provider_reference or "")
    assert sberbank.postman.drain()
    assert [each["taken"] for each in sberbank.deliveries()] == [True, True]


def test_a_page_whose_answer_was_lost_gives_way_to_another(sberbank: SberbankStandIn, roubles: Any) -> None:
    """The order that nobody can reach is closed, and the buyer pays by a new one."""
    sberbank.faults.order(kind="lost", path="register.do")
    with pytest.raises(PaymentUnavailable):
        start(invoice=roubles, gateway_name="sberbank")
    with pytest.raises(PaymentUnavailable):
        start(invoice=roubles, gateway_name="sberbank")
    sberbank.state.orders[next(iter(sberbank.state.orders))]["date"] -= 30_000
    attempt = start(invoice=roubles, gateway_name="sberbank")
    first, second = sberbank.orders()
    assert (first["orderStatus"], second["_id"]) == (6, attempt.provider_reference)
    sberbank.pay(second["_id"])
    assert settle(attempt_id=attempt.pk).status == "succeeded"
    assert Payment.objects.count() == 1
