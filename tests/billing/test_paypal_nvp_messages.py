"""A payment through classic PayPal, told by its message: confirmed by PayPal, or of no effect."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import Payment, PaymentAttempt
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.processing import process_due
from storefront.sandbox.paypal_nvp import PayPalNvpStandIn
from tests.billing.building import make_invoice
from tests.billing.providers import FORM, paypal_nvp  # noqa: F401  (fixture)

pytestmark = pytest.mark.django_db(transaction=True)


def post(body: str) -> int:
    return Client().post("/hooks/paypal_nvp/", data=body, content_type=FORM).status_code


def test_a_pending_payment_is_paid_by_the_message_that_paypal_confirms(
    paypal_nvp: PayPalNvpStandIn, customer: Any  # noqa: F811
) -> None:  # fmt: skip
    invoice = make_invoice(customer)
    attempt = start(invoice=invoice, gateway_name="paypal_nvp")
    token = attempt.provider_reference or ""
    paypal_nvp.approve(token, funding="echeck")
    assert settle(attempt_id=attempt.pk).is_processing
    transaction = paypal_nvp.state.token(token)["transaction"]
    paypal_nvp.change(transaction, status="Completed")
    message = paypal_nvp.state.data["messages"][-1]["body"]

    # Made up: stored, asked about, of no effect.
    assert post(message.replace("mc_gross", "mc_gros2")) == 200
    process_due(is_proven=False)
    assert PaymentAttempt.objects.get().status == AttemptStatus.PENDING
    assert InboundEvent.objects.get().status == InboundStatus.IGNORED

    # Genuine, and twice: one payment.
    for _ in range(2):
        assert post(message) == 200
        process_due(is_proven=False)
    assert PaymentAttempt.objects.get().status == AttemptStatus.SUCCEEDED
    assert Payment.objects.get().reference and Payment.objects.count() == 1
    assert InboundEvent.objects.filter(status=InboundStatus.PROCESSED).get().copies == 2


@pytest.mark.parametrize("body", ["", "txn_id=1&txn_id=2&payment_status=Completed", "payment_status=Completed", "%ff"])
def test_what_is_no_message_is_refused_at_the_door(paypal_nvp: PayPalNvpStandIn, body: str) -> None:  # noqa: F811
    assert post(body) == 400
    assert not InboundEvent.objects.exists()


GENUINE = "txn_id=1&payment_status=Completed"


def test_a_shop_without_it_has_no_such_door(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("paypal_nvp", "paypal", "twocheckout"):
        answer = Client().post(f"/hooks/{name}/", data=GENUINE, content_type=FORM)
        assert answer.status_code == 404, name
    assert not InboundEvent.objects.exists()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_half_a_configuration_stores_nothing_that_could_not_be_asked_about(
    paypal_nvp: PayPalNvpStandIn, settings: Any  # noqa: F811
) -> None:  # fmt: skip
    assert post(GENUINE) == 200
    settings.PAYPAL_NVP_PASSWORD = ""
    assert post(f"{GENUINE}&more=1") == 503
    assert InboundEvent.objects.count() == 1
