"""A PayPal account that is kept: charged in one call, which leaves nothing to capture; its id may come later."""

from __future__ import annotations

from typing import Any

import pytest

from storefront.billing.models import PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import charging
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.inbox.processing import process_due
from tests.billing.building import make_invoice
from tests.billing.providers import Provider
from tests.billing.saved_methods import make_mandate

pytestmark = pytest.mark.django_db


def paid(customer: Any, paypal: Any) -> PaymentAttempt:
    """An invoice that was paid by PayPal, where the buyer let us keep their account."""
    invoice = make_invoice(customer, "96.00")
    terms = [Terms(scope=Scope.ATTENDED, text="Keep it.", language="en", ip_address=None)]
    attempt = start(invoice=invoice, gateway_name="paypal", wish=SaveWish(saving="unattended", terms=terms))
    paypal.agree(attempt.provider_reference)
    return settle(attempt_id=attempt.pk)


def captures(paypal: Any) -> int:
    return len([each for each in paypal.requests() if each["path"].endswith("/capture")])


def test_a_charge_in_one_call_is_not_captured(customer: Any, paypal: Any) -> None:
    assert paid(customer, paypal).status == "succeeded"
    method, before = SavedMethod.objects.get(), captures(paypal)
    assert (method.status, method.kind, method.email) == ("active", "paypal", "b•••@example.com")
    mandate = make_mandate(method, subject="subscription:a")
    attempt = charging.charge(invoice=make_invoice(customer, "48.00"), method=method, mandate=mandate)
    assert (attempt.status, attempt.invoice.status) == ("succeeded", "paid")
    assert (captures(paypal), paypal.stats()["charges"]) == (before, 2)


def test_a_refusal_without_an_order_closes_the_attempt(customer: Any, paypal: Any) -> None:
    paid(customer, paypal)
    method = SavedMethod.objects.get()
    paypal.refuse_token(method.method_reference, issue="PAYER_ACCOUNT_RESTRICTED")
    attempt = charging.charge(invoice=make_invoice(customer, "48.00"), method=method)
    assert (attempt.status, attempt.failure_code) == ("failed", "PAYER_ACCOUNT_RESTRICTED")
    assert paypal.stats()["charges"] == 1


def test_an_id_that_comes_later_is_noted_when_paypal_tells_it(customer: Any, paypal: Any, client: Any) -> None:
    paypal.change_vault(mode="late")
    attempt = paid(customer, paypal)
    method = SavedMethod.objects.get()
    assert (method.status, method.method_reference) == ("pending", None)
    with pytest.raises(charging.NotChargeable):
        charging.charge(invoice=make_invoice(customer, "48.00"), method=method)
    token = paypal.deliver_token(attempt.provider_reference)
    assert client.post("/hooks/paypal/", **Provider("paypal", paypal).newest_message()).status_code == 200
    process_due()
    method.refresh_from_db()
    assert (method.status, method.method_reference) == ("active", token)
    assert charging.charge(invoice=make_invoice(customer, "48.00"), method=method).status == "succeeded"


def test_where_paypal_keeps_nothing_it_is_paid_all_the_same(customer: Any, paypal: Any) -> None:
    paypal.change_vault(mode="off")
    assert paid(customer, paypal).status == "succeeded"
    assert not SavedMethod.objects.exists()
