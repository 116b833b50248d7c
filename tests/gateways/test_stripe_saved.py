"""Saved methods at Stripe: what only Stripe does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from storefront.gateways.errors import Declined, KeySpent, MissingRight, NotFound, Unavailable
from storefront.gateways.payments.base import EventKind, RemoteState
from storefront.gateways.payments.refunds import RefundRequest
from storefront.gateways.payments.saved_methods import ChargeRequest, MethodState, SavedMethodSnapshot, SetupRequest
from storefront.gateways.payments.stripe import Gateway
from storefront.gateways.payments.stripe.methods import GONE, read, saved_with
from storefront.gateways.payments.stripe.refusals import REFUSALS, code_of
from storefront.gateways.payments.words import RefusalClass
from storefront.sandbox.stripe import StripeStandIn
from tests.gateways.payment_gateway_cases import request
from tests.gateways.saved_method_cases import SAVE, saved
from tests.gateways.stripe_rig import KEY, StripeRig
from tests.gateways.stripe_types import request_faults

ASKS_ONCE, ASKS_ALWAYS, DECLINES_LATER = "4000002500003155", "4000002760003184", "4000000000000341"
SETUP = SetupRequest(
    idempotency_key="setup-1",
    our_reference="3001",
    save=SAVE,
    currency="EUR",
    customer_email="buyer@example.com",
    return_url="https://shop.example/methods/",
    cancel_url="https://shop.example/methods/?cancelled",
)


@pytest.fixture
def rig() -> Iterator[StripeRig]:
    with StripeStandIn(api_key=KEY) as stand_in:
        yield StripeRig(stand_in)
        sent = stand_in.requests()
    assert not [fault for each in sent for fault in request_faults(each)]


def sent(rig: StripeRig, path: str) -> list[dict[str, str]]:
    """The fields of every POST to a path."""
    asked = [each for each in rig.stand_in.requests() if (each["method"], each["path"]) == ("POST", f"/v1/{path}")]
    return [dict(parse_qsl(each["body"])) for each in asked]


def paid_by(rig: StripeRig, card: str, **how: Any) -> tuple[Gateway, SavedMethodSnapshot]:
    gateway = rig.gateway()
    reference = gateway.start(request(save=SAVE)).provider_reference
    assert rig.stand_in.pay(reference, card=card, **how) == "paid"
    method = gateway.fetch(reference).saved_method
    assert method is not None
    return gateway, method


def charged(gateway: Gateway, asked: ChargeRequest) -> tuple[RemoteState, str]:
    found = gateway.fetch(gateway.charge(asked).provider_reference)
    return found.state, found.failure_code


# Saving


@pytest.mark.parametrize(("is_unattended", "usage"), [(True, "off_session"), (False, "on_session")])
def test_the_page_saves_for_what_was_agreed_to_under_the_shops_terms(
    rig: StripeRig, is_unattended: bool, usage: str
) -> None:
    rig.gateway().start(request(save=replace(SAVE, is_unattended=is_unattended)))
    [fields] = sent(rig, "checkout/sessions")
    assert fields["payment_intent_data[setup_future_usage]"] == usage
    assert fields["consent_collection[payment_method_reuse_agreement][position]"] == "hidden"
    assert fields["custom_text[submit][message]"] == "Renews every year"
    assert fields["customer"].startswith("cus_") and "customer_email" not in fields
    [customer] = sent(rig, "customers")
    assert customer == {"metadata[customer_reference]": "customer-7f3a", "email": "buyer@example.com"}


def test_a_buyer_is_one_customer_also_once_stripe_has_forgotten_the_keys(rig: StripeRig) -> None:
    gateway = rig.gateway()
    gateway.start(request(save=SAVE))
    rig.stand_in.state.replies.clear()
    gateway.start(request(idempotency_key="payment-2", save=SAVE, customer_email="moved@example.com"))
    gateway.start(request(idempotency_key="payment-3", save=replace(SAVE, customer_reference="it's\\another")))
    gateway.start(request(idempotency_key="payment-4", save=replace(SAVE, customer_reference="it's\\another")))
    customers = [each["customer"] for each in sent(rig, "checkout/sessions")]
    assert customers[0] == customers[1] != customers[2] == customers[3]


def test_a_customer_that_stripe_does_not_have_is_replaced(rig: StripeRig) -> None:
    """The seller changed their account, or deleted the customer there."""
    gateway = rig.gateway()
    asked = request(save=replace(SAVE, provider_customer="cus_ofanotheraccount"))
    started = gateway.start(asked)
    assert gateway.start(asked) == started
    rig.pay(started.provider_reference)
    method = gateway.fetch(started.provider_reference).saved_method
    assert method is not None and method.provider_customer not in ("", "cus_ofanotheraccount")


def test_an_address_that_stripe_refuses_makes_a_customer_without_one(rig: StripeRig) -> None:
    gateway = rig.gateway()
    for number, email in enumerate(("buyer@shop.invalid", "nobody")):
        gateway.start(request(idempotency_key=f"payment-{number}", save=SAVE, customer_email=email))
    assert "email" not in sent(rig, "customers")[-1]


def test_a_failure_that_is_remembered_does_not_keep_a_customer_out(rig: StripeRig) -> None:
    rig.stand_in.fail_next(kind="status", path="/v1/customers", method="POST")
    assert rig.gateway().start(request(save=SAVE)).redirect_url


def test_an_attempt_under_which_stripe_only_fails_is_given_up(rig: StripeRig) -> None:
    rig.stand_in.fail_next(kind="status", path="/v1/customers", method="POST", count=2)
    for _ in range(2):
        with pytest.raises(KeySpent):
            rig.gateway().start(request(save=SAVE))
    assert rig.gateway().start(request(idempotency_key="payment-2", save=SAVE)).redirect_url


def test_without_the_right_to_make_customers_it_is_paid_and_not_saved(rig: StripeRig) -> None:
    rig.stand_in.rights.restrict(checkout_session="write", charge="write", payment_intent="write")
    gateway = rig.gateway()
    reference = gateway.start(request(save=SAVE)).provider_reference
    rig.pay(reference)
    found = gateway.fetch(reference)
    assert (found.state, found.saved_method) == (RemoteState.SUCCEEDED, None)


def test_a_late_retry_of_a_page_that_saves_finds_it(rig: StripeRig) -> None:
    gateway, ends = rig.gateway(), datetime.now(UTC) + timedelta(hours=2)
    first = gateway.start(request(save=SAVE, expires_at=ends))
    assert gateway.start(request(save=SAVE, expires_at=ends + timedelta(hours=1))) == first
    assert gateway.start_setup(SETUP) == gateway.start_setup(replace(SETUP, return_url="https://shop.example/later/"))


@pytest.mark.parametrize("end", ["refused", "not confirmed", "closed"])
def test_a_set_up_that_fails_saves_nothing(rig: StripeRig, end: str) -> None:
    gateway = rig.gateway()
    reference = gateway.start_setup(SETUP).provider_reference
    if end == "refused":
        assert rig.stand_in.pay(reference, card="4000000000009995") == "declined"
    elif end == "not confirmed":
        assert rig.stand_in.pay(reference, card=ASKS_ONCE, approve=False) == "declined"
    else:
        rig.stand_in.expire(reference)
    found = gateway.finish_setup(reference, idempotency_key="finish")
    assert found.state is (RemoteState.EXPIRED if end == "closed" else RemoteState.OPEN)
    assert found.method is None and bool(found.failure_code) is (end != "closed")
    assert not [each for each in rig.stand_in.methods() if each["customer"]]


def test_the_two_kinds_of_pages_are_not_taken_for_one_another(rig: StripeRig) -> None:
    gateway = rig.gateway()
    setup, payment = gateway.start_setup(SETUP).provider_reference, gateway.start(request()).provider_reference
    with pytest.raises(NotFound):
        gateway.fetch(setup)
    with pytest.raises(NotFound):
        gateway.finish_setup(payment, idempotency_key="finish")
    [found] = gateway.find_recent(since=datetime.now(UTC) - timedelta(minutes=5))
    assert found.provider_reference == payment
    with pytest.raises(NotFound):
        rig.pay(payment)
        gateway.fetch(gateway.fetch(payment).charge_reference)  # a session's intent is no charge of its own


# What is told of a method


def test_wallets_accounts_and_cards_of_two_networks(rig: StripeRig) -> None:
    card = {"brand": "visa", "display_brand": "cartes_bancaires", "last4": "4242", "exp_month": 7, "exp_year": 2031}
    card |= {"fingerprint": "F1", "wallet": {"type": "apple_pay"}}
    method = {"id": "pm_1", "customer": {"id": "cus_1"}, "type": "card", "card": card}
    found = read(method | {"billing_details": {"email": "ada@example.com"}})
    assert (found.kind, found.brand, found.wallet) == ("card", "Cartes Bancaires", "Apple Pay")
    assert (found.expiry, found.fingerprint, found.email) == ((2031, 7), "F1", "")
    link = read({"id": "pm_2", "customer": "cus_1", "type": "link", "link": {"email": "ada@example.com"}})
    assert (link.kind, link.brand, link.last4, link.email) == ("link", "", "", "a•••@example.com")
    assert read(method | {"customer": None}).state is MethodState.GONE


def test_a_payment_by_ideal_leaves_a_debit_that_can_be_charged() -> None:
    intent = {"setup_future_usage": "off_session", "customer": "cus_1"}
    details = {"type": "ideal", "ideal": {"generated_sepa_debit": "pm_sepa", "iban_last4": "4300"}}
    found = saved_with(intent, {"payment_method": "pm_ideal", "payment_method_details": details})
    assert found is not None
    assert (found.method_reference, found.kind, found.last4) == ("pm_sepa", "sepa_debit", "4300")


def test_an_update_of_the_network_is_told_and_read(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    rig.stand_in.update_method(method.method_reference, exp_year=2044, exp_month=3, number="4000002760000016")
    event = rig.parsed("payment_method.automatically_updated")
    assert (event.kind, event.method_reference) == (EventKind.METHOD_CHANGED, method.method_reference)
    found = gateway.fetch_method(event.method_reference)
    assert (found.expiry, found.last4, found.state) == ((2044, 3), "0016", MethodState.ACTIVE)
    assert found.fingerprint != method.fingerprint


def test_a_page_that_saved_is_told_as_that(rig: StripeRig) -> None:
    reference = rig.gateway().start_setup(SETUP).provider_reference
    rig.save(reference)
    event = rig.parsed("checkout.session.completed")
    assert (event.kind, event.provider_reference, event.our_reference) == (EventKind.SETUP_CHANGED, reference, "3001")
    assert rig.parsed("payment_method.attached").kind is EventKind.IGNORED
    assert rig.parsed("setup_intent.succeeded").kind is EventKind.IGNORED


def test_the_intent_of_a_page_tells_nothing_beside_the_page(rig: StripeRig) -> None:
    saved(rig)
    assert rig.parsed("payment_intent.succeeded").kind is EventKind.IGNORED


# Charging


def test_what_is_asked_of_stripe_when_nobody_is_there_and_when_somebody_is(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    gateway.charge(rig.charge_request(method, metadata={"order": "A-7"}))
    gateway.charge(rig.charge_request(method, idempotency_key="renewal-2", is_unattended=False))
    absent, there = sent(rig, "payment_intents")
    for fields in (absent, there):
        assert (fields["amount"], fields["currency"], fields["confirm"]) == ("4800", "eur", "true")
        assert (fields["customer"], fields["payment_method"]) == (method.provider_customer, method.method_reference)
    assert (absent["off_session"], absent["automatic_payment_methods[allow_redirects]"]) == ("true", "never")
    assert "return_url" not in absent and absent["metadata[order]"] == "A-7"
    assert there["return_url"] == "https://shop.example/return/" and "off_session" not in there
    assert not any(
        name.startswith(("setup_future_usage", "payment_method_types", "receipt")) for name in absent | there
    )


@pytest.mark.parametrize(
    ("card", "state", "code"),
    [
        (ASKS_ONCE, RemoteState.SUCCEEDED, ""),
        (ASKS_ALWAYS, RemoteState.FAILED, "authentication_required"),
    ],
)
def test_test_cards_that_ask_for_the_buyer(rig: StripeRig, card: str, state: RemoteState, code: str) -> None:
    gateway, method = paid_by(rig, card)
    assert charged(gateway, rig.charge_request(method)) == (state, code)


def test_a_card_that_was_saved_for_its_buyer_alone_asks_for_them(rig: StripeRig) -> None:
    gateway = rig.gateway()
    reference = gateway.start(request(save=replace(SAVE, is_unattended=False))).provider_reference
    rig.stand_in.pay(reference, card=ASKS_ONCE)
    method = gateway.fetch(reference).saved_method
    assert method is not None
    assert charged(gateway, rig.charge_request(method)) == (RemoteState.FAILED, "authentication_required")


def test_a_card_that_has_expired_and_one_that_is_declined_later(rig: StripeRig) -> None:
    gateway, method = paid_by(rig, "4242424242424242", expiry=(2020, 1))
    assert method.expiry == (2020, 1)
    assert charged(gateway, rig.charge_request(method)) == (RemoteState.FAILED, "expired_card")
    reference = gateway.start_setup(SETUP).provider_reference
    rig.stand_in.pay(reference, card=DECLINES_LATER)
    other = gateway.finish_setup(reference, idempotency_key="finish").method
    assert other is not None
    asked = rig.charge_request(other, idempotency_key="renewal-2")
    assert charged(gateway, asked) == (RemoteState.FAILED, "generic_decline")


@pytest.mark.parametrize(
    ("decline_code", "advice", "code", "meant"),
    [
        ("generic_decline", "do_not_try_again", "do_not_try_again", RefusalClass.METHOD_DEAD),
        ("insufficient_funds", "confirm_card_data", "confirm_card_data", RefusalClass.METHOD_DEAD),
        ("insufficient_funds", "try_again_later", "insufficient_funds", RefusalClass.LATER),
        ("fraudulent", "do_not_try_again", "fraudulent", RefusalClass.OURS),
        ("revocation_of_authorization", "do_not_try_again", "revocation_of_authorization", RefusalClass.MANDATE_ENDED),
        ("of_next_year", "do_not_try_again", "do_not_try_again", RefusalClass.METHOD_DEAD),
        ("of_next_year", "", "of_next_year", RefusalClass.LATER),
    ],
)
def test_the_networks_advice_ends_what_would_be_tried_again(
    rig: StripeRig, decline_code: str, advice: str, code: str, meant: RefusalClass
) -> None:
    gateway, method = saved(rig)
    told = {"code": "card_declined", "decline_code": decline_code, "advice_code": advice}
    rig.stand_in.refuse_method(method.method_reference, **told)
    assert charged(gateway, rig.charge_request(method)) == (RemoteState.FAILED, code)
    assert gateway.refusal_classes.get(code, RefusalClass.LATER) is meant


def test_every_code_stands_in_one_class() -> None:
    assert code_of(None) == code_of({}) == "" and GONE in REFUSALS
    assert set(REFUSALS.values()) == set(RefusalClass)


def test_what_is_refused_is_cancelled_also_if_that_answer_was_lost(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    rig.refuse(method.method_reference, RefusalClass.LATER)
    asked = rig.charge_request(method)
    rig.stand_in.fail_next(kind="status", status=503, path="/v1/payment_intents/")
    with pytest.raises(Unavailable):
        gateway.charge(asked)
    assert rig.stand_in.intents()[0]["status"] == "requires_payment_method"
    reference = gateway.charge(asked).provider_reference
    [intent] = [each for each in rig.stand_in.intents() if each["id"] == reference]
    assert intent["status"] == "canceled" and rig.stand_in.intents()[0]["id"] == reference
    assert gateway.fetch(reference).failure_code == "insufficient_funds"


def test_a_failure_that_stripe_remembers_may_have_charged(rig: StripeRig) -> None:
    """The same 500 is the answer for a day; the intents tell that the money was taken."""
    gateway, method = saved(rig)
    asked = rig.charge_request(method)
    rig.stand_in.fail_next(kind="broken", path="/v1/payment_intents")
    reference = gateway.charge(asked).provider_reference
    assert gateway.charge(asked).provider_reference == reference
    assert gateway.fetch(reference).state is RemoteState.SUCCEEDED and rig.charged() == 2


def test_a_late_retry_that_differs_finds_the_charge(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    asked = rig.charge_request(method, is_unattended=False)
    first = gateway.charge(asked)
    assert gateway.charge(replace(asked, return_url="https://shop.example/return/2/")) == first
    with pytest.raises(Declined) as refusal:
        gateway.charge(replace(asked, our_reference="2002"))
    assert refusal.value.code == "idempotency_error" and rig.charged() == 2


def test_a_method_of_another_customer_is_not_charged(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    gateway.start(request(idempotency_key="payment-2", save=replace(SAVE, customer_reference="customer-2")))
    stranger = sent(rig, "checkout/sessions")[-1]["customer"]
    for customer in (stranger, "cus_unknown"):
        with pytest.raises(Declined) as refusal:
            gateway.charge(rig.charge_request(replace(method, provider_customer=customer)))
        assert gateway.refusal_classes[refusal.value.code] is RefusalClass.METHOD_DEAD
    assert rig.charged() == 1


def test_a_refusal_stands_where_the_method_may_not_be_looked_at(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    rig.stand_in.detach_method(method.method_reference)
    rig.stand_in.rights.restrict(payment_intent="write")
    with pytest.raises(Declined) as refusal:
        gateway.charge(rig.charge_request(method))
    assert gateway.refusal_classes[refusal.value.code] is RefusalClass.METHOD_DEAD


def test_a_charge_without_a_page_is_disputed_and_found_as_any(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    reference = gateway.charge(rig.charge_request(method)).provider_reference
    rig.stand_in.dispute(reference)
    found = gateway.fetch(reference)
    assert [each.withdrawn for each in found.disputes or ()] == [Decimal("48.00")]
    assert gateway.find_disputed(since=datetime.now(UTC) - timedelta(minutes=5)) == [reference]
    with pytest.raises(Declined):
        gateway.refund(RefundRequest("refund-1", reference, Decimal("1.00"), "EUR"))
    live = Gateway(api_key="sk_live_1", webhook_secrets=["whsec_1"])
    assert live.dashboard_url(reference) == f"https://dashboard.stripe.com/payments/{reference}"


def test_rights_that_are_missing_are_named(rig: StripeRig) -> None:
    gateway, method = saved(rig)
    rig.stand_in.rights.restrict(checkout_session="write", payment_intent="read", charge="write")
    acts = {
        "Payment Intents: Write": lambda: gateway.charge(rig.charge_request(method)),
        "Customers: Read": lambda: gateway.start_setup(SETUP),
        "Payment Methods: Write": lambda: gateway.forget_method("", method.method_reference),
        "Payment Methods: Read": lambda: gateway.fetch_method(method.method_reference),
    }
    for right, act in acts.items():
        with pytest.raises(MissingRight) as refusal:
            act()
        assert refusal.value.right == right
