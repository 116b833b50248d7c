"""OAuth and REST of Bitrix24: what we ask the authorization server, and what we ask a portal.

The authorization server is the only one that can say whom a token belongs to, and the only one that is ever given
a client secret. A portal may be a stranger's own server: it is reached through the guarded door of the HTTP client
and nothing it says about itself is proof.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from storefront.gateways.bitrix24 import values
from storefront.gateways.bitrix24.addresses import DEFAULT_ZONES
from storefront.gateways.bitrix24.failures import InvalidToken, PortalMoved, raise_for_error
from storefront.gateways.bitrix24.records import AppCredentials, Profile, TokenSet, VerifiedContact
from storefront.gateways.errors import ConfigurationError, Unavailable
from storefront.gateways.http import HttpClient, HttpResponse

#: West and east; no other host is ever asked about a token.
OAUTH_SERVERS: tuple[str, ...] = ("https://oauth.bitrix.info", "https://oauth.bitrix24.tech")

_METHOD = re.compile(r"[a-z0-9]+(?:[._][a-z0-9]+)*", re.IGNORECASE)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Bitrix24Client:
    """Stateless and safe to share between threads. Never call it inside a database transaction.

    :param http: built with the same ``allow_loopback``
    :param oauth_servers: base addresses of the authorization servers that may be asked
    :param default_oauth_server: the one to ask when a message names none of them
    :param zones: zones of cloud portals, as for ``normalise_portal``
    """

    def __init__(
        self,
        *,
        http: HttpClient,
        oauth_servers: Sequence[str] = OAUTH_SERVERS,
        default_oauth_server: str = "",
        allow_loopback: bool = False,
        zones: Sequence[str] = DEFAULT_ZONES,
    ) -> None:
        servers = [server.rstrip("/") for server in oauth_servers]
        default = (default_oauth_server or (servers[0] if servers else "")).rstrip("/")
        if default not in servers:
            raise ConfigurationError("the default authorization server is not among the allowed ones")
        self._http = http
        self._servers = {values.authority(server): server for server in servers}
        self._default_server = default
        self._allow_loopback = allow_loopback
        self._zones = tuple(zones)

    # What the authorization server says

    def verify_token(self, access_token: str, server_endpoint_hint: str = "") -> VerifiedContact:
        """Ask whose token this is.

        :param server_endpoint_hint: ``SERVER_ENDPOINT`` of the message; used only if its host is an allowed one
        :raises ExpiredToken, InvalidToken, AppRemoved, ClientRejected: a definite no
        :raises Unavailable: nobody knows; neither grant nor revoke because of it
        """
        if not values.TOKEN_SHAPE.fullmatch(access_token):
            raise InvalidToken("app.info: not an access token", code="bad_shape")
        server = self._server(server_endpoint_hint)
        # As a JSON body, so that the token stays out of access logs.
        response = self._http.request("POST", f"{server}/rest/app.info", json={"auth": access_token}, retries=1)
        result = values.mapping(self._payload("app.info", response).get("result"))
        install = values.mapping(result.get("install"))
        contact = VerifiedContact(
            client_id=values.text(result.get("client_id")),
            member_id=values.text(install.get("member_id")),
            host=self._host(install.get("client_endpoint")),
            user_id=values.number(result.get("user_id")) or 0,
            is_installed=values.flag(install.get("installed")),
            status=values.text(install.get("status"), 16),
            scope=values.scope(result.get("scope")),
            authorization_server=values.authority(server),
            expires_at=values.moment(result.get("expires")) or datetime.fromtimestamp(0, UTC),
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
        response = self._http.request_guarded("POST", host, f"/rest/{method}.json", json=body)
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
        payload = self._payload("oauth/token", self._http.request("POST", f"{server}/oauth/token/", form=form))
        access_token, refresh_token = (values.text(payload.get(key)) for key in ("access_token", "refresh_token"))
        member_id = values.text(payload.get("member_id"))
        expires_at = values.moment(payload.get("expires"))
        if not (access_token and refresh_token and member_id and expires_at):
            raise Unavailable("oauth/token: answer has no known shape", code="malformed")
        return TokenSet(
            access_token=access_token,
            refresh_token=refresh_token,
            expires_at=expires_at,
            member_id=member_id,
            host=self._host(payload.get("client_endpoint")),
            user_id=values.number(payload.get("user_id")) or 0,
            status=values.text(payload.get("status"), 16),
            scope=values.scope(payload.get("scope")),
            authorization_server=values.authority(server),
        )

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
