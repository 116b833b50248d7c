"""Clients that others wrote for the real Bitrix24 work with the stand-in: the vendor's own SDK, and a popular reader.

Both are made for https and the vendor's hosts; what they send there is led to the stand-in, unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from b24pysdk import BitrixApp, BitrixToken, Client
from b24pysdk.credentials import OAuthEventData, OAuthPlacementData
from b24pysdk.errors import BitrixAPIError
from fast_bitrix24 import Bitrix

from storefront.sandbox.bitrix24 import Bitrix24StandIn
from storefront.sandbox.server import Request, Response, StandIn

CLIENT_ID, SECRET, WEBHOOK = "app.573ad8a0346747.09223434", "s3cr3t-of-the-app", "w3bh00ks3cr3t"
EVENTS: list[Request] = []


@pytest.fixture(scope="module")
def running() -> Iterator[Bitrix24StandIn]:
    with StandIn() as shop:
        shop.route("POST", "/.*", lambda request: (EVENTS.append(request), Response({}))[1])
        app = {
            "code": "ours", "client_id": CLIENT_ID, "client_secret": SECRET, "name": "App",
            "install_url": f"{shop.base_url}/install/", "app_url": f"{shop.base_url}/app/",
            "events_url": f"{shop.base_url}/events/",
        }  # fmt: skip
        portals = [{"name": "acme", "member_id": "a" * 32, "webhook_secret": WEBHOOK}]
        with Bitrix24StandIn(apps=[app], portals=portals) as stand_in:
            yield stand_in


@pytest.fixture
def bitrix24(running: Bitrix24StandIn, monkeypatch: pytest.MonkeyPatch) -> Bitrix24StandIn:
    """Acme with the app installed. The SDK's requests to https hosts end at the stand-in."""
    running.events.wait()
    running.reset()
    EVENTS.clear()
    send: Callable[..., requests.Response] = requests.Session.request

    def led(session: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
        url = url.replace("https://oauth.bitrix24.tech", running.base_url).replace("https://127.", "http://127.")
        return send(session, method, url, **options)

    monkeypatch.setattr(requests.Session, "request", led)
    running.install("acme", "ours")
    running.events.wait()
    return running


APP = BitrixApp(client_id=CLIENT_ID, client_secret=SECRET)


def opened(bitrix24: Bitrix24StandIn, user: int | None = None) -> OAuthPlacementData:
    """The SDK's reading of what a portal posts when the app is opened."""
    launch = bitrix24.issue_token("acme", "ours", user, placement="REST_APP_URI", options={"tab": "payment"})
    return OAuthPlacementData.from_dict({**launch.query, **launch.form})


def token(bitrix24: Bitrix24StandIn, user: int | None = None) -> BitrixToken:
    return BitrixToken.from_oauth_placement_data(oauth_placement_data=opened(bitrix24, user), bitrix_app=APP)


# The vendor's SDK


def test_sdk_reads_a_launch_and_proves_it_at_the_authorization_server(bitrix24: Bitrix24StandIn) -> None:
    launch = opened(bitrix24)
    info = launch.get_app_info(APP)
    assert launch.validate_against_app_info(info)
    assert (info.client_id, info.install.member_id) == (CLIENT_ID, "a" * 32)
    assert info.install.domain == launch.domain == bitrix24.portal("acme").host


def test_sdk_reads_the_events_of_an_apps_life(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.update("acme", "ours")
    bitrix24.uninstall("acme", "ours", clean=True)
    bitrix24.events.wait()
    names = []
    for request in EVENTS:
        event = OAuthEventData.from_dict(nested(parse_qsl(request.body.decode(), keep_blank_values=True)))
        names.append(str(event.event))
        assert event.auth.member_id == "a" * 32
    assert names == ["ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"]


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        outer, _, inner = name.partition("[")
        if inner:
            found.setdefault(outer, {})[inner.rstrip("]")] = value
        else:
            found[outer] = value
    return found


def test_sdk_calls_the_methods_that_we_call(bitrix24: Bitrix24StandIn) -> None:
    access = token(bitrix24)
    assert access.call_method("profile")["result"]["ADMIN"] is True
    assert token(bitrix24, 2).call_method("profile")["result"]["ADMIN"] is False
    assert access.call_method("app.info")["result"]["CODE"] == "sandbox.ours"
    assert access.call_method("app.option.set", {"options": {"license": "signed"}})["result"] is True
    assert access.call_method("app.option.get", {"option": "license"})["result"] == "signed"
    client = Client(access)
    assert client.im.notify.system.add(user_id=1, message="Licensed").result
    assert [notice["message"] for notice in bitrix24.notifications("acme")] == ["Licensed"]
    with pytest.raises(BitrixAPIError) as refused:
        access.call_method("no.such.method")
    assert refused.value.error == "ERROR_METHOD_NOT_FOUND"


def test_sdk_renews_a_token_that_is_too_old(bitrix24: Bitrix24StandIn) -> None:
    access = token(bitrix24)
    before = access.oauth_token
    bitrix24.advance(3700)
    assert access.call_method("profile")["result"]["ID"] == "1"
    assert access.oauth_token.refresh_token != before.refresh_token
    assert [entry["path"] for entry in bitrix24.requests if "oauth/token" in entry["path"]] == ["/oauth/token/"]


def test_sdk_trades_a_code(bitrix24: Bitrix24StandIn) -> None:
    renewed = APP.get_oauth_token(bitrix24.issue_code("acme", "ours"))
    assert renewed.member_id == "a" * 32
    assert renewed.oauth_token.access_token


def test_sdk_reads_batches_and_long_lists(bitrix24: Bitrix24StandIn) -> None:
    access = token(bitrix24)
    for number in range(60):
        access.call_method("crm.item.add", {"entityTypeId": 2, "fields": {"title": f"Deal {number}"}})
    listed = access.call_list("crm.item.list", {"entityTypeId": 2})
    assert [item["title"] for item in listed["result"]] == [f"Deal {number}" for number in range(60)]
    answer = access.call_batch({"me": ("profile", {}), "bad": ("no.such.method", {})})
    assert answer["result"]["result"]["me"]["ID"] == "1"
    assert answer["result"]["result_error"]["bad"]["error"] == "ERROR_METHOD_NOT_FOUND"


def test_sdk_knows_our_refusals(bitrix24: Bitrix24StandIn) -> None:
    access = token(bitrix24)
    for fault, code in (
        ("forbidden", "ACCESS_DENIED"),
        ("unauthorized", "NO_AUTH_FOUND"),
        ("deleted", "PORTAL_DELETED"),
    ):
        bitrix24.fault("profile", fault)
        with pytest.raises(BitrixAPIError) as refused:
            access.call_method("profile")
        assert refused.value.error == code


# A reader of webhooks


def apart(call: Callable[[], Any]) -> Any:
    """Call in a thread with an event loop of its own: after a test with a browser the main thread has one that runs,
    which this client would take for its caller's."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call).result()


def test_webhook_reader_reads_lists_in_batches(bitrix24: Bitrix24StandIn) -> None:
    for number in range(120):
        bitrix24.portal("acme").items.setdefault("2", []).append({"id": number + 1, "title": f"Deal {number}"})

    def read() -> tuple[Any, Any]:
        reader = Bitrix(f"http://{bitrix24.portal('acme').host}/rest/1/{WEBHOOK}/", verbose=False)
        return reader.get_all("crm.item.list", {"entityTypeId": 2}), reader.call("profile", raw=True)

    found, profile = apart(read)
    assert sorted(item["id"] for item in found) == list(range(1, 121))
    assert profile["result"]["ADMIN"] is True


def test_webhook_reader_with_an_apps_tokens(bitrix24: Bitrix24StandIn) -> None:
    async def access() -> str:
        return bitrix24.issue_token("acme", "ours").form["AUTH_ID"]

    def read() -> tuple[Any, Any]:
        reader = Bitrix(f"http://{bitrix24.portal('acme').host}/rest/", token_func=access, verbose=False)
        info = reader.call("app.info", raw=True)
        bitrix24.advance(3700)  # it asks for another token by itself
        return info, reader.call("profile", raw=True)

    info, profile = apart(read)
    assert info["result"]["CODE"] == "sandbox.ours"
    assert profile["result"]["ID"] == "1"
