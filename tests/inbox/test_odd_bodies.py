"""Whatever a signed message or a portal's event holds, the answer is 200 or 400, and what is stored can be handled."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.processing import process_due
from tests.inbox.signing import headers

pytestmark = pytest.mark.django_db

#: Few examples on purpose: each is a whole request, every run has others, and those named below are always among them.
many = settings(max_examples=75, suppress_health_check=[HealthCheck.function_scoped_fixture])

ODD: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", " ", "\x00", "evt\x00", "\ud800", "é" * 300, "x" * 256, "x" * 5000, [], {},
    [[]], {"id": 1}, {"id": {"id": []}}, [None] * 3,
]  # fmt: skip
odd = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
SESSION = {
    "id": "cs_test_1", "object": "checkout.session", "mode": "payment", "client_reference_id": "nobody",
    "metadata": {"our_reference": "nobody"}, "payment_intent": "pi_1", "livemode": False,
}  # fmt: skip
KINDS = ("checkout.session.completed", "charge.refunded", "refund.created", "charge.dispute.closed", "customer.created")
PLACES: list[tuple[str, ...]] = [
    ("id",), ("type",), ("livemode",), ("data",), ("data", "object"),
    *(("data", "object", name) for name in SESSION), ("data", "object", "metadata", "our_reference"),
]  # fmt: skip
EVENT_PLACES: list[tuple[str, ...]] = [
    ("event",), ("ts",), ("event_handler_id",), ("data",), ("auth",),
    *(("auth", name) for name in (
        "member_id", "domain", "application_token", "access_token", "refresh_token", "expires", "user_id", "status",
        "scope", "server_endpoint", "client_endpoint",
    )),
]  # fmt: skip


def stripe_event(kind: str) -> dict[str, Any]:
    thing = SESSION if kind.startswith("checkout") else SESSION | {"id": "re_1", "object": "refund"}
    return {"id": "evt_odd", "type": kind, "livemode": False, "data": {"object": thing | {"metadata": {}}}}


def portal_event() -> dict[str, Any]:
    auth = {
        "member_id": "a" * 32, "domain": "acme.bitrix24.com", "application_token": "t" * 32, "access_token": "a" * 32,
        "refresh_token": "r" * 32, "expires": 1900000000, "user_id": 1, "status": "L", "scope": "crm",
        "server_endpoint": "http://127.0.0.1:9/rest/", "client_endpoint": "https://acme.bitrix24.com/rest/",
    }  # fmt: skip
    return {"event": "ONAPPINSTALL", "ts": 1, "event_handler_id": 1, "data": {"VERSION": 1}, "auth": auth}


def put(event: dict[str, Any], place: tuple[str, ...], value: Any) -> dict[str, Any]:
    *path, last = place
    node = event
    for name in path:
        node = node[name]
    node[last] = value
    return event


def post_signed(body: bytes) -> int:
    answer = Client().post("/hooks/stripe/", body, content_type="application/json", headers=headers(body))
    return answer.status_code


def post_event(body: bytes, path: str = "/bitrix24/events/") -> int:
    return Client().post(path, body, content_type="application/json").status_code


def handle_all() -> None:
    """Everything stored is handled, or waits for an outside company that does not answer here; none is given up."""
    process_due()
    for event in InboundEvent.objects.all():
        assert event.status != InboundStatus.FAILED, event.last_error
        assert event.status != InboundStatus.RECEIVED or event.last_error.startswith(("Unverified", "Throttled"))
    InboundEvent.objects.all().delete()


@many
@given(kind=st.sampled_from(KINDS), changes=st.lists(st.tuples(st.sampled_from(PLACES), odd), min_size=1, max_size=2))
@example(kind=KINDS[0], changes=[(("id",), "evt\x00")])
@example(kind=KINDS[0], changes=[(("id",), "\ud800")])
@example(kind=KINDS[0], changes=[(("id",), "x" * 256)])
@example(kind=KINDS[0], changes=[(("data", "object", "id"), {"a": 1})])
@example(kind=KINDS[1], changes=[(("data", "object", "metadata", "our_reference"), [1])])
@example(kind=KINDS[1], changes=[(("data", "object", "payment_intent"), {"id": "\x00"})])
def test_odd_values_in_a_signed_event(kind: str, changes: list[tuple[tuple[str, ...], Any]]) -> None:
    event = stripe_event(kind)
    for place, value in sorted(changes, key=lambda change: -len(change[0])):
        put(event, place, value)
    assert post_signed(json.dumps(event).encode()) in (200, 400)
    handle_all()


@many
@given(body=odd.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40))
def test_a_signed_body_of_any_shape(body: bytes) -> None:
    assert post_signed(body) == 400
    assert not InboundEvent.objects.exists()


BODIES = {
    "not UTF-8": b'{"id": "\xff"}',
    "a key twice": b'{"id": "evt_1", "id": "evt_2", ' + json.dumps(stripe_event(KINDS[0])).encode()[1:],
    "a number of 5,000 digits": b'{"id": ' + b"9" * 5000 + b"}",
    "Infinity": b'{"livemode": Infinity, ' + json.dumps(stripe_event(KINDS[0])).encode()[1:],
    "half an object": json.dumps(stripe_event(KINDS[0])).encode()[:-1],
    **{f"{depth} levels": b"[" * depth + b"]" * depth for depth in (40, 900, 1000, 30_000)},
    **{f"{depth} levels inside": json.dumps(stripe_event(KINDS[0])).encode()[:-1] + b', "x": ' + b"[" * depth
       + b"]" * depth + b"}" for depth in (40, 900, 960, 980, 1000)},
}  # fmt: skip


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_bodies_that_are_no_messages(body: bytes) -> None:
    assert (post_signed(body), post_event(body), post_event(body, "/bitrix24/install/")) == (400, 400, 400)
    assert not InboundEvent.objects.exists()


@many
@given(changes=st.lists(st.tuples(st.sampled_from(EVENT_PLACES), odd), min_size=1, max_size=2))
@example(changes=[(("auth", "expires"), "0001-01-01T00:00:00+14:00")])
@example(changes=[(("auth", "expires"), 10**17)])
@example(changes=[(("data",), [[[[[[[[[]]]]]]]]])])
def test_odd_values_in_a_portals_event(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    event = portal_event()
    for place, value in sorted(changes, key=lambda change: -len(change[0])):
        put(event, place, value)
    assert post_event(json.dumps(event).encode()) in (200, 400, 403)
    InboundEvent.objects.all().delete()  # one sender has only so many places


@pytest.mark.parametrize("depth", [40, 800, 900, 950, 960, 970, 980, 990])
def test_a_portals_event_with_deep_data(depth: int) -> None:
    body = json.dumps(portal_event() | {"data": {"deep": 1}}).encode()
    assert post_event(body.replace(b'{"deep": 1}', b'{"deep": ' + b"[" * depth + b"]" * depth + b"}")) == 400


@pytest.mark.parametrize("path", ["/hooks/stripe/", "/bitrix24/events/", "/bitrix24/app/", "/bitrix24/install/"])
@pytest.mark.parametrize("length", ["9" * 5000, "1e3", "-1", "٣", "x"])
def test_odd_lengths_are_refused(path: str, length: str) -> None:
    assert Client().post(path, b"", content_type="application/json", CONTENT_LENGTH=length).status_code == 413


LAUNCH = {"AUTH_ID": "a" * 32, "member_id": "m" * 32, "AUTH_EXPIRES": "3600", "PLACEMENT_OPTIONS": "{}", "status": "L"}


@many
@given(
    name=st.sampled_from([*LAUNCH, "PLACEMENT", "REFRESH_ID", "APPLICATION_SCOPE", "SERVER_ENDPOINT"]),
    value=st.text(max_size=20) | odd.map(json.dumps),
    path=st.sampled_from(["/bitrix24/app/", "/bitrix24/install/"]),
)
@example(name="PLACEMENT_OPTIONS", value="[" * 970 + "]" * 970, path="/bitrix24/app/")
def test_odd_values_in_a_launch(name: str, value: str, path: str) -> None:
    fields = LAUNCH | {name: value.encode("utf-8", "replace").decode()}
    assert Client().post(f"{path}?DOMAIN=acme.bitrix24.com", fields).status_code in (400, 401, 429, 503)
