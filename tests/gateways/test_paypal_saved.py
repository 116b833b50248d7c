"""Saved methods at PayPal: what only PayPal does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from storefront.gateways.errors import Declined, MissingRight, NotFound, Unavailable
from storefront.gateways.payments.base import EventKind, RemoteState
from storefront.gateways.payments.diagnosis import Verdict
from storefront.gateways.payments.paypal.refusals import GONE, REFUSALS
from storefront.gateways.payments.saved_methods import MethodState, SetupRequest
from storefront.gateways.payments.words import RefusalClass
from storefront.sandbox.paypal import PayPalStandIn
from storefront.sandbox.paypal.courier import encoded
from tests.gateways.payment_gateway_cases import HOOK, NOW, request
from tests.gateways.paypal_rig import CLIENT, SECRET, PayPalRig
from tests.gateways.saved_method_cases import SAVE, saved

SETUP = SetupRequest(
    idempotency_key="setup-1",
    our_reference="3001",
    save=SAVE,
    currency="EUR",
    customer_email="buyer@example.com",
    return_url="https://shop.example/methods/",
    cancel_url="https://shop.example/methods/?cancelled=1",
    language="ru",
)


@pytest.fixture
def rig() -> Iterator[PayPalRig]:
    with PayPalStandIn(client_id=CLIENT, client_secret=SECRET, webhook_id=PayPalRig.secret) as stand_in:
        yield PayPalRig(stand_in)


def sent(rig: PayPalRig, path: str) -> list[dict[str, Any]]:
    return [json.loads(each["body"]) for each in rig.stand_in.requests() if each["path"].endswith(path)]


def paid(rig: PayPalRig, **how: Any) -> str:
    """An order that asked to keep its buyer's account, agreed to and captured."""
    gateway = rig.gateway()
    reference = gateway.start(request(save=SAVE)).provider_reference
    rig.stand_in.agree(reference, **how)
    gateway.capture(reference, idempotency_key="capture-0")
    return reference


