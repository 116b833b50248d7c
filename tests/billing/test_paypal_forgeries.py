"""Messages that only claim to be PayPal's: what they may have us ask PayPal is limited, whatever it answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from storefront.billing.services.starting import start
from storefront.core import clock
from storefront.sandbox.paypal import PayPalStandIn
from storefront.sandbox.paypal.courier import encoded
from storefront.sandbox.server import Response

pytestmark = pytest.mark.django_db
SENDER = "192.0.2.7"


@pytest.fixture
def genuine(paypal: PayPalStandIn, invoice: Any) -> tuple[bytes, dict[str, str]]:
    attempt = start(invoice=invoice, gateway_name="paypal")
    paypal.agree(attempt.provider_reference or "")
    body = encoded(paypal.events()[0])
    return body, dict(paypal.courier.headers(body))


def tell(message: tuple[bytes, dict[str, str]], *, sender: str = SENDER, **changed: str) -> int:
    body, headers = message
    sent = headers | {f"PAYPAL-{name.upper()}".replace("_", "-"): value for name, value in changed.items()}
    client = Client(REMOTE_ADDR=sender)
    return client.post("/hooks/paypal/", body, content_type="application/json", headers=sent).status_code


@pytest.fixture
def asked(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """How often PayPal was asked for a certificate."""
    caplog.set_level("INFO", "storefront.gateways.http")
    return lambda: sum("/certs/" in record.getMessage() for record in caplog.records)


def test_who_forges_is_told_to_wait_and_paypal_is_not(paypal: Any, genuine: Any, settings: Any, asked: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"hook-paypal": "3/minute"}
    url = genuine[1]["PAYPAL-CERT-URL"].removesuffix("1")
    answers = [tell(genuine, cert_url=f"{url}guess-{n}") for n in range(5)]
    assert answers == [400, 400, 400, 429, 429]
    assert asked() == 3
    assert tell(genuine, sender="192.0.2.8") == 200


def test_questions_that_paypal_does_not_answer_count_as_well(paypal: Any, genuine: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"hook-paypal": "2/minute"}
    paypal.route("GET", "/v1/notifications/certs/CERT-away", lambda _: Response(b"", 503))
    paypal.fail_next(kind="reset", count=-1)
    url = genuine[1]["PAYPAL-CERT-URL"].replace("CERT-sandbox-1", "CERT-away")
    assert [tell(genuine, cert_url=url) for _ in range(3)] == [503, 503, 429]


def test_a_certificate_that_paypal_does_not_have_is_asked_for_once_a_minute(
    genuine: Any, time_machine: Any, asked: Any
) -> None:
    url = genuine[1]["PAYPAL-CERT-URL"] + "-of-nobody"
    assert [tell(genuine, cert_url=url) for _ in range(3)] == [400] * 3
    assert asked() == 1
    time_machine.move_to(clock.now() + timedelta(seconds=61))
    assert tell(genuine, cert_url=url) == 400
    assert asked() == 2
