"""Invoices paid by WebMoney: on its page, which asks the shop first, and by an invoice in the buyer's Keeper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from storefront.billing import instructions
from storefront.billing.errors import PaymentAwaited, PaymentRefused
from storefront.billing.models import Payment, PaymentAttempt, ReviewItem
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock
from storefront.inbox.models import InboundEvent
from storefront.inbox.processing import process_due
from storefront.sandbox.webmoney import WebMoneyStandIn

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def begun(invoice: Any, name: str = "webmoney") -> PaymentAttempt:
    return start(invoice=invoice, gateway_name=name)


def number(attempt: PaymentAttempt) -> str:
    return str(attempt.provider_reference).partition(".")[0]


def asked(client: Client, stand_in: WebMoneyStandIn, attempt: PaymentAttempt) -> str:
    """What the shop answers to the question before a payment."""
    payment = next(each for each in stand_in.payments() if str(each["number"]) == number(attempt))
    told = {
        "LMI_PREREQUEST": "1", "LMI_PAYEE_PURSE": payment["purse"], "LMI_PAYMENT_AMOUNT": payment["amount"],
        "LMI_PAYMENT_NO": str(payment["number"]), **payment["own"],
    }  # fmt: skip
    answer = client.post("/hooks/webmoney/", urlencode(told), content_type=FORM)
    assert answer.status_code == 200 and not InboundEvent.objects.exists()
    return answer.content.decode()


def test_it_is_asked_first_paid_and_told(webmoney: WebMoneyStandIn, invoice: Any, client: Client) -> None:
    attempt = begun(invoice)
    assert number(attempt) == str(attempt.pk) and attempt.redirect_url.startswith(webmoney.base_url)
    assert asked(client, webmoney, attempt) == "YES"
    webmoney.pay(number(attempt))
    body = webmoney.results()[0]["body"]
    assert client.post("/hooks/webmoney/", body.replace("96.00", "95.00"), content_type=FORM).status_code == 400
    assert client.post("/hooks/webmoney/", body, content_type=FORM).status_code == 200
    process_due()
    invoice.refresh_from_db()
    attempt.refresh_from_db()
    assert (invoice.status, attempt.status, attempt.method_label) == ("paid", "succeeded", "E •••• 4321")


def test_no_payment_is_taken_for_an_attempt_that_is_over(
    webmoney: WebMoneyStandIn, invoice: Any, client: Client
) -> None:
    attempt = begun(invoice)
    assert cancel_attempt(attempt).status == "cancelled"
    assert asked(client, webmoney, attempt) == "This payment is over. Please begin again in the shop."
    webmoney.pay(number(attempt))  # nobody asked
    client.post("/hooks/webmoney/", webmoney.results()[0]["body"], content_type=FORM)
    process_due()
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_what_does_not_fit_pays_nothing(webmoney: WebMoneyStandIn, invoice: Any) -> None:
    attempt = begun(invoice)
    webmoney.pay(number(attempt))
    webmoney.tamper(number(attempt), amount="1.00")
    assert settle(attempt_id=attempt.pk).status == "pending"
    assert not Payment.objects.exists() and ReviewItem.objects.get().kind == "mismatch"


def test_an_invoice_waits_and_is_found_by_the_poller(
    webmoney: WebMoneyStandIn, invoice: Any, time_machine: Any
) -> None:
    with pytest.raises(PaymentAwaited):  # the pay page then shows the instructions
        begun(invoice, "webmoney_invoice")
    attempt = PaymentAttempt.objects.get()
    assert attempt.status == "pending" and attempt.is_awaited and attempt.redirect_url == ""
    told = instructions.told(attempt)
    assert told and told.method == "WebMoney" and told.details == (("Number", "555001"),) and told.pay_until
    webmoney.pay(number(attempt))
    time_machine.move_to(clock.now() + timedelta(hours=2))
    poll_open_attempts()
    invoice.refresh_from_db()
    assert invoice.status == "paid"


def test_without_a_keeper_another_way_is_open(webmoney: WebMoneyStandIn, invoice: Any) -> None:
    webmoney.api.keepers = set()
    with pytest.raises(PaymentRefused):
        begun(invoice, "webmoney_invoice")
    assert begun(invoice).redirect_url