def test_an_account_is_kept_only_if_asked_and_for_what_was_agreed_to(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    gateway.start(request())
    gateway.start(request(idempotency_key="payment-2", save=SAVE))
    save = replace(SAVE, is_unattended=False, provider_customer="cus_of_another_provider_much_too_long")
    gateway.start(request(idempotency_key="payment-3", save=save))
    plain, kept, faster = (each["payment_source"]["paypal"] for each in sent(rig, "/orders"))
    assert "attributes" not in plain
    assert kept["attributes"] == {
        "customer": {"merchant_customer_id": "customer-7f3a"},
        "vault": {
            "store_in_vault": "ON_SUCCESS",
            "usage_type": "MERCHANT",
            "usage_pattern": "RECURRING_PREPAID",
            "customer_type": "CONSUMER",
            "description": "Renews every year",
        },
    }
    assert faster["attributes"]["vault"]["usage_pattern"] == "IMMEDIATE"
    assert faster["attributes"]["customer"] == {"merchant_customer_id": "customer-7f3a"}


def test_a_token_that_comes_later_is_told_and_named_by_its_order(rig: PayPalRig) -> None:
    rig.stand_in.change_vault(mode="late")
    gateway, reference = rig.gateway(), paid(rig)
    found = gateway.fetch(reference)
    assert found.state is RemoteState.SUCCEEDED and found.saved_method is not None
    assert (found.saved_method.state, found.saved_method.method_reference) == (MethodState.PENDING, "")
    assert found.saved_method.provider_customer and found.saved_method.email == "b•••@example.com"
    token = rig.stand_in.deliver_token(reference)
    event = parsed(rig, "VAULT.PAYMENT-TOKEN.CREATED")
    assert (event.kind, event.method_reference, event.provider_reference) == (
        EventKind.METHOD_CHANGED, token, reference,
    )  # fmt: skip
    now = gateway.fetch(reference).saved_method
    assert now == replace(found.saved_method, state=MethodState.ACTIVE, method_reference=token)
    assert gateway.fetch_method(token) == now


def parsed(rig: PayPalRig, kind: str) -> Any:
    body = rig.newest(kind)
    return rig.gateway().parse_webhook(body, rig.sign(body, secret=rig.secret, at=NOW), now=NOW)


def test_the_older_shape_of_a_message_is_read_too(rig: PayPalRig) -> None:
    rig.stand_in.change_vault(is_older_shape=True)
    _, method = saved(rig)
    event = parsed(rig, "VAULT.PAYMENT-TOKEN.CREATED")
    assert (event.kind, event.method_reference) == (EventKind.METHOD_CHANGED, method.method_reference)
    bare = encoded(rig.stand_in.events()[0] | {"event_type": "VAULT.PAYMENT-TOKEN.DELETED", "resource": {}})
    told = rig.gateway().parse_webhook(bare, rig.sign(bare, secret=rig.secret, at=NOW), now=NOW)
    assert (told.kind, told.method_reference) == (EventKind.IGNORED, "")


def test_where_nothing_may_be_kept_it_is_paid_all_the_same(rig: PayPalRig, caplog: pytest.LogCaptureFixture) -> None:
    rig.stand_in.change_vault(mode="off")
    gateway, asked = rig.gateway(), request(save=SAVE)
    started = gateway.start(asked)
    assert gateway.start(asked) == started and rig.opened() == 1
    rig.pay(started.provider_reference)
    found = gateway.fetch(started.provider_reference)
    assert (found.state, found.saved_method) == (RemoteState.SUCCEEDED, None)
    assert "nothing is saved" in caplog.text
    with pytest.raises(Declined) as refusal:
        gateway.start_setup(SETUP)
    assert REFUSALS[refusal.value.code] is RefusalClass.OURS


def test_a_buyer_who_does_not_agree_pays_and_keeps_their_account_to_themselves(rig: PayPalRig) -> None:
    reference = paid(rig, keeps=False)
    assert rig.gateway().fetch(reference).saved_method is None


def test_money_that_comes_later_is_no_reason_to_keep_nothing(rig: PayPalRig) -> None:
    found = rig.gateway().fetch(paid(rig, way="echeck"))
    assert found.state is RemoteState.PROCESSING and found.saved_method is not None


@pytest.mark.parametrize(("is_unattended", "who"), [(True, "MERCHANT"), (False, "CUSTOMER")])
def test_one_call_charges_and_nothing_is_captured(rig: PayPalRig, is_unattended: bool, who: str) -> None:
    gateway, method = saved(rig)
    captures = len(sent(rig, "/capture"))
    gateway.charge(rig.charge_request(method, is_unattended=is_unattended))
    [source] = [each["payment_source"]["paypal"] for each in sent(rig, "/orders")[1:]]
    assert source["vault_id"] == method.method_reference and "experience_context" not in source
    assert (source["stored_credential"]["payment_initiator"], source["stored_credential"]["usage"]) == (
        who, "SUBSEQUENT",
    )  # fmt: skip
    assert len(sent(rig, "/capture")) == captures and rig.charged() == 2


def test_a_capture_that_is_asked_for_all_the_same_takes_nothing_more(rig: PayPalRig) -> None:
    gateway, method = saved(rig)
    reference = gateway.charge(rig.charge_request(method)).provider_reference
    found = gateway.capture(reference, idempotency_key="capture-1")
    assert found.state is RemoteState.SUCCEEDED and rig.charged() == 2


def test_an_order_that_waits_for_its_buyer_is_no_charge(rig: PayPalRig) -> None:
    gateway, method = saved(rig)
    rig.stand_in.refuse_token(method.method_reference, issue="PAYER_ACTION_REQUIRED")
    with pytest.raises(Declined) as refusal:
        gateway.charge(rig.charge_request(method))
    assert gateway.refusal_classes[refusal.value.code] is RefusalClass.BUYER_NEEDED


@pytest.mark.parametrize("status", [404, 422])
def test_a_token_that_is_gone_has_one_code(rig: PayPalRig, status: int) -> None:
    gateway, method = saved(rig)
    if status == 404:
        rig.stand_in.fail_next(kind="status", status=404, path="/v2/checkout/orders")
    else:
        rig.stand_in.remove_token(method.method_reference)
    with pytest.raises(Declined) as refusal:
        gateway.charge(rig.charge_request(method))
    assert refusal.value.code == GONE


def test_a_page_is_completed_once_also_when_its_key_is_forgotten(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start_setup(SETUP).provider_reference
    [asked] = sent(rig, "/setup-tokens")
    assert asked["payment_source"]["paypal"]["experience_context"]["locale"] == "ru-RU"
    rig.save(reference)
    rig.stand_in.fail_next(kind="lost", path="/v3/vault/payment-tokens")
    with pytest.raises(Unavailable):
        gateway.finish_setup(reference, idempotency_key="finish")
    found = gateway.finish_setup(reference, idempotency_key="finish")
    rig.stand_in.state.replies.clear()
    assert gateway.finish_setup(reference, idempotency_key="finish-anew") == found
    assert found.state is RemoteState.SUCCEEDED and found.method is not None
    assert len(rig.stand_in.state.vaulted) == 1


def test_a_page_that_was_given_up_stays_open_and_ends_after_three_days(rig: PayPalRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start_setup(SETUP).provider_reference
    assert rig.stand_in.agree_to_setup(reference, agrees=False).startswith("https://shop.example/methods/?cancelled=1&")
    assert gateway.finish_setup(reference, idempotency_key="finish").state is RemoteState.OPEN
    rig.stand_in.state.setups[reference]["_private"]["began"] = "2020-01-01T00:00:00Z"
    found = gateway.finish_setup(reference, idempotency_key="finish")
    assert (found.state, found.method) == (RemoteState.EXPIRED, None)


def test_the_same_account_saved_twice_is_one_method(rig: PayPalRig) -> None:
    gateway, method = saved(rig)
    reference = gateway.start_setup(SETUP).provider_reference
    rig.save(reference)
    assert gateway.finish_setup(reference, idempotency_key="finish").method == method


def test_the_doctor_says_whether_accounts_can_be_kept(rig: PayPalRig) -> None:
    rig.stand_in.change_webhook(url=HOOK)
    rig.stand_in.restrict("vault")
    found = {each.code: each for each in rig.gateway().diagnose(webhook_url=HOOK)}
    assert found["right:vault"].verdict is Verdict.WARNING and "Vault" in found["right:vault"].finding
    with pytest.raises(MissingRight, match="Vault"):
        rig.gateway().fetch_method("token")
    with pytest.raises(NotFound):
        rig.stand_in.restrict("vault", True)
        rig.gateway().fetch_method("token")
