"""The Bitrix24 stand-in behaves as the real one is documented to."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from storefront.sandbox.bitrix24 import Bitrix24StandIn
from storefront.sandbox.bitrix24.moving import follow_ports
from storefront.sandbox.bitrix24.records import Install
from storefront.sandbox.bitrix24.world import World
from storefront.sandbox.server import Request, Response, StandIn

ALPHA, BETA = "a" * 32, "b" * 32
PORTALS = [
    {"name": "alpha", "member_id": ALPHA, "webhook_secret": "w3bh00k"},
    {
        "name": "beta",
        "member_id": BETA,
        "users": [{"id": 7, "name": "Owner", "admin": True}, {"id": 8, "name": "Clerk", "admin": False}],
    },
]


class Shop(StandIn):
    """Stands for the shop: takes every POST and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Request] = []
        self.route("POST", "/.*", self._take)
        self.route("GET", "/.*", lambda request: Response("hello"))

    def _take(self, request: Request) -> Response:
        self.taken.append(request)
        return Response({"ok": True})

    def events(self) -> list[dict[str, str]]:
        return [dict(request.form) for request in self.taken if request.path == "/events/"]


@pytest.fixture(scope="module")
def running_shop() -> Iterator[Shop]:
    with Shop() as shop:
        yield shop


@pytest.fixture
def shop(running_shop: Shop) -> Shop:
    running_shop.taken.clear()
    return running_shop


def _apps(shop: Shop) -> list[dict[str, Any]]:
    return [
        {
            "code": "s-module",
            "client_id": "app.1.2",
            "client_secret": "s3cr3t-of-the-app",
            "name": "S module",
            "install_url": f"{shop.base_url}/install/",
            "app_url": f"{shop.base_url}/app/?from=menu",
            "events_url": f"{shop.base_url}/events/",
        }
    ]


@pytest.fixture(scope="module")
def running(running_shop: Shop) -> Iterator[Bitrix24StandIn]:
    with Bitrix24StandIn(apps=_apps(running_shop), portals=PORTALS) as stand_in:
        yield stand_in


@pytest.fixture
def bitrix24(running: Bitrix24StandIn, shop: Shop) -> Bitrix24StandIn:
    running.events.wait()
    running.reset()
    shop.taken.clear()
    return running


def portal_url(bitrix24: Bitrix24StandIn, name: str = "alpha") -> str:
    return f"http://{bitrix24.portal(name).host}"


def rest(bitrix24: Bitrix24StandIn, method: str, portal: str = "alpha", **params: Any) -> requests.Response:
    return requests.post(f"{portal_url(bitrix24, portal)}/rest/{method}.json", json=params, timeout=5)


def token(bitrix24: Bitrix24StandIn, portal: str = "alpha", user: int | None = None) -> str:
    return bitrix24.issue_token(portal, "s-module", user).form["AUTH_ID"]


# Installing, updating, removing


