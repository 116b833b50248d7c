"""The Bitrix24 client against the running stand-in: every answer a caller has to decide by."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

from storefront.gateways.bitrix24 import (
    OAUTH_SERVERS,
    AccessDenied,
    AppCredentials,
    AppRemoved,
    Bitrix24Client,
    ClientRejected,
    ExpiredToken,
    InvalidToken,
    LaunchData,
    LimitExceeded,
    MethodMissing,
    PortalGone,
    PortalMoved,
    parse_launch,
)
from storefront.gateways.errors import ConfigurationError, Declined, GatewayError, NotFound, Unavailable
from storefront.gateways.http import AddressRefused, HttpClient
from storefront.sandbox.bitrix24 import Bitrix24StandIn

APP = AppCredentials("s-module", "app.573ad8a0346747.09223434", "s3cr3t-of-the-app")
OTHER_APP = AppCredentials("p-module", "app.573ad8a0346747.09229999", "s3cr3t-of-the-other")
ALPHA, BETA = "a" * 32, "b" * 32


@pytest.fixture(scope="module")
def running() -> Iterator[Bitrix24StandIn]:
    apps = [
        {
            "code": app.code, "client_id": app.client_id, "client_secret": app.client_secret, "name": app.code,
            "install_url": "http://127.0.0.1:9/install/", "app_url": "http://127.0.0.1:9/app/",
        }
        for app in (APP, OTHER_APP)
    ]  # fmt: skip
    portals = [{"name": "alpha", "member_id": ALPHA}, {"name": "beta", "member_id": BETA}]
    with Bitrix24StandIn(apps=apps, portals=portals) as stand_in:
        yield stand_in


@pytest.fixture
def bitrix24(running: Bitrix24StandIn) -> Bitrix24StandIn:
    running.reset()
    running.install("alpha", APP.code)
    return running


@pytest.fixture
def client(bitrix24: Bitrix24StandIn) -> Bitrix24Client:
    return _client(bitrix24, read_timeout=10.0)


@pytest.fixture
def hasty(bitrix24: Bitrix24StandIn) -> Bitrix24Client:
    """A client that soon loses patience."""
    return _client(bitrix24, read_timeout=0.2)


def _client(bitrix24: Bitrix24StandIn, read_timeout: float) -> Bitrix24Client:
    http = HttpClient(read_timeout=read_timeout, allow_loopback=True, sleep=lambda seconds: None)
    return Bitrix24Client(http=http, oauth_servers=[bitrix24.base_url], allow_loopback=True)


@pytest.fixture
def launch(bitrix24: Bitrix24StandIn) -> LaunchData:
    """Alpha's administrator has opened the app."""
    return _launch(bitrix24)


def _launch(bitrix24: Bitrix24StandIn, portal: str = "alpha", user: int | None = None) -> LaunchData:
    sent = bitrix24.issue_token(portal, APP.code, user)
    return parse_launch(sent.query, sent.form)


def host_of(launch: LaunchData) -> str:
    return launch.origin.partition("//")[2]


# Whose token is this?


