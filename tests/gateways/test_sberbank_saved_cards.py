"""Cards that Sberbank keeps (bindings): saved with a payment or by themselves, charged, ended, forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.payments.base import EventKind, Feature, PaymentSnapshot, RemoteState
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    MethodState,
    SavedMethodSnapshot,
    SaveRequest,
    SetupRequest,
)
from storefront.gateways.payments.words import RefusalClass
from storefront.sandbox.sberbank import SberbankStandIn
from tests.gateways.payment_gateway_cases import NOW
from tests.gateways.sberbank_rig import KEY, PASSWORD, USER, SberbankRig

CUSTOMER = SaveRequest("customer-7f3a")


@pytest.fixture
def rig() -> Iterator[SberbankRig]:
    with SberbankStandIn(user=USER, password=PASSWORD, key=KEY) as stand_in:
        yield SberbankRig(stand_in)


@pytest.fixture
def card(rig: SberbankRig) -> SavedMethodSnapshot:
    """Saved with a first payment."""
    reference = rig.gateway().start(rig.request(save=CUSTOMER)).provider_reference
    rig.pay(reference)
    saved = rig.gateway().fetch(reference).saved_method
    assert saved is not None
    return saved


def asked(card: SavedMethodSnapshot, *, is_unattended: bool = True, **changes: Any) -> ChargeRequest:
    defaults: dict[str, Any] = {
        "idempotency_key": "payment-2", "our_reference": "1002", "amount": Decimal("99.90"), "currency": "RUB",
        "description": "Renewal", "provider_customer": card.provider_customer,
        "method_reference": card.method_reference,
        "is_unattended": is_unattended, "customer_email": "b@example.org", "return_url": "https://shop.example/return/",
    }  # fmt: skip
    return ChargeRequest(**(defaults | changes))


def charged(rig: SberbankRig, card: SavedMethodSnapshot, **changes: Any) -> PaymentSnapshot:
    gateway = rig.gateway()
    return gateway.fetch(gateway.charge(asked(card, **changes)).provider_reference)


def test_a_card_is_saved_with_a_payment_for_a_customer_who_is_no_address(card: SavedMethodSnapshot) -> None:
    assert card == SavedMethodSnapshot(
        provider_customer="customer-7f3a", method_reference=card.method_reference, state=MethodState.ACTIVE,
        kind="card", brand="Mir", last4="2424", expiry=(2035, 5),
    )  # fmt: skip


def test_nothing_is_saved_where_nobody_agreed(rig: SberbankRig) -> None:
    gateway = rig.gateway()
    for key, save in (("payment-1", None), ("payment-2", CUSTOMER)):
        reference = gateway.start(rig.request(idempotency_key=key, save=save)).provider_reference
        rig.stand_in.pay(reference, save=False)  # the box on the bank's page
        assert gateway.fetch(reference).saved_method is None
    assert rig.stand_in.bindings() == []


def test_an_unattended_charge_takes_the_money_at_once(rig: SberbankRig, card: SavedMethodSnapshot) -> None:
    found = charged(rig, card)
    assert (found.state, found.amount, found.our_reference) == (RemoteState.SUCCEEDED, Decimal("99.90"), "1002")
    assert Feature.SAVED_METHOD in rig.gateway().supports and rig.charged() == 2


def test_one_key_charges_once_whatever_the_line_does(rig: SberbankRig, card: SavedMethodSnapshot) -> None:
    for fault in ("lost", "truncated", "500"):
        rig.stand_in.faults.order(
            **({"kind": "status", "status": 500} if fault.isdigit() else {"kind": fault}), path="recurrentPayment.do"
        )
        with pytest.raises(Unavailable):
            rig.gateway().charge(asked(card))
    assert charged(rig, card).state is RemoteState.SUCCEEDED
    assert charged(rig, card) == charged(rig, card) and rig.charged() == 2
    with pytest.raises(Declined):
        rig.gateway().charge(asked(card, amount=Decimal("99.91")))
    assert charged(rig, card, idempotency_key="payment-3").state is RemoteState.SUCCEEDED and rig.charged() == 3


@pytest.mark.parametrize(
    ("outcome", "code", "means"),
    [
        ("funds", "116", RefusalClass.LATER),
        ("expired", "101", RefusalClass.METHOD_DEAD),
        ("three_ds_refused", "2003", RefusalClass.BUYER_NEEDED),
        ("three_ds", "three_d_secure", RefusalClass.BUYER_NEEDED),
    ],
)
def test_a_refused_charge_has_failed_for_good(
    rig: SberbankRig, card: SavedMethodSnapshot, outcome: str, code: str, means: RefusalClass
) -> None:
    """Also where the bank wants its owner: nobody holds the page on which they could confirm."""
    rig.stand_in.steer(card.method_reference, outcome=outcome)
    found = charged(rig, card)
    assert (found.state, found.failure_code, found.redirect_url) == (RemoteState.FAILED, code, "")
    assert rig.gateway().refusal_classes[code] is means
    assert rig.gateway().cancel(found.provider_reference).state is RemoteState.FAILED
    rig.later(hours=1)
    assert rig.gateway().fetch(found.provider_reference).failure_code == code and rig.charged() == 1


def test_a_card_that_its_owner_has_ended_is_never_charged_again(rig: SberbankRig, card: SavedMethodSnapshot) -> None:
    rig.stand_in.end_binding(card.method_reference)
    for is_unattended in (True, False):
        with pytest.raises(Declined) as caught:
            rig.gateway().charge(asked(card, is_unattended=is_unattended))
        assert rig.gateway().refusal_classes[caught.value.code] is RefusalClass.MANDATE_ENDED
    assert rig.gateway().fetch_method(card.method_reference).state is MethodState.GONE
    event = rig.gateway().parse_webhook(rig.event(card.method_reference), {}, now=NOW)
    assert (event.kind, event.method_reference) == (EventKind.METHOD_CHANGED, card.method_reference)
    with pytest.raises(Declined) as caught:
        rig.gateway().charge(asked(card, method_reference="nobody's"))
    assert rig.gateway().refusal_classes[caught.value.code] is RefusalClass.METHOD_DEAD


def test_an_attended_charge_is_a_page_for_that_card(rig: SberbankRig, card: SavedMethodSnapshot) -> None:
    gateway = rig.gateway()
    started = gateway.charge(asked(card, is_unattended=False))
    assert started.redirect_url and gateway.fetch(started.provider_reference).state is RemoteState.OPEN
    rig.stand_in.pay(started.provider_reference, outcome="three_ds")
    rig.stand_in.answer_bank(started.provider_reference)
    found = gateway.fetch(started.provider_reference)
    assert (found.state, found.method_label) == (RemoteState.SUCCEEDED, "mir •••• 2424")
    assert len(rig.stand_in.bindings()) == 1


def test_what_is_forgotten_is_gone_in_both_dialects(rig: SberbankRig, card: SavedMethodSnapshot) -> None:
    for base in ("/payment/rest", "/ecomm/gw/partner/api/v1"):
        gateway = rig.gateway(api_base=f"{rig.stand_in.base_url}{base}")
        for _twice in range(2):
            gateway.forget_method(card.provider_customer, card.method_reference)
        assert gateway.fetch_method(card.method_reference).state is MethodState.GONE
        gateway.forget_method(card.provider_customer, "nobody's")
    with pytest.raises(NotFound):
        rig.gateway().fetch_method("nobody's")


def test_an_account_without_bindings_says_so(rig: SberbankRig, card: SavedMethodSnapshot) -> None:
    rig.stand_in.account(bindings=False)
    with pytest.raises(ConfigurationError):
        rig.gateway().charge(asked(card))
    with pytest.raises(ConfigurationError):
        rig.gateway().forget_method(card.provider_customer, card.method_reference)


class TestSetup:
    def begin(self, rig: SberbankRig) -> str:
        request = SetupRequest(
            "setup-1", "s-1001", CUSTOMER, "RUB", "b@example.org", "https://shop.example/r/", "https://shop.example/c/"
        )
        started = rig.gateway().start_setup(request)
        assert started.redirect_url and rig.order(started.provider_reference)["amount"] == 0
        return started.provider_reference

    def test_a_card_is_saved_and_no_money_taken(self, rig: SberbankRig) -> None:
        reference = self.begin(rig)
        finish = rig.gateway().finish_setup
        assert finish(reference, idempotency_key="k").state is RemoteState.OPEN
        rig.pay(reference)
        found = finish(reference, idempotency_key="k")
        assert (found.state, found.our_reference, rig.charged()) == (RemoteState.SUCCEEDED, "s-1001", 0)
        assert found.method is not None and found.method.last4 == "2424"
        event = rig.gateway().parse_webhook(rig.event(reference), {}, now=NOW)
        assert (event.kind, event.provider_reference) == (EventKind.SETUP_CHANGED, reference)

    @pytest.mark.parametrize(
        ("outcome", "state"), [("refused", RemoteState.FAILED), ("three_ds", RemoteState.PROCESSING)]
    )
    def test_how_else_it_ends(self, rig: SberbankRig, outcome: str, state: RemoteState) -> None:
        reference = self.begin(rig)
        rig.stand_in.pay(reference, outcome=outcome)
        found = rig.gateway().finish_setup(reference, idempotency_key="k")
        assert (found.state, found.method) == (state, None)

    def test_it_lapses_and_is_no_payment(self, rig: SberbankRig) -> None:
        reference = self.begin(rig)
        rig.let_expire(reference)
        assert rig.gateway().finish_setup(reference, idempotency_key="k").state is RemoteState.EXPIRED
        with pytest.raises(NotFound):
            rig.gateway().fetch(reference)
        assert rig.gateway().find_recent(since=NOW) == []
        payment = rig.gateway().start(rig.request()).provider_reference
        with pytest.raises(NotFound):
            rig.gateway().finish_setup(payment, idempotency_key="k")
