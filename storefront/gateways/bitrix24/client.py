"""OAuth and REST of Bitrix24: what we ask the authorization server, and what we ask a portal.

The authorization server is the only one that can say whom a token belongs to, and the only one that is ever given
a client secret. A portal may be a stranger's own server: it is reached through the guarded door of the HTTP client
and nothing it says about itself is proof.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storefront.gateways.bitrix24 import values
from storefront.gateways.bitrix24.addresses import DEFAULT_ZONES, PortalKind
from storefront.gateways.bitrix24.exchanges import Recorder, recorded
from storefront.gateways.bitrix24.failures import ClientRejected, InvalidToken, PortalMoved, raise_for_error
from storefront.gateways.bitrix24.records import AppCredentials, Profile, TokenSet, VerifiedContact
from storefront.gateways.errors import ConfigurationError, Unavailable
from storefront.gateways.http import HttpClient, HttpResponse

#: No other host is ever asked about a token. The first is the one of the vendor's documents and SDKs since 2026
#: (https://apidocs.bitrix24.ru/settings/oauth/index.html), the other one that of before and of the English pages.
OAUTH_SERVERS: tuple[str, ...] = ("https://oauth.bitrix24.tech", "https://oauth.bitrix.info")
#: An access token lives an hour (https://apidocs.bitrix24.com/settings/oauth/index.html).
_TOKEN_SECONDS = 3600

_METHOD = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*", re.IGNORECASE)
_APP_CODE = re.compile(r"[A-Za-z0-9_.-]+")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Bitrix24Client:
    """Stateless and safe to share between threads. Never call it inside a database transaction.

    :param http: built with the same ``allow_loopback``
    :param oauth_servers: base addresses of the authorization servers that may be asked
    :param default_oauth_server: the one to ask when a message names none of them
    :param zones: zones of cloud portals, as for ``normalise_portal``
    :param record: is given every exchange, masked, after it; must not raise
    """

    def __init__(
        self,
        *,
        http: HttpClient,
        oauth_servers: Sequence[str] = OAUTH_SERVERS,
        default_oauth_server: str = "",
        allow_loopback: bool = False,
        zones: Sequence[str] = DEFAULT_ZONES,
        record: Recorder = lambda exchange: None,
    ) -> None:
        servers = [server.rstrip("/") for server in oauth_servers]
        default = (default_oauth_server or (servers[0] if servers else "")).rstrip("/")
        if default not in servers:
            raise ConfigurationError("the default authorization server is not among the allowed ones")
        self._http = http
        self._servers = {values.authority(server): server for server in servers}
        self._in_order = [default, *(server for server in servers if server != default)]
        self._default_server = default
        self._allow_loopback = allow_loopback
        self._zones = tuple(zones)
        self._record = record

    # What the authorization server says

    def verify_token(self, access_token: str, server_endpoint_hint: str = "") -> VerifiedContact:
        """Ask whose token this is.

        Where the message names no authorization server that we know, the default one is asked first, then the others:
        each knows only the portals of its own part of the world.

        :param server_endpoint_hint: ``SERVER_ENDPOINT`` of the message; used only if its host is an allowed one
        :raises ExpiredToken, InvalidToken, AppRemoved, ClientRejected: a definite no
        :raises Unavailable: nobody knows; neither grant nor revoke because of it
        """
        if not values.TOKEN_SHAPE.fullmatch(access_token):
            raise InvalidToken("app.info: not an access token", code="bad_shape")
        named = self._servers.get(values.authority(server_endpoint_hint))
        first, *others = [named] if named else self._in_order
        try:
            return self._verify_at(first, access_token)
        except (ClientRejected, InvalidToken) as exc:
            stranger = exc
        for server in others:
            try:
                return self._verify_at(server, access_token)
            except (ClientRejected, InvalidToken):
                continue
        raise stranger

    def _verify_at(self, server: str, access_token: str) -> VerifiedContact:
        # As a JSON body, so that the token stays out of access logs.
        body = {"auth": access_token}
        with recorded(self._record, server, "app.info", body) as exchange:
            response = self._http.request("POST", f"{server}/rest/app.info", json=body, retries=1)
            exchange.append(response)
        result = values.mapping(self._payload("app.info", response).get("result"))
        install = values.mapping(result.get("install"))
        endpoint = install.get("client_endpoint")
        address = values.portal_address(endpoint, allow_loopback=self._allow_loopback, zones=self._zones)
        contact = VerifiedContact(
            client_id=values.text(result.get("client_id")),
            member_id=values.text(install.get("member_id")),
            host=address.host if address else values.plain_host(endpoint),
            user_id=values.number(result.get("user_id")) or 0,
            is_installed=values.flag(install.get("installed")),
            status=values.text(install.get("status"), 16),
            scope=values.scope(result.get("scope")),
            authorization_server=values.authority(server),
            expires_at=values.moment(result.get("expires")) or datetime.fromtimestamp(0, UTC),
            is_public=address is not None,
            is_cloud=address is not None and address.kind is PortalKind.CLOUD and address.is_known_zone,
        )
        if not (contact.client_id and contact.host and values.MEMBER_ID_SHAPE.fullmatch(contact.member_id)):
            raise Unavailable("app.info: answer has no known shape", code="malformed")
        return contact

    def refresh(self, app: AppCredentials, refresh_token: str, server_endpoint_hint: str = "") -> TokenSet:
        """Trade a refresh token for a new pair. The old one is dead afterwards: store the new one at once.

        :raises InvalidToken: the refresh token is dead, the app must be opened again
        :raises ClientRejected, AppRemoved, AccessDenied: a definite no
        :raises Unavailable: unknown whether the old token still lives
        """
        return self._token(app, server_endpoint_hint, grant_type="refresh_token", refresh_token=refresh_token)

    # What a portal says

    def profile(self, host: str, access_token: str) -> Profile:
        """Ask the portal whose token it is. Raises as ``call``."""
        result = values.mapping(self.call(host, "profile", {}, access_token))
        user_id = values.number(result.get("ID"))
        if not user_id:
            raise Unavailable("profile: answer has no known shape", code="malformed")
        return Profile(user_id=user_id, is_admin=values.flag(result.get("ADMIN")))

    def app_code(self, host: str, access_token: str) -> str:
        """What the portal calls the application in its addresses, "" if it does not say. Raises as ``call``."""
        code = values.text(values.mapping(self.call(host, "app.info", {}, access_token)).get("CODE"), 100)
        return code if _APP_CODE.fullmatch(code) else ""

    def set_app_option(self, host: str, access_token: str, options: Mapping[str, str]) -> bool:
        """Leave values on the portal, readable by every user of the app: nothing secret. Needs an admin's token."""
        return values.flag(self.call(host, "app.option.set", {"options": dict(options)}, access_token))

    def notify_admin(
        self, host: str, access_token: str, *, user_id: int, message: str, tag: str, plain_message: str = ""
    ) -> int | None:
        """Show a notice to one user of the portal; the same ``tag`` replaces the older notice.

        :param message: may use BB codes; :param plain_message: the same for mail, without them
        :return: the notice's number, None if the portal did not take it
        """
        params = {"USER_ID": user_id, "MESSAGE": message, "MESSAGE_OUT": plain_message or message, "TAG": tag}
        return values.number(self.call(host, "im.notify.system.add", params, access_token)) or None

    def call(self, host: str, method: str, params: Mapping[str, Any], access_token: str) -> Any:
        """Call one REST method of a portal and return its ``result``.

        Not repeated here: most methods do something. A redirect is reported, never followed.

        :raises PortalMoved: the portal has another address now
        :raises ExpiredToken, InvalidToken, AppRemoved, AccessDenied, MethodMissing, PortalGone, Declined: a definite no
        :raises LimitExceeded, Unavailable: the outcome is unknown
        :raises AddressRefused: ``host`` is none we may connect to
        """
        if not _METHOD.fullmatch(method):
            raise ValueError("not a REST method name")
        body = {**params, "auth": access_token}
        with recorded(self._record, host, method, body) as exchange:
            response = self._http.request_guarded("POST", host, f"/rest/{method}.json", json=body)
            exchange.append(response)
        if response.status in _REDIRECTS:
            raise self._moved(host, method, response)
        payload = self._payload(method, response)
        if "result" not in payload:
            raise Unavailable(f"{method}: answer has no known shape", code="malformed")
        return payload["result"]

    def _server(self, hint: str) -> str:
        return self._servers.get(values.authority(hint), self._default_server)

    def _host(self, value: Any) -> str:
        return values.portal_host(value, allow_loopback=self._allow_loopback, zones=self._zones)

    def _token(self, app: AppCredentials, hint: str, **grant: str) -> TokenSet:
        server = self._server(hint)
        form = {"client_id": app.client_id, "client_secret": app.client_secret, **grant}
        # Never repeated by itself: the first try may have used the token up.
        with recorded(self._record, server, "oauth/token", form) as exchange:
            response = self._http.request("POST", f"{server}/oauth/token/", form=form)
            exchange.append(response)
        payload = self._payload("oauth/token", response)
        access_token, refresh_token = (values.text(payload.get(key)) for key in ("access_token", "refresh_token"))
        member_id = values.text(payload.get("member_id"))
        if not (access_token and refresh_token and member_id):
            raise Unavailable("oauth/token: answer has no known shape", code="malformed")
        return TokenSet(
            access_token=access_token,
            refresh_token=refresh_token,
            expires_at=self._end(payload),
            member_id=member_id,
            host=self._host(payload.get("client_endpoint")),
            user_id=values.number(payload.get("user_id")) or 0,
            status=values.text(payload.get("status"), 16),
            scope=values.scope(payload.get("scope")),
            authorization_server=values.authority(server),
        )

    @staticmethod
    def _end(payload: Mapping[str, Any]) -> datetime:
        """When an access token ends, UTC. Of the vendor's two examples one carries ``expires``, the other only
        ``expires_in``; the refresh token is spent by then, so the pair is used in any case.

        https://apidocs.bitrix24.com/settings/oauth/auto-renewal.html, https://apidocs.bitrix24.com/settings/oauth/index.html
        """
        seconds = min(values.number(payload.get("expires_in")) or _TOKEN_SECONDS, _TOKEN_SECONDS)
        return values.moment(payload.get("expires")) or datetime.now(UTC) + timedelta(seconds=seconds)

    @staticmethod
    def _payload(label: str, response: HttpResponse) -> Mapping[str, Any]:
        """The decoded answer if it is a good one; raises what it means otherwise."""
        try:
            payload = response.json()
        except Unavailable:
            if 200 <= response.status < 300:
                raise
            payload = None
        raise_for_error(label, response.status, payload)
        return values.mapping(payload)

    def _moved(self, host: str, method: str, response: HttpResponse) -> Exception:
        new_host = self._host(response.headers.get("location", ""))
        if not new_host or new_host == host:
            return Unavailable(f"{method}: redirect to nowhere (HTTP {response.status})", code="bad_redirect")
        return PortalMoved(f"{method}: the portal has moved", new_host=new_host)
