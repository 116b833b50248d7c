"""Invoices paid by YooKassa: by its messages, which nothing proves, the buyer's return and the poller."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing.errors import CannotBeCharged
from storefront.billing.gateway_registry import missing
from storefront.billing.models import Payment, PaymentAttempt, ReviewItem, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import removing
from storefront.billing.saved_methods.charging import charge
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services import payment_methods
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.charged_lines import lines_of
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.refunds import start as refund
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock
from storefront.inbox.models import InboundEvent
from storefront.inbox.processing import process_due
from storefront.sandbox.yookassa import YooKassaStandIn
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db
UNKNOWN = "22e12f66-000f-5000-8000-18db351245c7"


@pytest.fixture
def roubles(customer: Any) -> Any:
    """An open invoice, 9600.00 RUB."""
    return make_invoice(customer, "9600.00", currency="RUB")


def begun(invoice: Any) -> PaymentAttempt:
    return start(invoice=invoice, gateway_name="yookassa")


def tell(client: Client, notice: Any) -> int:
    return client.post("/hooks/yookassa/", json.dumps(notice), content_type="application/json").status_code


def test_it_is_offered_only_when_it_is_set_up_and_for_roubles(
    yookassa: YooKassaStandIn, invoice: Any, settings: Any
) -> None:
    with pytest.raises(CannotBeCharged):
        begun(invoice)  # in euros
    assert yookassa.stats()["payments"] == 0
    settings.YOOKASSA_SECRET_KEY = ""
    assert payment_methods.offered() == () and missing("yookassa") == ("YOOKASSA_SECRET_KEY",)


def test_a_message_pays_the_invoice_once(yookassa: YooKassaStandIn, roubles: Any, client: Client, audited: Any) -> None:
    attempt = begun(roubles)
    yookassa.pay(attempt.provider_reference or "")
    [notice] = yookassa.notices()
    assert [tell(client, notice) for _ in range(3)] == [200] * 3
    stored = InboundEvent.objects.get()
    assert (stored.is_proven, stored.copies) == (False, 3)
    process_due()
    roubles.refresh_from_db()
    attempt.refresh_from_db()
    assert (roubles.status, attempt.status, attempt.method_label) == ("paid", "succeeded", "mastercard •••• 4444")
    assert Payment.objects.get().amount == Decimal("9600.00") and audited() == []


@pytest.mark.django_db(transaction=True)
def test_the_sender_takes_the_answer(yookassa: YooKassaStandIn, roubles: Any, live_server: Any) -> None:
    yookassa.notifications.url = f"{live_server.url}/hooks/yookassa/"
    yookassa.pay(begun(roubles).provider_reference or "")
    assert yookassa.notifications.drain()
    assert [(each["event"], each["status"]) for each in yookassa.deliveries()] == [("payment.succeeded", 200)]


def test_what_a_stranger_sends_changes_nothing(yookassa: YooKassaStandIn, roubles: Any, client: Client) -> None:
    """It may claim whatever it likes: only what YooKassa says of the payment counts."""
    attempt = begun(roubles)
    claim: dict[str, Any] = {"id": attempt.provider_reference, "status": "succeeded", "paid": True, "test": False}
    claim |= {"amount": {"value": "9600.00", "currency": "RUB"}, "metadata": {"reference": attempt.public_id}}
    sent = {"type": "notification", "event": "payment.succeeded", "object": claim}
    assert tell(client, sent) == tell(client, sent | {"object": claim | {"id": UNKNOWN}}) == 200
    process_due()
    roubles.refresh_from_db()
    attempt.refresh_from_db()
    assert (roubles.status, attempt.status) == ("open", "pending")
    assert not Payment.objects.exists() and not ReviewItem.objects.exists()
    for nonsense in ({}, [], {"type": "notification", "event": "payment.succeeded", "object": {"id": "é"}}):
        assert tell(client, nonsense) == 400
    assert InboundEvent.objects.count() == 2


def test_a_refused_card_ends_the_attempt_and_the_next_one_pays(yookassa: YooKassaStandIn, roubles: Any) -> None:
    first = begun(roubles)
    yookassa.pay(first.provider_reference or "", number="5555555555554600")
    assert settle(attempt_id=first.pk).failure_code == "insufficient_funds"
    second = begun(roubles)
    assert second.pk != first.pk
    yookassa.pay(second.provider_reference or "")
    assert settle(attempt_id=second.pk).status == "succeeded"


def test_the_poller_finds_what_nobody_told(
    yookassa: YooKassaStandIn, roubles: Any, time_machine: Any, audited: Any
) -> None:
    attempt = begun(roubles)
    yookassa.pay(attempt.provider_reference or "", waits=True)
    time_machine.move_to(clock.now() + timedelta(seconds=61))
    poll_open_attempts()
    attempt.refresh_from_db()
    assert (attempt.status, attempt.is_processing) == ("pending", True)
    yookassa.settle(attempt.provider_reference or "")
    settle(attempt_id=attempt.pk)
    roubles.refresh_from_db()
    assert roubles.status == "paid" and audited() == []


def test_money_that_comes_by_a_page_that_was_given_up_is_kept(
    yookassa: YooKassaStandIn, roubles: Any, time_machine: Any
) -> None:
    """A page cannot be withdrawn: it is looked at once more when it is over."""
    attempt = cancel_attempt(begun(roubles))
    assert attempt.status == "cancelled" and attempt.next_check_at and attempt.expires_at
    assert attempt.next_check_at >= attempt.expires_at - timedelta(seconds=1)
    yookassa.pay(attempt.provider_reference or "")
    time_machine.move_to(attempt.next_check_at + timedelta(seconds=1))
    poll_open_attempts()
    roubles.refresh_from_db()
    assert roubles.status == "paid" and Payment.objects.count() == 1


def test_reconciliation_finds_what_everybody_missed(
    yookassa: YooKassaStandIn, roubles: Any, customer: Any, audited: Any
) -> None:
    attempt, other = begun(roubles), begun(make_invoice(customer, "100.00", currency="RUB"))
    yookassa.pay(attempt.provider_reference or "")
    yookassa.pay(other.provider_reference or "")
    yookassa.tamper(other.provider_reference or "", value="1.00")
    reconcile()
    roubles.refresh_from_db()
    assert roubles.status == "paid" and ReviewItem.objects.get().kind == "mismatch"
    assert Payment.objects.count() == 1 and audited() == []


def test_refunds_part_then_whole_and_by_hand(yookassa: YooKassaStandIn, roubles: Any, audited: Any) -> None:
    attempt = begun(roubles)
    yookassa.pay(attempt.provider_reference or "")
    payment = settle(attempt_id=attempt.pk).payment
    assert refund(payment=payment, amount=Decimal("1600.00"), reason="asked for", by=None).status == "succeeded"
    yookassa.refund(attempt.provider_reference or "", amount="8000.00")
    settle(attempt_id=attempt.pk, look_for_refunds=True)
    payment.refresh_from_db()
    roubles.refresh_from_db()
    assert payment.amount_refunded == Decimal("9600.00") and roubles.status == "refunded"
    assert audited() == []


def test_what_is_saved_is_charged_again_until_it_is_removed(
    yookassa: YooKassaStandIn, roubles: Any, customer: Any, audited: Any
) -> None:
    wish = SaveWish(
        saving=PaymentAttempt.Saving.UNATTENDED,
        terms=[Terms(scope=Scope.RENEWAL, text="Renew my license every year.", language="en", ip_address="192.0.2.7")],
    )
    first = start(invoice=roubles, gateway_name="yookassa", wish=wish)
    yookassa.pay(first.provider_reference or "")
    settle(attempt_id=first.pk)
    method = SavedMethod.objects.get()
    assert (method.brand, method.last4, method.status) == ("Mastercard", "4444", "active")
    mandate = method.mandates.get()
    again = charge(invoice=make_invoice(customer, "990.00", currency="RUB"), method=method, mandate=mandate)
    assert (again.status, again.payment.amount) == ("succeeded", Decimal("990.00"))
    yookassa.methods.change(first.provider_reference or "", reason="permission_revoked", party="yoo_money")
    refused = charge(invoice=make_invoice(customer, "991.00", currency="RUB"), method=method, mandate=mandate)
    assert (refused.status, refused.failure_code) == ("failed", "permission_revoked")
    removing.remove(method)
    removing.forget_removed()
    assert not SavedMethod.objects.filter(method_reference=first.provider_reference).exists()
    assert yookassa.stats()["charges"] == 2 and audited() == []


def test_receipts_go_with_payment_and_refund(
    yookassa: YooKassaStandIn, customer: Any, settings: Any, audited: Any
) -> None:
    settings.YOOKASSA_RECEIPTS = True
    yookassa.change_shop(receipts=True)
    attempt = begun(make_invoice(customer, "9000.00", "600.00", currency="RUB"))
    asked = yookassa.receipt(attempt.provider_reference or "")
    assert asked["customer"] == {"email": customer.email}
    assert [(each["amount"]["value"], each["vat_code"]) for each in asked["items"]] == [("9000.00", 1), ("600.00", 1)]
    yookassa.pay(attempt.provider_reference or "")
    payment = settle(attempt_id=attempt.pk).payment
    assert refund(payment=payment, amount=Decimal("96.00"), reason="asked for", by=None).status == "succeeded"
    [sent] = [
        json.loads(each["body"]) for each in yookassa.requests() if each["path"] == "/v3/refunds" and each["body"]
    ]
    assert [each["amount"]["value"] for each in sent["receipt"]["items"]] == ["90.00", "6.00"]
    assert audited() == []


@pytest.mark.parametrize(
    ("treatment", "rate"), [("standard", Decimal("22.000")), ("zero", Decimal(0)), ("exempt", None)]
)
def test_lines_name_their_rate_and_the_rest_of_an_invoice_does_too(
    customer: Any, treatment: str, rate: Decimal | None
) -> None:
    invoice = make_invoice(customer, "100.00", "20.00", currency="RUB")
    invoice.tax_treatment = treatment
    lines = list(invoice.lines.all())
    for line, its_rate in zip(lines, (rate or Decimal(0), Decimal("10.000")), strict=True):
        line.tax_rate = its_rate
    invoice._prefetched_objects_cache = {"lines": lines}
    attempt = PaymentAttempt(invoice=invoice, gateway="yookassa", currency="RUB", amount=invoice.amount)
    second = None if treatment == "exempt" else Decimal("10.000")
    assert [(each.amount, each.tax_rate) for each in lines_of(attempt)] == [(100, rate), (20, second)]
    attempt.amount = Decimal("60.01")
    rest = lines_of(attempt)
    assert sum(each.amount for each in rest) == Decimal("60.01")
    assert [each.tax_rate for each in rest] == ([None] if treatment == "exempt" else [rate, second])