def test_the_authorization_server_says_whose_a_token_is(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    contact = client.verify_token(launch.access_token, launch.server_endpoint)

    assert contact.client_id == APP.client_id
    assert contact.member_id == ALPHA == launch.member_id
    assert contact.host == bitrix24.portal("alpha").host == host_of(launch)
    assert (contact.user_id, contact.is_installed, contact.status) == (1, True, "F")
    assert contact.scope == ("crm", "im", "placement", "user_brief")
    assert contact.authorization_server == urlsplit(bitrix24.base_url).netloc
    assert contact.expires_at > datetime.now(UTC)


def test_a_token_travels_in_the_body_and_never_in_an_address(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    client.verify_token(launch.access_token)
    client.profile(host_of(launch), launch.access_token)
    fresh = client.refresh(APP, launch.refresh_token)

    assert {entry["method"] for entry in bitrix24.requests} == {"POST"}
    for secret in (launch.access_token, launch.refresh_token, APP.client_secret, fresh.access_token):
        assert secret not in caplog.text + repr(launch) + repr(APP) + repr(fresh)


@pytest.mark.parametrize(
    "hint",
    [
        "", "https://evil.example.com/rest/", "http://127.0.0.1:9/rest/", "//evil.com", "https://[",
        "oauth.bitrix.info", "{base}@evil.com/rest/", "https://evil.com/{base}",
    ],
)  # fmt: skip
def test_only_allowed_authorization_servers_are_asked(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData, hint: str
) -> None:
    contact = client.verify_token(launch.access_token, hint.format(base=bitrix24.base_url))

    assert contact.authorization_server == urlsplit(bitrix24.base_url).netloc


def test_the_hint_chooses_among_allowed_servers(bitrix24: Bitrix24StandIn, launch: LaunchData) -> None:
    http = HttpClient(allow_loopback=True)
    dead = "http://127.0.0.1:9"
    client = Bitrix24Client(
        http=http, oauth_servers=[dead, bitrix24.base_url], default_oauth_server=dead, allow_loopback=True
    )

    assert client.verify_token(launch.access_token, launch.server_endpoint).member_id == ALPHA
    with pytest.raises(Unavailable):
        client.verify_token(launch.access_token)


def test_a_default_server_outside_the_list_is_a_mistake_of_ours() -> None:
    with pytest.raises(ConfigurationError):
        Bitrix24Client(http=HttpClient(), default_oauth_server="https://oauth.example.com")


def test_an_installation_that_is_not_finished_is_reported_as_such(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn
) -> None:
    bitrix24.install("beta", APP.code, finish=False)
    assert not client.verify_token(_launch(bitrix24, "beta").access_token).is_installed

    bitrix24.finish("beta", APP.code)
    assert client.verify_token(_launch(bitrix24, "beta").access_token).is_installed


@pytest.mark.parametrize(("fault", "field"), [("wrong_member_id", "member_id"), ("wrong_client_id", "client_id")])
def test_a_token_of_somebody_else_shows(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData, fault: str, field: str
) -> None:
    bitrix24.fault("oauth/app.info", fault)

    contact = client.verify_token(launch.access_token)

    assert getattr(contact, field) != {"member_id": ALPHA, "client_id": APP.client_id}[field]


@pytest.mark.parametrize("token", ["", "short", "x" * 513, "has space in it", "has\nnewline-in-it", "ключ-ключ-ключ"])
def test_what_cannot_be_a_token_is_refused_without_asking(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, token: str
) -> None:
    with pytest.raises(InvalidToken):
        client.verify_token(token)

    assert bitrix24.requests == []


def test_a_token_nobody_issued_is_refused(client: Bitrix24Client) -> None:
    with pytest.raises(ClientRejected):
        client.verify_token("0" * 64)


def test_an_old_token_is_expired(client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData) -> None:
    bitrix24.advance(3601)

    with pytest.raises(ExpiredToken):
        client.verify_token(launch.access_token)
    with pytest.raises(ExpiredToken):
        client.profile(host_of(launch), launch.access_token)


def test_an_uninstalled_app_is_removed_everywhere(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    bitrix24.uninstall("alpha", APP.code)

    with pytest.raises(AppRemoved):
        client.verify_token(launch.access_token)
    with pytest.raises(AppRemoved):
        client.profile(host_of(launch), launch.access_token)
    with pytest.raises(AppRemoved):
        client.refresh(APP, launch.refresh_token)


def test_tokens_of_an_earlier_installation_stay_dead(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    bitrix24.uninstall("alpha", APP.code)
    bitrix24.install("alpha", APP.code)

    with pytest.raises(AppRemoved):
        client.profile(host_of(launch), launch.access_token)
    assert client.verify_token(_launch(bitrix24).access_token).member_id == ALPHA


@pytest.mark.parametrize("fault", ["html", "malformed", "server_error", "query_limit", "huge", "drop"])
def test_trouble_at_the_authorization_server_is_neither_yes_nor_no(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData, fault: str
) -> None:
    bitrix24.fault("oauth/app.info", fault, times=2)

    with pytest.raises(Unavailable):
        client.verify_token(launch.access_token)


def test_one_hiccup_of_the_authorization_server_is_overcome(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    bitrix24.fault("oauth/app.info", "query_limit")

    assert client.verify_token(launch.access_token).member_id == ALPHA


def test_a_token_is_looked_for_at_the_other_server_where_the_message_names_none(
    bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    with Bitrix24StandIn() as elsewhere:
        http = HttpClient(allow_loopback=True, sleep=lambda seconds: None)
        servers = [elsewhere.base_url, bitrix24.base_url]
        client = Bitrix24Client(http=http, oauth_servers=servers, allow_loopback=True)

        assert client.verify_token(launch.access_token).authorization_server == urlsplit(bitrix24.base_url).netloc
        with pytest.raises(ClientRejected):
            client.verify_token(launch.access_token, f"{elsewhere.base_url}/rest/")
        with pytest.raises(ClientRejected):
            client.verify_token("f" * 64)


def test_the_servers_of_2026_are_the_default_and_the_older_ones_accepted() -> None:
    assert OAUTH_SERVERS == ("https://oauth.bitrix24.tech", "https://oauth.bitrix.info")


# Tokens


def test_a_token_answer_without_its_end_is_used(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    """The refresh token is spent: a pair that is thrown away cannot be had again."""
    bitrix24.fault("oauth/token", "expires_in_only")

    fresh = client.refresh(APP, launch.refresh_token)

    assert timedelta(minutes=59) < fresh.expires_at - datetime.now(UTC) <= timedelta(hours=1)
    assert client.profile(fresh.host, fresh.access_token).is_admin


def test_a_refresh_token_works_once_and_brings_its_successor(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    first = client.refresh(APP, launch.refresh_token, launch.server_endpoint)

    assert (first.member_id, first.host, first.user_id) == (ALPHA, host_of(launch), 1)
    assert first.refresh_token not in ("", launch.refresh_token)
    assert client.profile(first.host, first.access_token).is_admin
    with pytest.raises(InvalidToken):
        client.refresh(APP, launch.refresh_token)
    assert client.refresh(APP, first.refresh_token).member_id == ALPHA


def test_a_refresh_token_dies_after_180_days(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    bitrix24.advance(180 * 86400)

    with pytest.raises(InvalidToken):
        client.refresh(APP, launch.refresh_token)


def test_a_refresh_token_of_another_app_is_refused(client: Bitrix24Client, launch: LaunchData) -> None:
    with pytest.raises(InvalidToken):
        client.refresh(OTHER_APP, launch.refresh_token)


def test_a_wrong_secret_is_refused(client: Bitrix24Client, launch: LaunchData) -> None:
    with pytest.raises(ClientRejected):
        client.refresh(AppCredentials(APP.code, APP.client_id, "wrong"), launch.refresh_token)


def test_an_unknown_client_id_is_noticed_although_the_status_is_200(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    with pytest.raises(ConfigurationError):
        client.refresh(AppCredentials("x", "app.0.0", "wrong"), launch.refresh_token)

    assert bitrix24.requests[-1]["status"] == 200


def test_a_refresh_is_never_repeated_by_itself(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    bitrix24.fault("oauth/token", "query_limit")

    with pytest.raises(Unavailable):
        client.refresh(APP, launch.refresh_token)

    assert len(bitrix24.requests) == 1


def test_the_client_secret_is_seen_by_the_authorization_server_only(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    fresh = client.refresh(APP, launch.refresh_token, f"http://{host_of(launch)}/rest/")
    client.verify_token(fresh.access_token, f"http://{host_of(launch)}/rest/")
    client.profile(host_of(launch), fresh.access_token)
    client.set_app_option(host_of(launch), fresh.access_token, {"license": "signed"})
    assert bitrix24.secret_leaks == []

    # Control run: the same listener does notice a secret.
    requests.post(f"http://{host_of(launch)}/rest/profile", data={"x": APP.client_secret}, timeout=5)
    assert len(bitrix24.secret_leaks) == 1


# The portal


def test_a_portal_says_who_is_an_administrator(client: Bitrix24Client, bitrix24: Bitrix24StandIn) -> None:
    admin, employee = _launch(bitrix24, user=1), _launch(bitrix24, user=2)

    assert client.profile(host_of(admin), admin.access_token).is_admin
    profile = client.profile(host_of(employee), employee.access_token)
    assert (profile.user_id, profile.is_admin) == (2, False)


def test_options_are_left_by_an_administrator(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    assert client.set_app_option(host_of(launch), launch.access_token, {"license": "signed"})
    assert bitrix24.options("alpha", APP.code) == {"license": "signed"}
    assert client.call(host_of(launch), "app.option.get", {"option": "license"}, launch.access_token) == "signed"

    employee = _launch(bitrix24, user=2)
    with pytest.raises(AccessDenied):
        client.set_app_option(host_of(employee), employee.access_token, {"license": "forged"})


def test_a_notice_replaces_the_older_one_of_its_tag(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    for message in ("License ends soon", "License extended"):
        number = client.notify_admin(host_of(launch), launch.access_token, user_id=1, message=message, tag="license-7")
        assert number

    assert [notice["message"] for notice in bitrix24.notifications("alpha")] == ["License extended"]


ERRORS = [
    ("expired_token", ExpiredToken),
    ("unauthorized", InvalidToken),
    ("removed", AppRemoved),
    ("not_installed", AppRemoved),
    ("forbidden", AccessDenied),
    ("insufficient_scope", AccessDenied),
    ("rate_limit", LimitExceeded),
    ("query_limit", LimitExceeded),
    ("overload", LimitExceeded),
    ("deleted", PortalGone),
    ("deleted_500", PortalGone),
    ("server_error", Unavailable),
    ("html", Unavailable),
    ("malformed", Unavailable),
    ("huge", Unavailable),
    ("drop", Unavailable),
]


@pytest.mark.parametrize(("fault", "error"), ERRORS)
def test_every_refusal_of_a_portal_has_its_class(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData, fault: str, error: type[GatewayError]
) -> None:
    bitrix24.fault("profile", fault)

    with pytest.raises(error) as refused:
        client.profile(host_of(launch), launch.access_token)

    assert issubclass(error, Declined | Unavailable)
    assert launch.access_token not in refused.value.message
    assert len(bitrix24.requests) == 1  # nothing is repeated by itself
    assert client.profile(host_of(launch), launch.access_token).is_admin


def test_a_slow_answer_is_not_waited_for(hasty: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData) -> None:
    for method in ("profile", "oauth/app.info", "oauth/app.info", "oauth/token"):
        bitrix24.fault(method, "slow", seconds=15)

    with pytest.raises(Unavailable):
        hasty.profile(host_of(launch), launch.access_token)
    with pytest.raises(Unavailable):
        hasty.verify_token(launch.access_token)
    with pytest.raises(Unavailable):
        hasty.refresh(APP, launch.refresh_token)


def test_a_limit_says_when_to_come_back_and_whether_a_person_must_act(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    bitrix24.fault("profile", "rate_limit", reset_at=1893456000)
    bitrix24.fault("profile", "overload")

    with pytest.raises(LimitExceeded) as limited:
        client.profile(host_of(launch), launch.access_token)
    assert (limited.value.retry_at, limited.value.is_blocked) == (datetime(2030, 1, 1, tzinfo=UTC), False)
    with pytest.raises(LimitExceeded) as blocked:
        client.profile(host_of(launch), launch.access_token)
    assert (blocked.value.retry_at, blocked.value.is_blocked) == (None, True)


def test_the_free_plan_has_no_rest(client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData) -> None:
    bitrix24.set_plan("alpha", "free")

    with pytest.raises(AccessDenied):
        client.profile(host_of(launch), launch.access_token)
    assert client.verify_token(launch.access_token).member_id == ALPHA


def test_a_dismissed_user_has_to_be_replaced(client: Bitrix24Client, bitrix24: Bitrix24StandIn) -> None:
    employee = _launch(bitrix24, user=2)
    bitrix24.dismiss("alpha", 2)

    with pytest.raises(InvalidToken):
        client.profile(host_of(employee), employee.access_token)
    with pytest.raises(InvalidToken):
        client.verify_token(employee.access_token)


def test_an_unknown_method_is_not_found(client: Bitrix24Client, launch: LaunchData) -> None:
    with pytest.raises(MethodMissing) as missing:
        client.call(host_of(launch), "no.such.method", {}, launch.access_token)
    assert isinstance(missing.value, NotFound)


def test_a_token_of_one_portal_is_worth_nothing_at_another(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    with pytest.raises(InvalidToken):
        client.profile(bitrix24.portal("beta").host, launch.access_token)


def test_a_renamed_portal_is_reported_and_found_again(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData
) -> None:
    new_host = bitrix24.rename("alpha")

    with pytest.raises(PortalMoved) as moved:
        client.profile(host_of(launch), launch.access_token)
    assert moved.value.new_host == new_host
    assert client.profile(new_host, launch.access_token).is_admin
    contact = client.verify_token(launch.access_token)
    assert (contact.member_id, contact.host) == (ALPHA, new_host)


@pytest.mark.parametrize(
    "target", ["", "/rest/profile.json", "http://10.0.0.8/rest/", "https://[", "file:///etc/passwd", "{same}"]
)
def test_a_redirect_to_nowhere_is_no_rename(
    client: Bitrix24Client, bitrix24: Bitrix24StandIn, launch: LaunchData, target: str
) -> None:
    bitrix24.fault("profile", "moved", to=target.format(same=f"http://{host_of(launch)}/rest/profile.json"))

    with pytest.raises(Unavailable) as unknown:
        client.profile(host_of(launch), launch.access_token)

    assert unknown.value.code == "bad_redirect"


@pytest.mark.parametrize("host", ["10.0.0.8", "::1", "acme.bitrix24.com/x", "127.0.0.1@evil.com", ""])
def test_a_host_that_is_none_is_not_called(client: Bitrix24Client, host: str) -> None:
    with pytest.raises(AddressRefused):
        client.profile(host, "0123456789abcdef")


@pytest.mark.parametrize("method", ["", "../profile", "profile?x=1", "profile/", "a b", "profile.json\n"])
def test_a_method_name_cannot_change_the_address(client: Bitrix24Client, launch: LaunchData, method: str) -> None:
    with pytest.raises(ValueError, match="method name"):
        client.call(host_of(launch), method, {}, launch.access_token)
