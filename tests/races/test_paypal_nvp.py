"""Classic PayPal: the buyer's return, PayPal's message and the poller at once are one payment and one license.

PayPal sends no message before we take the money; one comes when a payment that was pending is completed.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import LedgerTransaction, Payment, PaymentAttempt, PaymentMethod
from storefront.billing.services.polling import look_soon, poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.inbox.processing import process_due
from storefront.licensing.models import License
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from tests.billing.building import make_invoice
from tests.billing.providers import Provider, paypal_nvp  # noqa: F401  (fixture)
from tests.licensing.conftest import make_product
from tests.races.conftest import listening, wrongs
from tests.races.test_crashes import terms
from tests.races.test_paypal import dawdling, without_locks  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def attempt(paypal_nvp: PayPalNvpStandIn, customer: Any, settings: Any) -> PaymentAttempt:  # noqa: F811
    settings.PAYPAL_NVP_TIMEOUTS = (5.0, 20.0)
    PaymentMethod.objects.create(name="paypal_nvp")
    invoice = make_invoice(customer, terms=[terms(make_product(), "acme.bitrix24.com")])
    return start(invoice=invoice, gateway_name="paypal_nvp")


@pytest.fixture
def agreed(paypal_nvp: PayPalNvpStandIn, attempt: PaymentAttempt) -> PaymentAttempt:  # noqa: F811
    """The buyer has agreed on PayPal's page; nothing is taken yet."""
    paypal_nvp.approve(attempt.provider_reference or "")
    return attempt


@pytest.fixture
def completed(paypal_nvp: PayPalNvpStandIn, attempt: PaymentAttempt) -> PaymentAttempt:  # noqa: F811
    """The buyer's bank has paid what was pending; PayPal's message is stored and not handled yet."""
    paypal_nvp.approve(attempt.provider_reference or "", funding="echeck")
    assert settle(attempt_id=attempt.pk).is_processing
    attempt.refresh_from_db()
    paypal_nvp.change(attempt.charge_reference, status="Completed")
    message = Provider("paypal_nvp", paypal_nvp).newest_message()
    assert Client().post("/hooks/paypal_nvp/", **message).status_code == 200
    return attempt


def everybody(race: Any, attempt: PaymentAttempt) -> list[Any]:
    """The buyer's return, PayPal's message and the poller, each several times."""
    look_soon(attempt_id=attempt.pk)
    return list(race(lambda: settle(attempt_id=attempt.pk), process_due, poll_open_attempts, copies=4))


def assert_paid_once(stand_in: PayPalNvpStandIn, attempt: PaymentAttempt, results: list[Any], heard: Any) -> None:
    process_due()
    attempt = settle(attempt_id=attempt.pk)
    assert (attempt.status, attempt.invoice.status) == ("succeeded", "paid")
    assert heard[attempt.invoice.number] == 1
    assert (stand_in.stats()["charges"], Payment.objects.count(), LedgerTransaction.objects.count()) == (1, 1, 2)
    assert License.objects.count() == 1
    assert wrongs(results, heard) == []


def test_return_and_poller_at_once_take_the_money_once(
    paypal_nvp: PayPalNvpStandIn, agreed: PaymentAttempt, race: Any, dawdling: None  # noqa: F811
) -> None:  # fmt: skip
    with listening() as heard:
        results = everybody(race, agreed)
        assert_paid_once(paypal_nvp, agreed, results, heard)


def test_return_message_and_poller_at_once_pay_once(
    paypal_nvp: PayPalNvpStandIn, completed: PaymentAttempt, race: Any, dawdling: None  # noqa: F811
) -> None:  # fmt: skip
    with listening() as heard:
        results = everybody(race, completed)
        assert_paid_once(paypal_nvp, completed, results, heard)


def test_control_run_without_locks_they_collide(
    completed: PaymentAttempt, race: Any, dawdling: None, without_locks: None  # noqa: F811
) -> None:  # fmt: skip
    with listening() as heard:
        results = race(lambda: settle(attempt_id=completed.pk), copies=4)
    assert wrongs(results, heard)
