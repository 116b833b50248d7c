"""Our Bitrix24 applications, the client for their portals as configured, and the log of its requests."""

from __future__ import annotations

import logging
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, transaction

from storefront.gateways.bitrix24 import AppCredentials, Bitrix24Client
from storefront.gateways.bitrix24.exchanges import Exchange
from storefront.gateways.http import HttpClient
from storefront.licensing.models import PortalExchange

logger = logging.getLogger(__name__)


def bitrix24_code(app_code: str, known: str = "") -> str:
    """The code under which portals open one of our applications (``/marketplace/view/<code>/``), "" if unknown.

    It is the symbolic code from the vendor's cabinet, or a local application's client_id; never our own ``code``.
    https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html

    :param known: the portal's own name for it (CODE of its ``app.info``), used if the settings do not say
    """
    for app in settings.BITRIX24_APPS:
        if app["code"] == app_code:
            local = app["client_id"] if app["client_id"].startswith("local.") else ""
            return str(app.get("bitrix24_code") or local or known)
    return known


def client(*, seconds: float = 5) -> Bitrix24Client:
    """The client for the current settings; each call takes at most ``seconds``."""
    servers, zones = tuple(settings.BITRIX24_OAUTH_SERVERS), tuple(settings.BITRIX24_ZONES)
    return _client(servers, settings.BITRIX24_ALLOW_LOOPBACK, zones, seconds)


@lru_cache(maxsize=8)
def _client(servers: tuple[str, ...], allow_loopback: bool, zones: tuple[str, ...], seconds: float) -> Bitrix24Client:
    http = HttpClient(connect_timeout=3, read_timeout=seconds, total_timeout=seconds, allow_loopback=allow_loopback)
    return Bitrix24Client(
        http=http, oauth_servers=servers, allow_loopback=allow_loopback, zones=zones, record=log_exchange
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


def log_exchange(exchange: Exchange) -> None:
    """Log a request and its answer, masked, for settings.BITRIX24_LOG_DAYS days, as the Market requires.

    If the database is unavailable, the call goes on unlogged.
    https://apidocs.bitrix24.com/market/preparing-to-publish/publication-requirements.html
    """
    try:
        with transaction.atomic():
            PortalExchange.objects.create(
                host=exchange.host[:255],
                method=exchange.method[:100],
                request=exchange.request,
                status=exchange.status,
                answer=exchange.answer,
                fault=exchange.fault[:64],
                milliseconds=round(exchange.seconds * 1000),
            )
    except DatabaseError:
        logger.warning("a request to Bitrix24 could not be logged: %s", exchange.method)
