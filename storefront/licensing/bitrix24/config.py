"""Our Bitrix24 applications and the client that speaks to their portals, as the settings say."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from storefront.gateways.bitrix24 import AppCredentials, Bitrix24Client
from storefront.gateways.http import HttpClient
from storefront.licensing.bitrix24 import rest_log


def bitrix24_code(app_code: str, known: str = "") -> str:
    """The code by which portals open one of our applications (``/marketplace/view/<code>/``), "" if nobody has told us.

    That is the symbolic code of the vendor's cabinet, or of a local application its client_id; never our own ``code``.
    https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html

    :param known: what the portal itself calls it (CODE of its ``app.info``), used where the settings do not say
    """
    for app in settings.BITRIX24_APPS:
        if app["code"] == app_code:
            local = app["client_id"] if app["client_id"].startswith("local.") else ""
            return str(app.get("bitrix24_code") or local or known)
    return known


def client(*, seconds: float = 5) -> Bitrix24Client:
    """The client for the present settings. Nobody waits longer than ``seconds`` for one of its calls."""
    servers, zones = tuple(settings.BITRIX24_OAUTH_SERVERS), tuple(settings.BITRIX24_ZONES)
    return _client(servers, settings.BITRIX24_ALLOW_LOOPBACK, zones, seconds)


@lru_cache(maxsize=8)
def _client(servers: tuple[str, ...], allow_loopback: bool, zones: tuple[str, ...], seconds: float) -> Bitrix24Client:
    http = HttpClient(connect_timeout=3, read_timeout=seconds, total_timeout=seconds, allow_loopback=allow_loopback)
    return Bitrix24Client(
        http=http, oauth_servers=servers, allow_loopback=allow_loopback, zones=zones, record=rest_log.keep
    )


def app_by_client(client_id: str) -> AppCredentials | None:
    """Our application with this client_id, None if it is not one of ours."""
    for app in settings.BITRIX24_APPS:
        if app["client_id"] == client_id:
            return AppCredentials(app["code"], app["client_id"], app["client_secret"])
    return None


def portal_origin(host: str) -> str:
    """The origin of a portal's pages: https, or plain http for the loopback portals of demo and tests."""
    name = urlsplit(f"//{host}").hostname or ""
    is_loopback = settings.BITRIX24_ALLOW_LOOPBACK and name in ("127.0.0.1", "localhost", "::1")
    return f"{'http' if is_loopback else 'https'}://{host}"
