"""Addresses that lead inside: named by a form, by an authorization server's answer, by a customer."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from storefront.gateways.bitrix24 import PortalAddressError
from storefront.licensing.bitrix24.addresses import change_address
from storefront.licensing.models import Installation, License
from storefront.sandbox.server import Request, Response, StandIn
from tests.licensing.conftest import Portals

MEMBER, TOKEN = "a" * 32, "t" * 64
ATTACKS = [
    "127.0.0.1", "127.0.0.1:1", "localhost", "[::1]", "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
    "①②⑦.⓪.⓪.①", "ⓛocalhost", "169.254.169.254", "10.0.0.1", "100.64.0.1", "[::ffff:127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]", "good.bitrix24.com@127.0.0.1", "http://u:p@127.0.0.1/", "good.bitrix24.com%2eevil.test",
    "metadata.google.internal", "good.bitrix24.com:22", "", "a" * 3000, "file:///etc/passwd", "gopher://127.0.0.1:25/",
    "intranet", "intranet.local", "acme.bitrix24.com.evil.org", "oauth.bitrix24.com",
]  # fmt: skip
#: These name a harmless host: what follows or hides in them is cut away.
CUT = ["127.0.0.1\\@good.bitrix24.com", "good.bitrix24.com#@127.0.0.1", "good.bitrix24.com?@127.0.0.1"]


class Trap(StandIn):
    """A server inside: whoever reaches it has been tricked."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[str] = []

    def dispatch(self, request: Request) -> Response:
        self.hits.append(request.path)
        return Response({"result": {"ID": "1", "ADMIN": True}})


@pytest.fixture
def trap() -> Iterator[Trap]:
    with Trap() as server:
        yield server


@pytest.fixture
def strict(settings: Any) -> None:
    settings.BITRIX24_ALLOW_LOOPBACK = False
    settings.BITRIX24_OAUTH_SERVERS = ["https://oauth.bitrix.info"]


@pytest.mark.parametrize("domain", ATTACKS)
def test_form_that_names_an_address_inside_opens_no_connection(
    client: Any, db: None, strict: None, domain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a name may stand in an address bar inside a company, so it may frame the page; only the authorization
    server is ever looked up."""
    looked_up: list[str] = []

    def look_up(host: str, *rest: Any, **options: Any) -> Any:
        looked_up.append(host)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    form = {"AUTH_ID": TOKEN, "member_id": MEMBER, "SERVER_ENDPOINT": "http://127.0.0.1:1/rest/"}
    response = client.post("/bitrix24/app/", form, query_params={"DOMAIN": domain, "PROTOCOL": "1"})
    ancestors = re.search(r"frame-ancestors ([^;]+)", response["Content-Security-Policy"])
    assert ancestors
    assert (response.status_code, ancestors[1]) in ((400, "'none'"), (503, f"https://{domain.lower()}"))
    assert set(looked_up) <= {"oauth.bitrix.info"}


@pytest.mark.parametrize("path", ["/bitrix24/app/", "/bitrix24/install/"])
def test_authorization_server_named_by_the_form_is_never_asked(
    portals: Portals, product: Any, trap: Trap, path: str
) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    launch = portals.launch(to_installer="install" in path)
    assert portals.post(launch, SERVER_ENDPOINT=f"{trap.base_url}/rest/").status_code == 200
    assert trap.hits == []


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0x7f000001", "intranet.local"])
def test_portal_that_reports_an_address_inside_is_not_called(
    client: Any, product: Any, settings: Any, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = settings.BITRIX24_APPS[0]
    install = {"installed": True, "member_id": MEMBER, "client_endpoint": f"https://{host}/rest/"}
    answer = {"client_id": app["client_id"], "user_id": 1, "expires": "2099-01-01T00:00:00+00:00", "install": install}
    with StandIn() as server:
        server.route("POST", "/rest/app.info", lambda request: Response({"result": answer}))
        settings.BITRIX24_OAUTH_SERVERS = [server.base_url]
        opened: list[Any] = []
        connect = socket.socket.connect
        monkeypatch.setattr(
            socket.socket, "connect", lambda self, address: (opened.append(address), connect(self, address))[1]
        )
        form = {"AUTH_ID": TOKEN, "member_id": MEMBER}
        response = client.post("/bitrix24/app/", form, query_params={"DOMAIN": "acme.bitrix24.com"})
    assert {address[1] for address in opened} <= {server.port}
    if response.status_code == 200:  # a box with a name of its own inside its company: shown, and nothing more
        installation = Installation.objects.get()
        assert (installation.host, installation.is_host_proven) == (host, False)
    else:
        assert response.status_code == 503
        assert not Installation.objects.exists()


@pytest.mark.parametrize("raw", ATTACKS)
def test_customer_cannot_claim_an_address_inside(
    buy: Callable[..., License], customer: Any, strict: None, raw: str
) -> None:
    license = buy(portal="acme.bitrix24.com")
    with pytest.raises(PortalAddressError) as refused:
        change_address(license=license, raw=raw, actor=customer)
    assert not raw or raw not in str(refused.value)
    license.refresh_from_db()
    assert license.portal_address == "acme.bitrix24.com"


@pytest.mark.parametrize("raw", CUT)
def test_what_hides_behind_a_good_name_is_cut_away_or_refused(
    buy: Callable[..., License], customer: Any, strict: None, raw: str
) -> None:
    license = buy(portal="acme.bitrix24.com")
    with contextlib.suppress(PortalAddressError):
        change_address(license=license, raw=raw, actor=customer)
    license.refresh_from_db()
    assert license.portal_address in ("acme.bitrix24.com", "good.bitrix24.com")


def test_secret_of_a_pasted_webhook_address_is_never_kept(
    buy: Callable[..., License], customer: Any, strict: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    license = buy(portal="")
    change_address(license=license, raw="https://acme.bitrix24.com/rest/1/s3cr3tw3bh00k/", actor=customer)
    assert license.portal_address == "acme.bitrix24.com"
    kept = [str(event.detail) for event in license.events.all()]
    assert "s3cr3t" not in "".join(kept) + caplog.text
