"""What we know about Bitrix24 after a call: plain values, tokens hidden from ``repr``. Times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """One of our applications. ``code`` is our own name for it; the secret goes to the authorization server only."""

    code: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenSet:
    """A fresh pair of tokens. The refresh token replaces the one it was bought with, which is dead now.

    ``host`` is the portal's, "" if the authorization server named none that we accept.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    member_id: str
    host: str
    user_id: int
    status: str
    scope: tuple[str, ...]
    authorization_server: str


@dataclass(frozen=True, slots=True)
class VerifiedContact:
    """The authorization server's own word on an access token: the only proof of which portal it belongs to.

    ``host`` is the portal's current address, ``authorization_server`` the bare host that was asked. ``is_public``:
    the host is one that may be called; a box in a company's network has a name that only its people can reach.
    ``is_cloud``: it lies in a zone that Bitrix24 alone can give names in, so no other server can answer there.
    """

    client_id: str
    member_id: str
    host: str
    user_id: int
    is_installed: bool
    status: str
    scope: tuple[str, ...]
    authorization_server: str
    expires_at: datetime
    is_public: bool = True
    is_cloud: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """Whose token it is, according to the portal. Any employee can open an app; ``is_admin`` guards what matters."""

    user_id: int
    is_admin: bool


@dataclass(frozen=True, slots=True)
class AppEvent:
    """One event of an app's life as the message states it. Nothing here is proven yet.

    Compare ``application_token`` with the stored one, or verify ``access_token``, before acting. ``data`` is the
    event's own part with text values. ``fingerprint`` is the same for two deliveries of one event.
    """

    name: str
    member_id: str
    domain: str
    application_token: str = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    user_id: int | None
    status: str
    scope: tuple[str, ...]
    server_endpoint: str
    client_endpoint: str
    data: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class LaunchData:
    """What a portal posts when somebody opens the app in its frame. Nothing here is proven yet.

    ``origin`` is the scheme and host under which the visitor has opened the portal, which need not be its registered
    address: a box may have a name of its own inside the company. ``expires_in`` is in seconds, ``placement_options``
    the decoded object.
    """

    member_id: str
    origin: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    server_endpoint: str
    application_token: str = field(repr=False)
    scope: tuple[str, ...]
    status: str
    language: str
    app_sid: str
    placement: str
    placement_options: Mapping[str, Any]
