"""The form a portal posts into the frame of an app."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from storefront.sandbox.bitrix24.records import App, Portal
from storefront.sandbox.bitrix24.world import ACCESS_SECONDS, World


@dataclass(frozen=True)
class Launch:
    """Where to post (``url``, which includes ``query``, the portal's addition to the address) and what (``form``)."""

    url: str
    query: dict[str, str]
    form: dict[str, str]

    @property
    def frame_name(self) -> str:
        """The frame's ``window.name``, from which the script in it learns whom to talk to."""
        return f"{self.query['DOMAIN']}|{self.query['PROTOCOL']}|{self.query['APP_SID']}"


def build(
    world: World,
    oauth_base: str,
    portal: Portal,
    app: App,
    user_id: int,
    *,
    to_installer: bool = False,
    placement: str = "DEFAULT",
    options: Mapping[str, Any] | None = None,
    opened_at: str = "",
) -> Launch:
    """A launch of the app (or of its installer page) by one user, with a fresh token of that user.

    DOMAIN and PROTOCOL are those of the page that the user has open (``opened_at``, an origin), whatever address the
    portal is registered with: https://apidocs.bitrix24.com/settings/oauth/simple-way.html
    """
    token = world.issue(portal, app.code, user_id)
    scheme, _, host = (opened_at or portal.endpoint.removesuffix("/rest/")).partition("://")
    query = {
        "DOMAIN": host,
        "PROTOCOL": str(int(scheme == "https")),
        "LANG": portal.language,
        "APP_SID": secrets.token_hex(16),
    }
    form = {
        "AUTH_ID": token.access,
        "AUTH_EXPIRES": str(ACCESS_SECONDS),
        "REFRESH_ID": token.refresh,
        "SERVER_ENDPOINT": f"{oauth_base}/rest/",
        "APPLICATION_TOKEN": world.application_token(portal, app.code),
        "APPLICATION_SCOPE": app.scope,
        "member_id": portal.member_id,
        "status": app.status,
        "PLACEMENT": placement,
        "PLACEMENT_OPTIONS": json.dumps(dict(options)) if options else "",
    }
    address = app.install_url if to_installer else app.app_url
    return Launch(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", query, form)
