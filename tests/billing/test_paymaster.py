"""Invoices paid by PayMaster: its unsigned messages are a reason to ask it, and test money pays no live order."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import Payment, PaymentAttempt, ReviewItem
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.starting import start
from storefront.inbox.models import InboundEvent
from storefront.inbox.processing import process_due
from storefront.sandbox.paymaster import PayMasterStandIn
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(paymaster: PayMasterStandIn, customer: Any) -> PaymentAttempt:
    """A page for an invoice of 9,600 roubles."""
    return start(invoice=make_invoice(customer, "9600.00", currency="RUB"), gateway_name="paymaster")


def tell(client: Client, body: str) -> int:
    answer = client.post("/hooks/paymaster/", body, content_type="application/json")
    process_due(is_proven=False)
    return answer.status_code


def test_a_message_pays_the_invoice_in_roubles_once(
    paymaster: PayMasterStandIn, attempt: PaymentAttempt, client: Client, audited: Any
) -> None:
    paymaster.pay(attempt.provider_reference or "")
    body = paymaster.callbacks()[-1]["body"]
    assert [tell(client, body) for _twice in range(2)] == [200, 200]
    attempt.refresh_from_db()
    assert (attempt.status, attempt.invoice.status, attempt.method_label) == ("succeeded", "paid", "mir •••• 2424")
    assert InboundEvent.objects.get().copies == 2
    assert (Payment.objects.get().amount, audited()) == (Decimal("9600.00"), [])


def test_a_lie_about_our_payment_or_somebody_elses_changes_nothing(
    paymaster: PayMasterStandIn, attempt: PaymentAttempt, client: Client
) -> None:
    told = {
        "id": attempt.provider_reference, "status": "Settled", "merchantId": "merchant-1", "testMode": True,
        "amount": {"value": 9600.0, "currency": "RUB"}, "invoice": {"orderNo": attempt.public_id},
    }  # fmt: skip
    assert tell(client, json.dumps(told)) == 200
    assert tell(client, json.dumps(told | {"id": "of-somebody-else"})) == 200
    assert tell(client, "{}") == 400
    attempt.refresh_from_db()
    assert (attempt.status, attempt.invoice.status) == ("pending", "open") and not Payment.objects.exists()


def test_money_of_the_other_mode_never_pays(
    paymaster: PayMasterStandIn, attempt: PaymentAttempt, client: Client
) -> None:
    paymaster.pay(attempt.provider_reference or "")
    paymaster.tamper(
        attempt.provider_reference or "", testMode=False
    )  # the other way round, as the stand-in is not https
    assert tell(client, paymaster.callbacks()[-1]["body"]) == 200
    attempt.refresh_from_db()
    assert attempt.invoice.status == "open" and ReviewItem.objects.exists()


def test_the_poller_finds_what_nobody_told(
    paymaster: PayMasterStandIn, attempt: PaymentAttempt, time_machine: Any
) -> None:
    paymaster.pay(attempt.provider_reference or "")
    PaymentAttempt.objects.update(next_check_at=attempt.created_at)
    poll_open_attempts()
    attempt.refresh_from_db()
    assert attempt.invoice.status == "paid"