def test_an_installation_is_announced_once_with_php_brackets(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module")

    assert [(d.event, d.status) for d in bitrix24.deliveries()] == [("ONAPPINSTALL", 200)]
    request = shop.taken[0]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    event = dict(request.form)
    assert event["event"] == "ONAPPINSTALL"
    assert event["auth[member_id]"] == ALPHA
    assert event["auth[domain]"] == bitrix24.portal("alpha").host
    assert event["auth[client_endpoint]"] == f"{portal_url(bitrix24)}/rest/"
    assert event["auth[server_endpoint]"] == f"{bitrix24.base_url}/rest/"
    assert (event["data[VERSION]"], event["data[INSTALLED]"], event["auth[user_id]"]) == ("1", "Y", "1")
    assert rest(bitrix24, "profile", auth=event["auth[access_token]"]).json()["result"]["ADMIN"] is True


def test_nothing_is_announced_before_the_installer_is_finished(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module", finish=False)
    assert bitrix24.deliveries() == []
    assert rest(bitrix24, "app.info", auth=token(bitrix24)).json()["result"]["INSTALLED"] is False

    bitrix24.finish("alpha", "s-module")
    bitrix24.finish("alpha", "s-module")
    assert [delivery.event for delivery in bitrix24.deliveries()] == ["ONAPPINSTALL"]


def test_an_update_drops_bound_handlers_and_says_which_version_it_was(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module")
    bound = rest(bitrix24, "placement.bind", auth=token(bitrix24), PLACEMENT="REST_APP_URI", HANDLER="http://x/")
    assert bound.json()["result"] is True

    bitrix24.update("alpha", "s-module")
    bitrix24.deliveries()

    event = shop.events()[-1]
    assert (event["event"], event["data[VERSION]"], event["data[PREVIOUS_VERSION]"]) == ("ONAPPUPDATE", "2", "1")
    assert rest(bitrix24, "placement.get", auth=token(bitrix24)).json()["result"] == []


def test_an_application_token_lasts_unless_an_update_changes_it(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module")
    bitrix24.uninstall("alpha", "s-module")
    bitrix24.install("alpha", "s-module")
    bitrix24.update("alpha", "s-module", new_application_token=True)
    bitrix24.install("beta", "s-module")
    bitrix24.deliveries()

    first, removed, again, changed, other = (event["auth[application_token]"] for event in shop.events())
    assert first == removed == again
    assert len({first, changed, other}) == 3


def test_a_removal_is_announced_without_tokens_and_keeps_options(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module")
    access = token(bitrix24)
    rest(bitrix24, "app.option.set", auth=access, options={"license": "x"})

    bitrix24.uninstall("alpha", "s-module")
    bitrix24.deliveries()

    event = shop.events()[-1]
    assert (event["event"], event["data[CLEAN]"]) == ("ONAPPUNINSTALL", "0")
    assert not any("access_token" in key or "refresh_token" in key for key in event)
    assert bitrix24.options("alpha", "s-module") == {"license": "x"}
    refused = rest(bitrix24, "profile", auth=access)
    assert (refused.status_code, refused.json()["error"]) == (401, "APPLICATION_NOT_FOUND")


def test_a_removal_with_data_deletes_options(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module")
    rest(bitrix24, "app.option.set", auth=token(bitrix24), options={"license": "x"})

    bitrix24.uninstall("alpha", "s-module", clean=True)
    bitrix24.deliveries()

    assert shop.events()[-1]["data[CLEAN]"] == "1"
    assert bitrix24.options("alpha", "s-module") == {}


def test_an_event_that_nobody_takes_is_not_sent_again(shop: Shop) -> None:
    apps = [{**_apps(shop)[0], "events_url": "http://127.0.0.1:9/events/"}]
    with Bitrix24StandIn(apps=apps, portals=PORTALS) as bitrix24:
        bitrix24.install("alpha", "s-module")

        assert [delivery.status for delivery in bitrix24.deliveries()] == [0]


# Trouble with events


def test_events_can_be_lost_repeated_and_out_of_order(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.fault("event.ONAPPINSTALL", "duplicate")
    bitrix24.fault("event.ONAPPUPDATE", "hold")
    bitrix24.fault("event.ONAPPUPDATE", "lost")
    bitrix24.install("alpha", "s-module")
    bitrix24.update("alpha", "s-module")
    bitrix24.update("alpha", "s-module")
    bitrix24.uninstall("alpha", "s-module")
    bitrix24.deliveries()

    assert [event["event"] for event in shop.events()] == [
        "ONAPPINSTALL", "ONAPPINSTALL", "ONAPPUNINSTALL", "ONAPPUPDATE",
    ]  # fmt: skip
    assert shop.taken[0].body == shop.taken[1].body


def test_events_can_come_without_tokens_or_with_a_false_one(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.fault("event.ONAPPINSTALL", "no_tokens")
    bitrix24.fault("event.ONAPPUPDATE", "wrong_application_token")
    bitrix24.install("alpha", "s-module")
    bitrix24.update("alpha", "s-module")
    bitrix24.deliveries()

    bare, false = shop.events()
    assert "auth[access_token]" not in bare
    assert false["auth[application_token]"] == "0" * 32


# The launch form


def test_a_launch_form_can_be_posted_to_the_shop(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module")
    launch = bitrix24.issue_token("alpha", "s-module", 2, options={"tab": "payment"}, placement="REST_APP_URI")

    requests.post(launch.url, data=launch.form, timeout=5)

    request = next(request for request in shop.taken if request.path == "/app/")
    assert request.query == {"from": "menu", **launch.query}
    assert request.query["DOMAIN"] == bitrix24.portal("alpha").host
    assert (request.query["PROTOCOL"], len(request.query["APP_SID"])) == ("0", 32)
    form = dict(request.form)
    assert set(form) == {
        "AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE",
        "member_id", "status", "PLACEMENT", "PLACEMENT_OPTIONS",
    }  # fmt: skip
    assert form["SERVER_ENDPOINT"] == f"{bitrix24.base_url}/rest/"
    assert json.loads(form["PLACEMENT_OPTIONS"]) == {"tab": "payment"}
    assert rest(bitrix24, "profile", auth=form["AUTH_ID"]).json()["result"] == {
        "ID": "2", "ADMIN": False, "NAME": "Employee", "LAST_NAME": "",
    }  # fmt: skip


def test_the_frame_page_posts_the_launch_form_into_a_named_frame(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    bitrix24.install("alpha", "s-module")

    page = requests.get(f"{portal_url(bitrix24)}/app/s-module/", timeout=5).text

    form = re.search(r'<form id="launch" method="post" action="([^"]+)" target="([^"]+)">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    sid = re.search(r"APP_SID=([0-9a-f]{32})", form[1])
    assert sid is not None
    assert form[1].startswith(f"{shop.base_url}/app/?from=menu&amp;DOMAIN=")
    assert form[2] == f"{bitrix24.portal('alpha').host}|0|{sid[1]}"
    assert f'<iframe id="app" name="{form[2]}"' in page
    assert "<noscript><button" in form[3]
    assert f'name="member_id" value="{ALPHA}"' in form[3]


def test_the_installer_opens_for_an_administrator_only(bitrix24: Bitrix24StandIn, shop: Shop) -> None:
    home = portal_url(bitrix24)
    installed = requests.post(f"{home}/actions/install", data={"app": "s-module"}, timeout=5)
    assert f'action="{shop.base_url}/install/?DOMAIN=' in installed.text

    requests.post(f"{home}/actions/user", data={"user": "2"}, timeout=5)
    assert "not fully installed" in requests.get(f"{home}/app/s-module/", timeout=5).text
    assert requests.get(f"{home}/app/s-module/install/", timeout=5).status_code == 403
    assert requests.post(f"{home}/actions/uninstall", data={"app": "s-module"}, timeout=5).status_code == 403

    requests.post(f"{home}/actions/user", data={"user": "1"}, timeout=5)
    assert requests.post(f"{home}/app/s-module/finish", timeout=5).json() == {"result": True}
    assert [delivery.event for delivery in bitrix24.deliveries()] == ["ONAPPINSTALL"]


def test_a_portal_keeps_its_last_administrator(bitrix24: Bitrix24StandIn) -> None:
    answer = requests.post(f"{portal_url(bitrix24)}/actions/dismiss", data={"user": "1"}, timeout=5)

    assert answer.status_code == 400
    assert bitrix24.portal("alpha").admin().id == 1


def test_a_form_from_another_site_is_refused(bitrix24: Bitrix24StandIn) -> None:
    answer = requests.post(
        f"{portal_url(bitrix24)}/actions/install",
        data={"app": "s-module"},
        headers={"Origin": "http://evil.example.com"},
        timeout=5,
    )

    assert answer.status_code == 403


def test_a_deep_link_reaches_the_app_as_placement_options(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")
    rest(bitrix24, "placement.bind", auth=token(bitrix24), PLACEMENT="REST_APP_URI", HANDLER="http://x/")

    page = requests.get(
        f"{portal_url(bitrix24)}/marketplace/view/sandbox.s_module/?params[tab]=payment", timeout=5
    ).text
    ours = requests.get(f"{portal_url(bitrix24)}/marketplace/view/s-module/", timeout=5)

    assert ours.status_code == 404  # the seller's own code is no name that a portal knows
    assert 'name="PLACEMENT" value="REST_APP_URI"' in page
    assert "&quot;tab&quot;: &quot;payment&quot;}" in page and "&quot;URI&quot;" in page


def test_the_pages_of_a_portal_are_labelled_as_sandbox(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")
    access = token(bitrix24)
    message = 'Renew <now> [URL=/marketplace/view/s-module/?params[tab]=payment]"Open"[/URL][URL=javascript:x]y[/URL]'
    rest(bitrix24, "im.notify.system.add", auth=access, USER_ID=1, MESSAGE=message)
    rest(bitrix24, "app.option.set", auth=access, options={"license": "<signed>"})

    pages = {
        path: requests.get(portal_url(bitrix24) + path, timeout=5).text
        for path in ("/", "/notifications/", "/options/")
    }

    assert all("Sandbox portal" in page for page in pages.values())
    assert '<a href="/marketplace/view/s-module/?params[tab]=payment">&quot;Open&quot;</a>' in pages["/notifications/"]
    assert "&lt;now&gt;" in pages["/notifications/"] and "javascript:" not in pages["/notifications/"]
    assert "&lt;signed&gt;" in pages["/options/"]
    assert requests.get(f"{bitrix24.base_url}/", timeout=5).text.count("http://127.0.0.1:") == 2


@pytest.mark.parametrize("path", ["/api/v1/", "/static/portal.css", "/static/frame.js"])
def test_scripts_and_styles_are_served(bitrix24: Bitrix24StandIn, path: str) -> None:
    for base in (bitrix24.base_url, portal_url(bitrix24)):
        assert requests.get(base + path, timeout=5).status_code == 200
    assert requests.get(f"{bitrix24.base_url}/static/world.js", timeout=5).status_code == 404


# REST


def test_parameters_are_taken_in_every_way(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")
    base, access = f"{portal_url(bitrix24)}/rest", token(bitrix24)

    answers = [
        requests.get(f"{base}/profile?auth={access}", timeout=5),
        requests.get(f"{base}/profile/?access_token={access}", timeout=5),
        requests.post(f"{base}/profile.json", data={"auth": access}, timeout=5),
        requests.post(f"{base}/profile", json={"auth": access}, timeout=5),
    ]
    assert [answer.json()["result"]["ID"] for answer in answers] == ["1"] * 4
    assert {"start", "finish", "operating_reset_at"} <= set(answers[0].json()["time"])
    requests.post(f"{base}/app.option.set", data={"auth": access, "options[a]": "1", "options[b]": "2"}, timeout=5)
    assert bitrix24.options("alpha", "s-module") == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("method", "params", "status", "error"),
    [
        ("profile", {"auth": None}, 401, "NO_AUTH_FOUND"),
        ("profile", {"auth": "0" * 64}, 401, "invalid_token"),
        ("no.such.method", {}, 404, "ERROR_METHOD_NOT_FOUND"),
        ("app.option.set", {"options": {}}, 400, "ERROR_ARGUMENT"),
        ("placement.bind", {"PLACEMENT": "NOWHERE", "HANDLER": "http://x/"}, 400, "ERROR_PLACEMENT_NOT_FOUND"),
        ("im.notify.system.add", {"MESSAGE": "x"}, 400, "USER_ID_EMPTY"),
        ("im.notify.system.add", {"USER_ID": 1}, 400, "MESSAGE_EMPTY"),
    ],
)
def test_wrong_calls_are_refused(
    bitrix24: Bitrix24StandIn, method: str, params: dict[str, Any], status: int, error: str
) -> None:
    bitrix24.install("alpha", "s-module")

    answer = rest(bitrix24, method, **{"auth": token(bitrix24), **params})

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_app_without_a_scope_is_refused(shop: Shop) -> None:
    with Bitrix24StandIn(apps=[{**_apps(shop)[0], "scope": "crm"}], portals=PORTALS) as bitrix24:
        bitrix24.install("alpha", "s-module")
        answer = rest(bitrix24, "im.notify.system.add", auth=token(bitrix24), USER_ID=1, MESSAGE="x")

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_empty_options_are_a_list_as_php_writes_them(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")

    assert rest(bitrix24, "app.option.get", auth=token(bitrix24)).json()["result"] == []


def test_a_batch_answers_each_command(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")
    commands = {"me": "profile", "bad": "no.such", "in": "batch", "opt": "app.option.get?option=x"}

    result = rest(bitrix24, "batch", auth=token(bitrix24), halt=0, cmd=commands).json()["result"]

    assert result["result"]["me"]["ID"] == "1" and result["result"]["opt"] is None
    assert result["result_error"]["bad"]["error"] == "ERROR_METHOD_NOT_FOUND"
    assert result["result_error"]["in"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


def test_an_inbound_webhook_writes_orders_to_the_crm(bitrix24: Bitrix24StandIn) -> None:
    base = f"{portal_url(bitrix24)}/rest/1/w3bh00k"

    def call(method: str, **params: Any) -> Any:
        return requests.post(f"{base}/{method}.json", json=params, timeout=5).json().get("result")

    contact = call("crm.item.add", entityTypeId=3, fields={"fm": [{"typeId": "EMAIL", "value": "A@b.example"}]})
    deal = call("crm.item.add", entityTypeId=2, fields={"title": "Order 1", "originatorId": "store", "originId": "1"})
    wanted = {"originatorId": "store", "=originId": "1"}
    assert call("crm.item.list", entityTypeId=2, filter=wanted)["items"] == [deal["item"]]
    assert call("crm.item.list", entityTypeId=2, filter={"originId": "2"})["items"] == []
    found = call("crm.duplicate.findbycomm", type="EMAIL", values=["a@B.example"], entity_type="CONTACT")
    assert found == {"CONTACT": [contact["item"]["id"]]}
    assert call("crm.duplicate.findbycomm", type="EMAIL", values=["x@b.example"], entity_type="CONTACT") == []
    rows = [{"productName": "S module", "price": 10, "quantity": 1}]
    call("crm.item.productrow.set", ownerType="D", ownerId=deal["item"]["id"], productRows=rows)
    assert call("crm.item.get", entityTypeId=2, id=deal["item"]["id"])["item"]["productRows"] == rows
    assert isinstance(call("crm.lead.add", fields={"TITLE": "x"}), int)
    assert isinstance(call("crm.deal.add", fields={"TITLE": "x"}), int)

    wrong = requests.post(f"{portal_url(bitrix24)}/rest/1/wrong/crm.item.add", json={}, timeout=5)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "INVALID_CREDENTIALS")
    refused = requests.post(f"{base}/im.notify.system.add", json={"USER_ID": 1, "MESSAGE": "x"}, timeout=5)
    assert refused.status_code == 403
    assert "w3bh00k" not in json.dumps(bitrix24.requests)


# Addresses, records, control, memory


def test_each_portal_has_its_own_address_and_tokens(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")
    bitrix24.install("beta", "s-module")

    assert len({bitrix24.base_url, portal_url(bitrix24, "alpha"), portal_url(bitrix24, "beta")}) == 3
    assert rest(bitrix24, "profile", "beta", auth=token(bitrix24, "beta")).json()["result"]["ID"] == "7"
    assert rest(bitrix24, "profile", "beta", auth=token(bitrix24, "alpha")).status_code == 401


def test_an_old_address_redirects_pages_and_rest(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")
    old, access = portal_url(bitrix24), token(bitrix24)
    new = f"http://{bitrix24.rename('alpha')}"

    moved = requests.post(f"{old}/rest/profile.json?x=1", json={"auth": access}, allow_redirects=False, timeout=5)
    assert (moved.status_code, moved.headers["Location"]) == (302, f"{new}/rest/profile.json?x=1")
    assert requests.get(f"{old}/", timeout=5).url == f"{new}/"
    assert bitrix24.issue_token("alpha", "s-module").query["DOMAIN"] == bitrix24.portal("alpha").host
    assert rest(bitrix24, "profile", auth=access).status_code == 200


def test_requests_are_recorded_without_tokens(bitrix24: Bitrix24StandIn) -> None:
    bitrix24.install("alpha", "s-module")
    launch = bitrix24.issue_token("alpha", "s-module")
    rest(bitrix24, "profile", auth=launch.form["AUTH_ID"])
    fields = {"grant_type": "refresh_token", "client_id": "app.1.2", "client_secret": "s3cr3t-of-the-app"}
    requests.post(
        f"{bitrix24.base_url}/oauth/token/", data={**fields, "refresh_token": launch.form["REFRESH_ID"]}, timeout=5
    )

    assert [(entry["role"], entry["path"], entry["status"]) for entry in bitrix24.requests] == [
        ("portal", "/rest/profile.json", 200), ("oauth", "/oauth/token/", 200),
    ]  # fmt: skip
    recorded = json.dumps(bitrix24.requests)
    for secret in (launch.form["AUTH_ID"], launch.form["REFRESH_ID"], "s3cr3t-of-the-app"):
        assert secret not in recorded


def test_everything_can_be_controlled_over_http(bitrix24: Bitrix24StandIn) -> None:
    control = f"{bitrix24.base_url}/_control"

    def act(name: str, **arguments: Any) -> Any:
        answer = requests.post(f"{control}/{name}", json=arguments, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(name: str) -> Any:
        return requests.get(f"{control}/{name}", timeout=5).json()

    act("install", portal="alpha", app="s-module", finish=False)
    act("finish", portal="alpha", app="s-module")
    launch = act("issue_token", portal="alpha", app="s-module", user=2)
    assert dict(parse_qsl(launch["url"].partition("?")[2]))["APP_SID"] == launch["query"]["APP_SID"]
    act("fault", method="profile", kind="forbidden")
    assert rest(bitrix24, "profile", auth=launch["form"]["AUTH_ID"]).status_code == 403
    assert rest(bitrix24, "profile", auth=launch["form"]["AUTH_ID"]).status_code == 200
    act("advance", seconds=4000)
    assert rest(bitrix24, "profile", auth=launch["form"]["AUTH_ID"]).json()["error"] == "expired_token"
    act("dismiss", portal="alpha", user=2)
    act("set_plan", portal="alpha", plan="free")
    host = act("rename", portal="alpha")
    alpha = look("portals")[0]
    assert (alpha["host"], alpha["plan"], alpha["apps"]["s-module"]["is_installed"]) == (host, "free", True)
    act("update", portal="alpha", app="s-module")
    act("uninstall", portal="alpha", app="s-module")
    assert [entry["event"] for entry in look("deliveries")] == ["ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"]
    assert len(look("requests")) == 3
    assert look("notifications?portal=alpha") == [] and look("options?portal=alpha&app=s-module") == {}
    act("reset")
    assert look("portals")[0]["apps"] == {} and look("requests") == []


def test_control_refuses_what_it_does_not_know(bitrix24: Bitrix24StandIn) -> None:
    control = f"{bitrix24.base_url}/_control"

    assert requests.post(f"{control}/explode", json={}, timeout=5).status_code == 404
    assert requests.get(f"{control}/explode", timeout=5).status_code == 404
    assert requests.post(f"{control}/install", json={"portal": "nowhere", "app": "x"}, timeout=5).status_code == 404
    assert requests.post(f"{control}/install", json={"wrong": 1}, timeout=5).status_code == 400
    assert requests.post(f"{control}/fault", json={"method": "x", "kind": "odd"}, timeout=5).status_code == 400
    assert requests.post(f"{control}/reset", data={"x": "1"}, timeout=5).status_code == 415


def test_state_survives_a_restart(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "bitrix24.json"
    with Bitrix24StandIn(apps=_apps(shop), portals=PORTALS, state_path=path) as first:
        first.install("alpha", "s-module")
        access = token(first)
        rest(first, "app.option.set", auth=access, options={"license": "x"})
        old_host, host = first.portal("alpha").host, first.rename("alpha")
        first.deliveries()

    with Bitrix24StandIn(apps=_apps(shop), portals=PORTALS, state_path=path) as second:
        assert second.portal("alpha").host == host
        assert second.options("alpha", "s-module") == {"license": "x"}
        assert rest(second, "profile", auth=access).status_code == 200
        assert requests.get(f"http://{old_host}/", allow_redirects=False, timeout=5).status_code == 302


def test_state_of_other_ports_goes_on_at_the_new_ones(shop: Shop, tmp_path: Path) -> None:
    """Each portal keeps its place in the order, its former addresses and what it knows of the shop."""
    path = tmp_path / "state.json"
    old, new = free_ports(), free_ports(above=free_ports() + 20)
    with Bitrix24StandIn(port=old, apps=_apps(shop), portals=PORTALS, state_path=path) as first:
        first.rename("alpha")
        before = {portal.name: list(portal.ports) for portal in first.world.portals.values()}
    with Bitrix24StandIn(port=new, apps=_apps(shop), portals=PORTALS, state_path=path) as second:
        after = {portal.name: list(portal.ports) for portal in second.world.portals.values()}
        assert after == {name: [port - old + new for port in ports] for name, ports in before.items()}
        assert requests.get(f"http://127.0.0.1:{after['alpha'][0]}/", timeout=10).status_code == 200


def test_a_portal_moves_past_the_ports_that_others_have(shop: Shop) -> None:
    """Behind the portals listens the next stand-in."""
    base = free_ports()
    with StandIn(port=base + 3), Bitrix24StandIn(port=base, apps=_apps(shop), portals=PORTALS) as bitrix24:
        assert bitrix24.rename("alpha") == f"127.0.0.1:{base + 4}"
        assert requests.get(f"http://127.0.0.1:{base + 4}/", timeout=10).status_code == 200


def test_what_a_portal_calls_in_the_shop_follows_it(shop: Shop) -> None:
    world = World(_apps(shop), PORTALS)
    portal = world.portals[ALPHA]
    code = next(iter(world.apps))
    entries = [{"handler": "http://127.0.0.1:1/bitrix24/app/?x=1"}, {"handler": "https://else.example/"}]
    portal.installs[code] = Install(handlers=[entries[0]], placements=[entries[1]])
    follow_ports(world, 8103)
    assert portal.installs[code].handlers == [{"handler": f"{shop.base_url}/bitrix24/app/?x=1"}]
    assert portal.installs[code].placements == [{"handler": "https://else.example/"}]


def free_ports(above: int = 47000) -> int:
    """The first of five free ports in a row."""
    for port in range(above, 60000, 5):
        try:
            for number in range(port, port + 5):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
        except OSError:
            continue
        return port
    raise RuntimeError("no free ports")
