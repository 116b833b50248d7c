"""Reading events and launches: what is documented, what really comes, and junk."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.gateways.bitrix24 import MalformedMessage, parse_event, parse_launch
from storefront.gateways.bitrix24.events import MAX_MESSAGE, unbracket

MEMBER = "a223c6b3710f85df22e9377d6c4f7553"
AUTH = {
    "access_token": "s6p6eclrvim6da22ft9ch94ekreb52lv",
    "expires_in": "3600",
    "scope": "crm,im",
    "domain": "acme.bitrix24.com",
    "server_endpoint": "https://oauth.bitrix.info/rest/",
    "status": "F",
    "client_endpoint": "https://acme.bitrix24.com/rest/",
    "member_id": MEMBER,
    "refresh_token": "4s386p3q0tr8dy89xvmt96234v3dljg8",
    "application_token": "51856fefc120afa4b628cc82d3935cce",
}
REAL = {"expires": "1696530600", "user_id": "67"}
DATA = {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "de"}


def _flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(prefix, value)]
    return [pair for key, item in value.items() for pair in _flat(item, f"{prefix}[{key}]" if prefix else key)]


def form(message: dict[str, Any]) -> bytes:
    return urlencode(_flat(message)).encode()


def install(**changes: Any) -> dict[str, Any]:
    return {"event": "ONAPPINSTALL", "data": DATA, "ts": "1696527000", "auth": {**AUTH, **changes}}


def test_the_documented_form_of_an_installation_is_read() -> None:
    event = parse_event(form(install()))

    assert (event.name, event.member_id, event.domain) == ("ONAPPINSTALL", MEMBER, "acme.bitrix24.com")
    assert (event.access_token, event.refresh_token) == (AUTH["access_token"], AUTH["refresh_token"])
    assert event.application_token == AUTH["application_token"]
    assert (event.expires_at, event.user_id, event.scope) == (None, None, ("crm", "im"))
    assert event.data == DATA


def test_the_form_that_really_comes_is_read() -> None:
    message = {**install(**REAL, scope="im crm"), "event_handler_id": "1"}

    event = parse_event(form(message))

    assert event.expires_at == datetime(2023, 10, 5, 18, 30, tzinfo=UTC)
    assert (event.user_id, event.scope) == (67, ("crm", "im"))


def test_json_is_read_like_a_form() -> None:
    as_json = parse_event(json.dumps(install(**REAL)).encode(), content_type="application/json; charset=utf-8")

    assert as_json == parse_event(form(install(**REAL)))


def test_an_uninstallation_carries_no_tokens() -> None:
    auth = {
        key: AUTH[key] for key in ("domain", "server_endpoint", "client_endpoint", "member_id", "application_token")
    }
    message = {"event": "ONAPPUNINSTALL", "data": {"LANGUAGE_ID": "de", "CLEAN": "1"}, "ts": "1", "auth": auth}

    event = parse_event(form(message))

    assert (event.name, event.access_token, event.refresh_token) == ("ONAPPUNINSTALL", "", "")
    assert event.data["CLEAN"] == "1"


def test_a_payment_event_may_lack_the_application_token() -> None:
    message = install()
    message["event"] = "ONAPPPAYMENT"
    del message["auth"]["application_token"]

    assert parse_event(form(message)).application_token == ""


def test_an_unknown_event_is_read_too() -> None:
    assert parse_event(form({**install(), "event": "OnCrmDealAdd"})).name == "ONCRMDEALADD"


def test_two_deliveries_of_one_event_have_one_fingerprint() -> None:
    first = parse_event(form(install()))

    assert parse_event(form(install(access_token="anothertoken123"))).fingerprint == first.fingerprint
    assert parse_event(form({**install(), "ts": "1696527001"})).fingerprint != first.fingerprint
    assert parse_event(form({**install(), "data": {**DATA, "VERSION": "2"}})).fingerprint != first.fingerprint


def test_a_domain_we_would_not_accept_is_left_out() -> None:
    assert parse_event(form(install(domain="10.0.0.8"))).domain == ""
    assert parse_event(form(install(domain="127.0.0.1:8801"))).domain == ""
    assert parse_event(form(install(domain="127.0.0.1:8801")), allow_loopback=True).domain == "127.0.0.1:8801"


def test_tokens_are_not_shown() -> None:
    event = parse_event(form(install()))

    for name in ("access_token", "refresh_token", "application_token"):
        assert AUTH[name] not in repr(event)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "event"),
        (b"event=", "event"),
        (b"event[a]=ONAPPINSTALL", "event"),
        (b"event=ON%20APP", "event"),
        (b"event=ONAPPINSTALL", "member_id"),
        (b"event=ONAPPINSTALL&auth=x", "member_id"),
        (b"event=ONAPPINSTALL&auth[member_id]=a%20b%20c%20d%20e", "member_id"),
        (b"event=ONAPPINSTALL&data=1&auth[member_id]=abcdefgh", "data"),
        (form(install(access_token="a b c d e f g")), "access_token"),
        (form(install(application_token="x")), "application_token"),
        (b"event=ONAPPINSTALL&auth[member_id]=abcdefgh&auth[application_token][x]=1", "application_token"),
        (b"a[b]=1&a=2&event=X", "field_name"),
        (b"a=1&a[b]=2&event=X", "field_name"),
        (b"a[b=1", "field_name"),
        (b"[]=1", "field_name"),
        (b"a" + b"[a]" * 50 + b"=1", "field_name"),
        (b"&".join(b"a%d=1" % n for n in range(600)), "body"),
        (b"\xff\xfe\x00", "body"),
        (b"x" * (MAX_MESSAGE + 1), "too_long"),
    ],
)
def test_junk_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(MalformedMessage) as refused:
        parse_event(body)

    assert refused.value.code == code


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"null", b"[" * 10_000, b'[["event","ONAPPINSTALL"]]'])
def test_json_junk_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_event(body, content_type="application/json")


@given(st.binary(max_size=300), st.sampled_from(["", "application/json"]))
def test_no_body_breaks_the_reader(body: bytes, content_type: str) -> None:
    try:
        parse_event(body, content_type=content_type)
    except MalformedMessage as refused:
        assert refused.__context__ is None


def test_brackets_are_read_as_php_writes_them() -> None:
    pairs = [("a[b][c]", "1"), ("a[b][d]", "2"), ("list[]", "x"), ("list[]", "y"), ("e", "first"), ("e", "last")]

    assert unbracket(pairs) == {"a": {"b": {"c": "1", "d": "2"}}, "list": {"0": "x", "1": "y"}, "e": "last"}


QUERY = {"DOMAIN": "acme.bitrix24.com", "PROTOCOL": "1", "LANG": "de", "APP_SID": "a" * 32}
FORM = {
    "AUTH_ID": AUTH["access_token"],
    "AUTH_EXPIRES": "3600",
    "REFRESH_ID": AUTH["refresh_token"],
    "SERVER_ENDPOINT": "https://oauth.bitrix.info/rest/",
    "APPLICATION_TOKEN": AUTH["application_token"],
    "APPLICATION_SCOPE": "crm,im",
    "member_id": MEMBER,
    "status": "F",
    "PLACEMENT": "REST_APP_URI",
    "PLACEMENT_OPTIONS": '{"tab":"payment"}',
}


def test_a_launch_is_read() -> None:
    launch = parse_launch(QUERY, FORM)

    assert (launch.origin, launch.member_id, launch.expires_in) == ("https://acme.bitrix24.com", MEMBER, 3600)
    assert (launch.placement, launch.placement_options) == ("REST_APP_URI", {"tab": "payment"})
    assert (launch.language, launch.scope, launch.status) == ("de", ("crm", "im"), "F")
    assert AUTH["access_token"] not in repr(launch) and AUTH["refresh_token"] not in repr(launch)


@pytest.mark.parametrize(
    ("query", "origin"),
    [
        ({"DOMAIN": "intranet", "PROTOCOL": "0"}, "http://intranet"),
        ({"DOMAIN": "Portal.Firma.local:8080", "PROTOCOL": "0"}, "http://portal.firma.local:8080"),
        ({"DOMAIN": "10.0.0.8", "PROTOCOL": "1"}, "https://10.0.0.8"),
        ({"DOMAIN": "acme.bitrix24.com"}, "https://acme.bitrix24.com"),
    ],
)
def test_a_box_may_be_opened_under_a_name_of_its_own(query: dict[str, str], origin: str) -> None:
    assert parse_launch(query, FORM).origin == origin


def test_newer_fields_of_a_launch_are_optional() -> None:
    needed = {"AUTH_ID": FORM["AUTH_ID"], "member_id": MEMBER}

    launch = parse_launch({"DOMAIN": "crm.acme.de:8443"}, needed)

    assert (launch.origin, launch.server_endpoint, launch.application_token) == ("https://crm.acme.de:8443", "", "")
    assert (launch.placement, launch.placement_options) == ("DEFAULT", {})


@pytest.mark.parametrize("options", ["", "undefined", "null", "[]", "{", "1", "[" * 10_000])
def test_odd_placement_options_mean_none(options: str) -> None:
    assert parse_launch(QUERY, {**FORM, "PLACEMENT_OPTIONS": options}).placement_options == {}


@pytest.mark.parametrize(
    ("query", "fields", "code"),
    [
        ({"DOMAIN": ""}, {}, "DOMAIN"),
        ({"DOMAIN": "good.bitrix24.com@evil.org"}, {}, "DOMAIN"),
        ({"DOMAIN": "acme.de; script-src *"}, {}, "DOMAIN"),
        ({"DOMAIN": "*.de"}, {}, "DOMAIN"),
        ({"DOMAIN": "a" * 254}, {}, "DOMAIN"),
        ({}, {"AUTH_ID": ""}, "AUTH_ID"),
        ({}, {"AUTH_ID": "<script>alert(1)</script>"}, "AUTH_ID"),
        ({}, {"member_id": ""}, "member_id"),
        ({}, {"member_id": "../../etc"}, "member_id"),
        ({}, {"REFRESH_ID": "has space"}, "REFRESH_ID"),
    ],
)
def test_a_launch_of_the_wrong_shape_is_refused(query: dict[str, str], fields: dict[str, str], code: str) -> None:
    with pytest.raises(MalformedMessage) as refused:
        parse_launch({**QUERY, **query}, {**FORM, **fields})

    assert refused.value.code == code


def test_odd_words_of_a_launch_are_dropped() -> None:
    launch = parse_launch({**QUERY, "LANG": '"><script>', "APP_SID": "x y"}, {**FORM, "PLACEMENT": "<b>"})

    assert (launch.language, launch.app_sid, launch.placement) == ("", "", "DEFAULT")
