"""PayMaster's tokens: saved with a payment or by themselves, charged, revoked, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from storefront.gateways.errors import Declined, NotFound, Unavailable
from storefront.gateways.payments.base import EventKind, PaymentSnapshot, RemoteState
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    MethodState,
    SavedMethodSnapshot,
    SaveRequest,
    SetupRequest,
)
from storefront.gateways.payments.words import RefusalClass
from storefront.sandbox.paymaster import PayMasterStandIn
from tests.gateways.paymaster_rig import MERCHANT, TOKEN, PayMasterRig
from tests.gateways.payment_gateway_cases import NOW


@pytest.fixture
def rig() -> Iterator[PayMasterRig]:
    with PayMasterStandIn(merchant_id=MERCHANT, token=TOKEN) as stand_in:
        yield PayMasterRig(stand_in)


def saved(rig: PayMasterRig, *, is_unattended: bool = True) -> SavedMethodSnapshot:
    save = SaveRequest("customer-7f3a", is_unattended=is_unattended, description="Renewal of licenses")
    reference = rig.gateway().start(rig.request(save=save)).provider_reference
    asked = rig.payment(reference)["_asked"]["tokenization"]
    assert asked["type"] == ("Recurring" if is_unattended else "COF") and asked["purpose"] == "Renewal of licenses"
    rig.pay(reference)
    found = rig.gateway().fetch(reference).saved_method
    assert found is not None
    return found


def asked(card: SavedMethodSnapshot, *, is_unattended: bool = True, **changes: Any) -> ChargeRequest:
    defaults: dict[str, Any] = {
        "idempotency_key": "payment-2", "our_reference": "1002", "amount": Decimal("99.90"), "currency": "RUB",
        "description": "Renewal", "provider_customer": card.provider_customer,
        "method_reference": card.method_reference, "is_unattended": is_unattended,
        "customer_email": "b@example.org", "return_url": "https://shop.example/return/",
    }  # fmt: skip
    return ChargeRequest(**(defaults | changes))


def charged(rig: PayMasterRig, card: SavedMethodSnapshot, **changes: Any) -> PaymentSnapshot:
    gateway = rig.gateway()
    return gateway.fetch(gateway.charge(asked(card, **changes)).provider_reference)


@pytest.mark.parametrize("is_unattended", [True, False])
def test_a_card_is_saved_with_a_payment_for_what_was_agreed(rig: PayMasterRig, is_unattended: bool) -> None:
    card = saved(rig, is_unattended=is_unattended)
    assert card == SavedMethodSnapshot(
        provider_customer="", method_reference=card.method_reference, state=MethodState.ACTIVE, kind="card",
        brand="Mir", last4="2424", expiry=(2035, 5),
    )  # fmt: skip
    assert rig.gateway().fetch_method(card.method_reference) == card


def test_nothing_is_saved_where_nobody_agreed(rig: PayMasterRig) -> None:
    reference = rig.gateway().start(rig.request()).provider_reference
    rig.pay(reference)
    assert rig.gateway().fetch(reference).saved_method is None and rig.stand_in.tokens() == []


def test_an_unattended_charge_takes_the_money_once(rig: PayMasterRig) -> None:
    card = saved(rig)
    for fault in ("lost", "truncated"):
        rig.stand_in.faults.order(kind=fault, method="POST")
        with pytest.raises(Unavailable):
            rig.gateway().charge(asked(card))
    found = charged(rig, card)
    assert (found.state, found.amount, found.our_reference) == (RemoteState.SUCCEEDED, Decimal("99.90"), "1002")
    assert found.method_label == "mir •••• 2424" and charged(rig, card) == found and rig.charged() == 2
    with pytest.raises(Declined):
        rig.gateway().charge(asked(card, amount=Decimal("99.91")))


@pytest.mark.parametrize(
    ("outcome", "code", "means"),
    [
        ("insufficient_funds", "insufficient_funds", RefusalClass.LATER),
        ("issuer_unavailable", "issuer_unavailable", RefusalClass.SOON),
        ("expired_account", "expired_account", RefusalClass.METHOD_DEAD),
        ("rejected_by_fraud", "rejected_by_fraud", RefusalClass.OURS),
        ("three_ds", "three_d_secure_required", RefusalClass.BUYER_NEEDED),
    ],
)
def test_a_refused_charge_has_failed_for_good(rig: PayMasterRig, outcome: str, code: str, means: RefusalClass) -> None:
    card = saved(rig)
    rig.stand_in.steer(card.method_reference, outcome=outcome)
    found = charged(rig, card)
    assert (found.state, found.failure_code, found.redirect_url) == (RemoteState.FAILED, code, "")
    assert rig.gateway().refusal_classes[code] is means and rig.charged() == 1
    assert rig.payment(found.provider_reference)["status"] in ("Rejected", "Cancelled")  # nobody can pay it later


def test_a_charge_that_waits_for_its_absent_buyer_has_failed_even_if_it_cannot_be_cancelled(rig: PayMasterRig) -> None:
    card = saved(rig)
    rig.stand_in.steer(card.method_reference, outcome="three_ds")
    rig.stand_in.faults.order(kind="status", status=400, method="PUT")
    found = charged(rig, card)
    assert (found.state, found.failure_code) == (RemoteState.FAILED, "three_d_secure_required")


@pytest.mark.parametrize("agrees", [True, False])
def test_an_attending_buyer_confirms_at_their_bank(rig: PayMasterRig, agrees: bool) -> None:
    card = saved(rig)
    rig.stand_in.steer(card.method_reference, outcome="three_ds")
    found = charged(rig, card, is_unattended=False)
    assert found.state is RemoteState.OPEN and found.redirect_url.startswith(rig.stand_in.base_url)
    rig.stand_in.answer_bank(found.provider_reference, agrees=agrees)
    after = rig.gateway().fetch(found.provider_reference)
    assert after.state is (RemoteState.SUCCEEDED if agrees else RemoteState.FAILED) and after.redirect_url == ""


def test_a_token_that_its_owner_has_revoked_is_never_charged_again(rig: PayMasterRig) -> None:
    card, gateway = saved(rig), rig.gateway()
    rig.stand_in.end_token(card.method_reference)
    event = gateway.parse_webhook(rig.event(card.method_reference), {}, now=NOW)
    assert (event.kind, event.method_reference) == (EventKind.METHOD_CHANGED, card.method_reference)
    assert gateway.fetch_method(card.method_reference).state is MethodState.GONE
    for token, code, means in (
        (card.method_reference, "payment_token_revoked", RefusalClass.MANDATE_ENDED),
        (saved_again(rig), "payment_token_blocked", RefusalClass.METHOD_DEAD),
    ):
        with pytest.raises(Declined) as caught:
            gateway.charge(asked(card, method_reference=token))
        assert caught.value.code == code and gateway.refusal_classes[code] is means


def saved_again(rig: PayMasterRig) -> str:
    """A token that is blocked."""
    reference = rig.gateway().start(
        rig.request(idempotency_key="payment-9", save=SaveRequest("customer-7f3a"))
    ).provider_reference  # fmt: skip
    rig.pay(reference)
    token = rig.stand_in.tokens()[-1]["id"]
    rig.stand_in.steer(token, outcome="blocked")
    return str(token)


def test_what_is_forgotten_is_revoked(rig: PayMasterRig) -> None:
    card, gateway = saved(rig), rig.gateway()
    for _twice in range(2):
        gateway.forget_method("", card.method_reference)
    gateway.forget_method("", "nobody's")
    assert gateway.fetch_method(card.method_reference).state is MethodState.GONE
    with pytest.raises(NotFound):
        gateway.fetch_method("nobody's")


def test_a_card_is_saved_without_a_payment(rig: PayMasterRig) -> None:
    gateway = rig.gateway()
    request = SetupRequest(
        "setup-1", "s-1001", SaveRequest("customer-7f3a", description="Renewals"), "RUB", "b@example.org",
        "https://shop.example/r/", "https://shop.example/c/",
    )  # fmt: skip
    started = gateway.start_setup(request)
    assert started.redirect_url and gateway.start_setup(request) == started
    finish = gateway.finish_setup
    assert finish(started.provider_reference, idempotency_key="k").state is RemoteState.OPEN
    rig.stand_in.save_card(started.provider_reference)
    found = finish(started.provider_reference, idempotency_key="k")
    assert (found.state, found.our_reference, rig.charged()) == (RemoteState.SUCCEEDED, "", 0)
    assert found.method is not None and found.method.method_reference == started.provider_reference
    event = gateway.parse_webhook(rig.event(started.provider_reference), {}, now=NOW)
    assert (event.kind, event.provider_reference) == (EventKind.SETUP_CHANGED, started.provider_reference)
    assert charged(rig, found.method).state is RemoteState.SUCCEEDED
