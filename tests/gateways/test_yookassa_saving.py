"""Methods of payment that YooKassa keeps: every common case as far as YooKassa allows it, and what only it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from storefront.gateways.errors import Declined
from storefront.gateways.payments.base import EventKind, RemoteState
from storefront.gateways.payments.saved_methods import MethodState, SavedMethodSnapshot, SetupRequest
from storefront.gateways.payments.words import RefusalClass
from tests.gateways.payment_gateway_cases import NOW
from tests.gateways.saved_method_cases import SAVE, SavedMethodCases, SavingRig, refused, saved
from tests.gateways.yookassa_rig import YooKassaRig, begun, sent


@pytest.fixture
def rig() -> Iterator[YooKassaRig]:
    with begun() as rig:
        yield rig


class TestSaving(SavedMethodCases):
    def test_a_forgotten_method_is_not_charged(self, rig: SavingRig) -> None:
        """YooKassa has no call for it: nobody is asked, and it is for us not to use the id any more."""
        gateway, method = saved(rig)
        rig.fail("503")
        gateway.forget_method(method.provider_customer, method.method_reference)


@pytest.mark.parametrize(
    ("how", "kind", "brand", "last4", "expiry"),
    [
        ({}, "card", "Mastercard", "4444", (2030, 12)),
        ({"number": "2202474301322987"}, "card", "Mir", "2987", (2030, 12)),
        ({"way": "sbp"}, "sbp", "SBP", "", None), ({"way": "sberbank"}, "sberpay", "SberPay", "", None),
        ({"way": "yoo_money"}, "yoomoney", "YooMoney", "1136", None),
    ],
)  # fmt: skip
def test_cards_wallets_and_bank_accounts_are_kept(
    rig: YooKassaRig, how: dict[str, Any], kind: str, brand: str, last4: str, expiry: Any
) -> None:
    gateway = rig.gateway()
    reference = gateway.start(rig.request(save=SAVE)).provider_reference
    assert (sent(rig)[0]["save_payment_method"], sent(rig)[0]["merchant_customer_id"]) == (True, "customer-7f3a")
    rig.stand_in.pay(reference, **how)
    found = gateway.fetch(reference).saved_method
    assert found == SavedMethodSnapshot("", reference, MethodState.ACTIVE, kind, brand, last4, expiry=expiry)
    assert gateway.fetch_method(reference) == found


def test_where_it_is_not_allowed_the_buyer_pays_and_nothing_is_kept(rig: YooKassaRig) -> None:
    rig.stand_in.change_shop(saving=False)
    gateway, asked = rig.gateway(), rig.request(save=SAVE)
    assert gateway.start(asked) == gateway.start(asked) and rig.opened() == 1
    reference = gateway.start(asked).provider_reference
    rig.pay(reference)
    found = gateway.fetch(reference)
    assert (found.state, found.saved_method) == (RemoteState.SUCCEEDED, None)


def test_where_it_is_not_allowed_any_more_charges_are_our_own_trouble(rig: YooKassaRig) -> None:
    gateway, method = saved(rig)
    rig.stand_in.change_shop(saving=False)
    before = rig.opened()
    assert gateway.refusal_classes[refused(gateway, rig.charge_request(method))] is RefusalClass.OURS
    assert rig.opened() == before
    for currency, code in (("RUB", "forbidden"), ("EUR", "amount_currency")):
        asked = SetupRequest(
            "setup-1", "3001", SAVE, currency, "", "https://shop.example/back/", "https://shop.example/"
        )
        with pytest.raises(Declined) as caught:
            gateway.start_setup(asked)
        assert caught.value.code == code


def test_a_charge_has_no_page_and_names_its_invoice(rig: YooKassaRig) -> None:
    gateway, method = saved(rig)
    started = gateway.charge(rig.charge_request(method, metadata={"invoice": "INV-9"}))
    assert sent(rig)[-1] == {
        "amount": {"value": "48.00", "currency": "RUB"},
        "capture": True,
        "description": "Renewal 2001",
        "metadata": {"invoice": "INV-9", "reference": "2001"},
        "payment_method_id": method.method_reference,
    }
    assert started.redirect_url == "" and started.expires_at is None


def test_a_reason_that_is_new_is_another_try_later(rig: YooKassaRig) -> None:
    gateway, method = saved(rig)
    rig.stand_in.methods.change(method.method_reference, reason="something_new")
    assert refused(gateway, rig.charge_request(method)) not in gateway.refusal_classes


def test_a_charge_may_be_certain_later(rig: YooKassaRig) -> None:
    gateway, method = saved(rig)
    rig.stand_in.methods.change(method.method_reference, waits=True)
    reference = gateway.charge(rig.charge_request(method)).provider_reference
    assert gateway.fetch(reference).state is gateway.cancel(reference).state is RemoteState.PROCESSING
    rig.stand_in.settle(reference)
    assert gateway.fetch(reference).state is RemoteState.SUCCEEDED


@pytest.mark.parametrize(
    ("number", "state"), [("5555555555554444", RemoteState.SUCCEEDED), ("5555555555554543", RemoteState.FAILED)]
)
def test_the_end_of_a_page_without_a_payment(rig: YooKassaRig, number: str, state: RemoteState) -> None:
    gateway = rig.gateway()
    asked = SetupRequest(
        "setup-1", "3001", SAVE, "RUB", "", "https://shop.example/back/", "https://shop.example/", "ru"
    )
    reference = gateway.start_setup(asked).provider_reference
    assert sent(rig, "/v3/payment_methods")[0]["confirmation"]["locale"] == "ru_RU"
    rig.stand_in.bind(reference, number=number)
    assert gateway.finish_setup(reference, idempotency_key="setup-1").state is state
    assert rig.charged() == 0
    if state is RemoteState.SUCCEEDED:
        event = gateway.parse_webhook(rig.event(reference), {}, now=NOW)
        told = (event.kind, event.provider_reference, event.our_reference, event.is_live)
        assert told == (EventKind.SETUP_CHANGED, reference, "3001", False)
