"""The authorization server: tokens, and whose they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from storefront.sandbox.bitrix24.params import read
from storefront.sandbox.bitrix24.records import App, Token
from storefront.sandbox.bitrix24.timing import time_block
from storefront.sandbox.bitrix24.world import ACCESS_SECONDS, World
from storefront.sandbox.server import Request, Response


def error(status: int, code: str, description: str = "") -> Response:
    return Response({"error": code, "error_description": description or code}, status)


class OAuthRole:
    """Answers of the authorization server. ``base_url`` is its own address."""

    def __init__(self, world: World, base_url: str) -> None:
        self._world = world
        self._base_url = base_url

    def token(self, request: Request, fault: str = "") -> Response:
        """``/oauth/token/``: both grants.

        Fault "expires_in_only": the answer is that of the documents' example for a code, without ``expires`` and
        ``user_id`` (https://apidocs.bitrix24.com/settings/oauth/index.html); the vendor's SDK cannot read that one.
        """
        is_brief = fault == "expires_in_only"
        params = read(request)
        if params is None or params.get("grant_type") not in ("authorization_code", "refresh_token"):
            return error(400, "invalid_request")
        app = self._world.app_by_client(str(params.get("client_id", "")))
        if app is None:
            return error(200, "wrong_client", "Wrong client")
        if params.get("client_secret") != app.client_secret:
            return error(400, "invalid_client", "The client credentials are invalid")
        with self._world.lock:
            if params["grant_type"] == "authorization_code":
                return self._by_code(app, str(params.get("code", "")), is_brief=is_brief)
            return self._by_refresh(app, str(params.get("refresh_token", "")), is_brief=is_brief)

    def app_info(self, request: Request, fault: str = "") -> Response:
        """``/rest/app.info``: whose token this is, in the authorization server's shape."""
        access = str((read(request) or {}).get("auth", ""))
        token = self._world.by_access(access)
        if len(access) < 10:
            return error(401, "NO_AUTH_FOUND", "Wrong authorization data")
        if token is None:
            return error(400, "invalid_client", "The client credentials are invalid")
        portal = self._world.portals[token.member_id]
        if token.is_dead or token.code not in portal.installs:
            return error(401, "NOT_INSTALLED", "Application not installed")
        user = portal.user(token.user_id)
        if user is None or not user.is_active:
            return error(401, "NO_AUTH_FOUND", "Wrong authorization data")
        if token.expires_at <= self._world.now():
            return error(401, "expired_token", "The access token provided has expired.")
        return Response({"result": self._info(token, fault), "time": time_block(self._world.now())})

    def _info(self, token: Token, fault: str) -> dict[str, Any]:
        portal, app = self._world.portals[token.member_id], self._world.apps[token.code]
        install = portal.installs[token.code]
        return {
            "client_id": "app.0000000000000.00000000" if fault == "wrong_client_id" else app.client_id,
            "scope": app.scope,
            "expires": datetime.fromtimestamp(token.expires_at, UTC).isoformat(timespec="seconds"),
            "user_id": token.user_id,
            "install": {
                "installed": install.is_installed,
                "version": str(install.version),
                "status": app.status,
                "scope": app.scope,
                "domain": portal.known_as,
                "uri": portal.endpoint.removesuffix("/rest/"),
                "client_endpoint": portal.endpoint,
                "member_id": "f" * 32 if fault == "wrong_member_id" else portal.member_id,
                "member_type": "b24",
            },
        }

    def _by_code(self, app: App, value: str, *, is_brief: bool) -> Response:
        grant = next((code for code in self._world.codes if code.value == value), None)
        if grant is None or grant.is_used or grant.code != app.code or grant.expires_at <= self._world.now():
            return error(400, "invalid_grant", "Invalid or expired code")
        grant.is_used = True
        return self._fresh(app, grant.member_id, grant.user_id, is_brief=is_brief)

    def _by_refresh(self, app: App, value: str, *, is_brief: bool) -> Response:
        token = self._world.by_refresh(value)
        if token is None or token.is_refreshed or token.code != app.code:
            return error(400, "invalid_grant", "Invalid refresh token")
        portal = self._world.portals[token.member_id]
        if app.code not in portal.installs:
            return error(401, "NOT_INSTALLED", "Application not installed")
        user = portal.user(token.user_id)
        if token.is_dead or token.refresh_expires_at <= self._world.now() or user is None or not user.is_active:
            return error(400, "invalid_grant", "Refresh token is dead")
        token.is_refreshed = True
        return self._fresh(app, token.member_id, token.user_id, is_brief=is_brief)

    def _fresh(self, app: App, member_id: str, user_id: int, *, is_brief: bool) -> Response:
        portal = self._world.portals[member_id]
        token = self._world.issue(portal, app.code, user_id)
        longer = {} if is_brief else {"expires": int(token.expires_at), "user_id": user_id}
        return Response(
            {
                "access_token": token.access,
                "refresh_token": token.refresh,
                "expires_in": ACCESS_SECONDS,
                "client_endpoint": portal.endpoint,
                "domain": self._base_url.removeprefix("http://"),
                "server_endpoint": f"{self._base_url}/rest/",
                "member_id": member_id,
                "scope": app.scope,
                "status": app.status,
                **longer,
            }
        )
