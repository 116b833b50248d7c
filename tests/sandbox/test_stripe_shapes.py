"""The stand-in's answers are what the installed ``stripe`` package expects: that package itself drives it, and every
object is compared with the package's annotated classes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe
import time_machine

from storefront.sandbox.stripe import StripeStandIn, parameters
from tests.gateways.stripe_types import CALLS, answer_faults, call, parameter_faults, request_faults

SESSION: dict[str, Any] = {
    "mode": "payment",
    "line_items": [
        {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 9600, "product_data": {"name": "License"}}}
    ],
    "success_url": "https://shop.example/return/",
    "client_reference_id": "1001",
    "payment_intent_data": {"metadata": {"our_reference": "1001"}, "description": "INV-1"},
}
SAVING = {"payment_intent_data": {"setup_future_usage": "off_session"}} | {
    "consent_collection": {"payment_method_reuse_agreement": {"position": "hidden"}},
    "custom_text": {"submit": {"message": "Renews every year"}},
}
SETUP = {"mode": "setup", "currency": "eur", "success_url": "https://shop.example/methods/"}
CHARGE: dict[str, Any] = {"amount": 9600, "currency": "eur", "confirm": True, "off_session": True} | {
    "automatic_payment_methods": {"enabled": True}
}
VOUCHERS = ("multibanco", "boleto", "konbini", "oxxo", "customer_balance")


@pytest.fixture
def stand_in() -> Iterator[StripeStandIn]:
    with StripeStandIn() as running:
        yield running


def client(stand_in: StripeStandIn) -> Any:
    stripe.enable_telemetry = False
    http = stripe.RequestsClient(timeout=10)
    return stripe.StripeClient(stand_in.api_key, base_addresses={"api": stand_in.base_url}, http_client=http).v1


@pytest.fixture
def api(stand_in: StripeStandIn) -> Any:
    return client(stand_in)


@pytest.fixture
def year(stand_in: StripeStandIn, api: Any) -> dict[str, str]:
    """Everything that can become of a session, once; ids by name."""
    names = ("open", "paid", "declined", "expired", "refunded", "pending", "disputed", "debit", "failed_debit", "asked")
    made = {name: api.checkout.sessions.create(SESSION).id for name in names}
    for name in ("paid", "refunded", "disputed"):
        stand_in.pay(made[name])
    stand_in.pay(made["declined"], card="4000000000009995")
    stand_in.pay(made["pending"], card="4000000000007726")
    stand_in.pay(made["asked"], card="4000002500003155", approve=False)
    api.checkout.sessions.expire(made["expired"])
    stand_in.refund(made["refunded"], amount=1000)
    stand_in.settle_refund(stand_in.refund(made["pending"]), succeed=False)
    stand_in.dispute(made["disputed"])
    stand_in.close_dispute(made["disputed"], won=False)
    for name in ("debit", "failed_debit"):
        stand_in.pay_later(made[name])
    stand_in.settle_later(made["failed_debit"], succeed=False)
    for method in VOUCHERS:
        made[method] = api.checkout.sessions.create(SESSION).id
        stand_in.issue_voucher(made[method], method=method)
    stand_in.pay_voucher(made["multibanco"])
    stand_in.lapse_voucher(made["boleto"])
    customer = api.customers.create({"email": "buyer@example.com", "name": "Ada Buyer"}).id
    made["saving"] = api.checkout.sessions.create(SESSION | {"customer": customer} | SAVING).id
    stand_in.pay(made["saving"])
    method = api.payment_methods.list({"customer": customer}).data[0].id
    charge = CHARGE | {"customer": customer, "payment_method": method}
    api.payment_intents.create(charge)
    stand_in.update_method(method, number="4000002760003184")
    api.payment_intents.create(charge | {"off_session": False, "return_url": "https://shop.example/return/"})
    with pytest.raises(stripe.CardError):
        api.payment_intents.create(charge)
    for name, card in (("saved", "4242424242424242"), ("not_saved", "4000000000000002")):
        made[name] = api.checkout.sessions.create(SETUP | {"customer": customer}).id
        stand_in.pay(made[name], card=card)
    return made


LISTS = ("checkout.sessions", "payment_intents", "charges", "refunds", "balance_transactions", "disputes", "events")
LISTS += ("payment_methods", "setup_intents")


def service(api: Any, name: str) -> Any:
    for part in name.split("."):
        api = getattr(api, part)
    return api


def plain(found: Any) -> Any:
    """As it was on the wire, but for what the package reads as Decimal."""
    return found.to_dict()


@pytest.mark.parametrize("name", LISTS)
def test_every_object_has_the_fields_and_types_of_the_package(api: Any, year: dict[str, str], name: str) -> None:
    kind = call("GET", f"/v1/{name.replace('.', '/')}").answer
    found = list(service(api, name).list({"limit": 3}).auto_paging_iter())
    assert found and all(type(each) is kind for each in found)
    assert not [fault for each in found for fault in answer_faults(plain(each), kind, each.id)]


def test_what_an_event_carries_is_the_object_itself(api: Any, year: dict[str, str]) -> None:
    kinds = {each.answer.OBJECT_NAME: each.answer for each in CALLS}
    for event in api.events.list({"limit": 100}).auto_paging_iter():
        subject = plain(event)["data"]["object"]
        assert not list(answer_faults(subject, kinds[subject["object"]], event.type))


def test_expanded_objects_are_whole(api: Any, year: dict[str, str]) -> None:
    expand = ["payment_intent.latest_charge.balance_transaction", "line_items"]
    for name in year.keys() - {"saved", "not_saved"}:
        session = api.checkout.sessions.retrieve(year[name], {"expand": expand})
        assert not list(answer_faults(plain(session), stripe.checkout.Session, name))
        assert type(session.line_items) is stripe.ListObject and session.line_items.data[0].amount_total == 9600
    session = api.checkout.sessions.retrieve(year["paid"], {"expand": expand})
    booked = session.payment_intent.latest_charge.balance_transaction
    assert (type(booked), booked.amount, booked.net) == (stripe.BalanceTransaction, 9600, 9600 - booked.fee)
    for name in ("saved", "not_saved"):
        saving = api.checkout.sessions.retrieve(year[name], {"expand": ["setup_intent.payment_method"]})
        assert not list(answer_faults(plain(saving), stripe.checkout.Session, name))
        assert type(saving.setup_intent) is stripe.SetupIntent


def test_single_objects_are_read_by_their_id(api: Any, year: dict[str, str]) -> None:
    for name in (*LISTS[1:], "customers"):
        listed = service(api, name).list({"limit": 1}).data[0]
        kind = type(listed)
        assert type(service(api, name).retrieve(listed.id)) is kind
        assert not list(answer_faults(plain(listed), kind, name))


def test_what_earlier_versions_sent_is_gone(api: Any, year: dict[str, str]) -> None:
    intent = api.payment_intents.list({"limit": 1}).data[0]
    charge = api.charges.list({"limit": 1}).data[0]
    assert "charges" not in intent and "refunds" not in charge


def test_the_balance_is_what_was_taken_and_given_back(api: Any, year: dict[str, str]) -> None:
    booked = {"charge": 0, "refund": 0, "refund_failure": 0}
    for each in api.balance_transactions.list({"limit": 100}).auto_paging_iter():
        if each.type in booked:
            booked[each.type] += each.amount
    assert booked == {"charge": 7 * 9600, "refund": -1000 - 9600, "refund_failure": 9600}
    paid = api.charges.retrieve(api.payment_intents.list({"limit": 100}).data[-1].latest_charge)
    assert [each.source for each in api.balance_transactions.list({"source": paid.id}).data] == [paid.id]


def test_endpoints_are_told_without_their_secrets(api: Any, stand_in: StripeStandIn) -> None:
    assert api.webhook_endpoints.list().data == []
    stand_in.webhook_url = "https://shop.example/hooks/stripe/"
    stand_in.endpoints.add(url="https://other.example/", enabled_events=["charge.refunded"], status="disabled")
    found = api.webhook_endpoints.list().data
    assert [(each.url, each.status) for each in found] == [
        ("https://other.example/", "disabled"),
        ("https://shop.example/hooks/stripe/", "enabled"),
    ]
    assert not [fault for each in found for fault in answer_faults(plain(each), stripe.WebhookEndpoint)]
    assert "secret" not in found[0]


# Restricted keys

ALL = dict.fromkeys("checkout_session charge customer payment_intent setup_intent payment_method".split(), "write")
ALL |= dict.fromkeys("dispute balance_transaction_source event webhook".split(), "read")


def test_a_key_with_every_right_may_do_everything(api: Any, stand_in: StripeStandIn, year: dict[str, str]) -> None:
    stand_in.rights.restrict(**ALL)
    for name in (*LISTS, "webhook_endpoints", "customers"):
        service(api, name).list({"limit": 1})
    api.refunds.create({"payment_intent": api.checkout.sessions.retrieve(year["paid"]).payment_intent})
    api.checkout.sessions.create(SESSION)


@pytest.mark.parametrize(
    ("lacking", "ask"),
    [
        ("checkout_session_write", lambda api: api.checkout.sessions.create(SESSION)),
        ("checkout_session_write", lambda api: api.checkout.sessions.expire("cs_test_none")),
        ("checkout_session_read", lambda api: api.checkout.sessions.list()),
        ("payment_intent_read", lambda api: api.checkout.sessions.list({"expand": ["data.payment_intent"]})),
        ("charge_read", lambda api: api.payment_intents.list({"expand": ["data.latest_charge"]})),
        ("charge_write", lambda api: api.refunds.create({"payment_intent": "pi_none"})),
        ("dispute_read", lambda api: api.disputes.list()),
        ("balance_transaction_source_read", lambda api: api.balance_transactions.list({"expand": ["data.source"]})),
        ("webhook_read", lambda api: api.webhook_endpoints.list()),
        ("customer_write", lambda api: api.customers.create({"colour": "red"})),
    ],
)
def test_a_right_that_is_missing_is_named_before_anything_else(
    api: Any, stand_in: StripeStandIn, lacking: str, ask: Any
) -> None:
    name, _, level = lacking.rpartition("_")
    stand_in.rights.restrict(**ALL | {name: "read" if level == "write" else "none"})
    with pytest.raises(stripe.PermissionError) as refusal:
        ask(api)
    assert (refusal.value.http_status, refusal.value.error.code) == (403, "more_permissions_required")
    assert f"{level.title()} ('{lacking}') permissions" in str(refusal.value)
    assert stand_in.stats()["session_creates"] == 0


# Lists


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("size", [1, 2, 100])
def test_pages_end_to_end_hold_everything_once(api: Any, year: dict[str, str], name: str, size: int) -> None:
    whole = [each.id for each in service(api, name).list({"limit": 100}).auto_paging_iter()]
    page = service(api, name).list({"limit": size})
    assert page.has_more is (len(whole) > size)
    assert [each.id for each in page.auto_paging_iter()] == whole
    backwards = service(api, name).list({"limit": size, "ending_before": whole[-1]})
    assert [each.id for each in backwards.auto_paging_iter()] == whole[-2::-1]


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        ({"gte": 20}, [20, 30]),
        ({"gt": 20}, [30]),
        ({"lte": 20}, [10, 20]),
        ({"lt": 20}, [10]),
        ({"gte": 15, "lt": 30}, [20]),
        (20, [20]),
    ],
)
def test_lists_can_begin_and_end_at_a_second(span: Any, seconds: list[int]) -> None:
    with time_machine.travel(0, tick=False) as traveller, StripeStandIn(clock=time.time) as stand_in:
        sessions = client(stand_in).checkout.sessions
        for second in (10, 20, 30):
            traveller.move_to(second)
            sessions.create(SESSION)
        found = sessions.list({"created": span}).data
    assert sorted(each.created for each in found) == seconds


def test_lists_can_be_of_one_payment(api: Any, year: dict[str, str]) -> None:
    intent = api.checkout.sessions.retrieve(year["refunded"]).payment_intent
    assert [each.id for each in api.checkout.sessions.list({"payment_intent": intent}).data] == [year["refunded"]]
    (charge,) = api.charges.list({"payment_intent": intent}).data
    (refund,) = api.refunds.list({"charge": charge.id}).data
    assert (refund.amount, refund.payment_intent) == (1000, intent)
    assert api.disputes.list({"payment_intent": intent}).data == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"colour": "red"}, "parameter_unknown"),
        ({"created[after]": "1"}, "parameter_unknown"),
        ({"limit": "101"}, "parameter_invalid_integer"),
        ({"starting_after": "xx_1"}, "resource_missing"),
        ({"starting_after": "xx_1", "ending_before": "xx_2"}, "parameters_exclusive"),
    ],
)
def test_lists_refuse_what_is_not_theirs(api: Any, name: str, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        service(api, name).list(wrong)
    assert (refusal.value.http_status, refusal.value.code) == (400, code)


def test_the_stand_in_is_of_the_package_s_version(api: Any, year: dict[str, str]) -> None:
    page = api.events.list({"limit": 1})
    assert page.last_response.headers["stripe-version"] == page.data[0].api_version == stripe.api_version


# The judge itself


def test_the_judge_sees_what_is_wrong(api: Any, year: dict[str, str]) -> None:
    session = plain(api.checkout.sessions.retrieve(year["paid"]))
    for change, fault in (
        ({"colour": "red"}, ".colour is unknown"),
        ({"amount_total": "9600"}, ".amount_total="),
        ({"payment_status": "settled"}, ".payment_status="),
        ({"customer_details": {"mail": "a@b.example"}}, ".customer_details.mail is unknown"),
        ({"custom_fields": None}, ".custom_fields="),
        ({"livemode": 0}, ".livemode="),
    ):
        assert any(fault in each for each in answer_faults(session | change, stripe.checkout.Session)), change
    del session["total_details"]
    assert any(".total_details is missing" in each for each in answer_faults(session, stripe.checkout.Session))


def test_the_package_s_own_requests_are_within_its_types(
    api: Any, stand_in: StripeStandIn, year: dict[str, str]
) -> None:
    list(api.checkout.sessions.list({"created": {"gte": 1}, "limit": 2, "expand": ["data.line_items"]}))
    assert not [fault for each in stand_in.requests() for fault in request_faults(each)]
    wrong = {"method": "GET", "path": "/v1/charges", "query": "limit=x&colour=red&created[after]=1", "body": ""}
    assert len(request_faults(json.loads(json.dumps(wrong)))) == 3


def sample(shape: Any) -> dict[str, Any]:
    """A tree with every parameter that a declared shape takes, with values that mean nothing."""
    if isinstance(shape, parameters.Hash):
        return {name: sample(each) for name, each in shape.fields.items()}
    if isinstance(shape, parameters.Listing):
        return {"0": sample(shape.item)}
    if isinstance(shape, parameters.Span):
        return dict.fromkeys(("gt", "gte", "lt", "lte"), "1")
    choices = sorted(getattr(shape, "choices", ()))
    known: dict[type, Any] = {parameters.Truth: "true", parameters.Integer: "1", parameters.Metadata: {"a": "b"}}
    return known.get(type(shape), choices[0] if choices else "x")


def test_the_stand_in_takes_nothing_that_the_package_does_not_know(stand_in: StripeStandIn) -> None:
    for method, pattern, shape, _act in stand_in.calls:
        known = call(method, pattern.replace(r"(?P<id>\w+)", "xx_1"))
        assert not list(parameter_faults(sample(shape), known.params, "")), known.path
