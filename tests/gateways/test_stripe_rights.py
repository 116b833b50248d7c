"""What a restricted key may not do is said by its name, and what can be done without it is done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from storefront.gateways.errors import MissingRight
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.stripe import Gateway
from storefront.sandbox.stripe import StripeStandIn
from tests.gateways.payment_gateway_cases import CALLS, call, request

KEY = "rk_test_sandbox"
ALL = dict.fromkeys(("checkout_session", "charge", "payment_intent", "customer", "setup_intent"), "write")
ALL |= {"payment_method": "write", "dispute": "read"}


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn(api_key=KEY) as stand_in:
        stand_in.rights.restrict(**ALL)
        yield stand_in


@pytest.fixture
def gateway(stripe: StripeStandIn) -> Gateway:
    return Gateway(api_key=KEY, webhook_secrets=["whsec_1"], api_base=stripe.base_url, max_network_retries=0)


def recent(gateway: Gateway) -> PaymentSnapshot:
    return gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))[0]


@pytest.mark.parametrize("name", CALLS)
def test_the_rights_in_readme_are_enough_for_every_call(stripe: StripeStandIn, gateway: Gateway, name: str) -> None:
    reference = gateway.start(request()).provider_reference
    stripe.pay(reference)
    stripe.dispute(reference, status="warning_needs_response")
    result = call(gateway, name, reference)
    assert not getattr(result, "missing_right", "")


@pytest.mark.parametrize("name", CALLS)
def test_without_checkout_sessions_nothing_works_and_the_right_is_named(
    stripe: StripeStandIn, gateway: Gateway, name: str
) -> None:
    reference = gateway.start(request()).provider_reference
    stripe.rights.restrict(**ALL | {"checkout_session": "none"})
    with pytest.raises(MissingRight) as refusal:
        call(gateway, name, reference)
    assert refusal.value.right.startswith("Checkout Sessions: ")
    assert "rk_test" not in str(refusal.value)


@pytest.mark.parametrize("lacking", ["charge", "payment_intent"])
def test_a_payment_is_seen_without_the_right_to_see_its_charge(
    stripe: StripeStandIn, gateway: Gateway, lacking: str
) -> None:
    reference = gateway.start(request()).provider_reference
    stripe.pay(reference)
    whole = gateway.fetch(reference)
    stripe.rights.restrict(**ALL | {lacking: "none"})
    for found in (gateway.fetch(reference), gateway.cancel(reference), recent(gateway)):
        assert found.missing_right in ("Charges and Refunds: Read", "Payment Intents: Read")
        assert (found.state, found.amount, found.currency) == (RemoteState.SUCCEEDED, Decimal("96.00"), "EUR")
        assert (found.our_reference, found.charge_reference) == ("1001", whole.charge_reference)
        assert found.amount_refunded is None and whole.amount_refunded == 0


@pytest.mark.parametrize("lacking", ["charge", "payment_intent"])
def test_an_open_page_is_closed_without_the_right_to_see_its_charge(
    stripe: StripeStandIn, gateway: Gateway, lacking: str
) -> None:
    reference = gateway.start(request()).provider_reference
    stripe.rights.restrict(**ALL | {lacking: "none"})
    assert gateway.fetch(reference).state is RemoteState.OPEN
    assert gateway.cancel(reference).state is RemoteState.EXPIRED


def test_a_dispute_that_may_not_be_read_is_not_guessed(stripe: StripeStandIn, gateway: Gateway) -> None:
    reference = gateway.start(request()).provider_reference
    stripe.pay(reference)
    stripe.dispute(reference)
    stripe.rights.restrict(**ALL | {"dispute": "none"})
    found = gateway.fetch(reference)
    assert (found.state, found.missing_right, found.disputes) == (RemoteState.SUCCEEDED, "Disputes: Read", None)
    assert found.amount_refunded == 0  # the charge itself is seen
    assert recent(gateway).missing_right == ""  # lists ask nothing about disputes
    with pytest.raises(MissingRight, match="Disputes: Read"):
        gateway.find_disputed(since=datetime.now(UTC) - timedelta(minutes=5))


def test_a_refund_needs_the_right_to_write(stripe: StripeStandIn, gateway: Gateway) -> None:
    reference = gateway.start(request()).provider_reference
    stripe.pay(reference)
    stripe.rights.restrict(**ALL | {"charge": "read"})
    with pytest.raises(MissingRight, match="Charges and Refunds: Write"):
        gateway.refund(RefundRequest("refund-1", reference, Decimal("5.00"), "EUR"))
    assert stripe.stats()["refunds"] == 0
