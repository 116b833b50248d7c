"""Calling a portal with the stored tokens: one refresh when they have expired, one repeat when the portal has moved.

A refresh token can be used once, so only one worker may use it: it takes a short lease by a conditional UPDATE,
exchanges the token outside any transaction and stores the new pair under the row's lock.
https://apidocs.bitrix24.com/settings/oauth/auto-renewal.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import Q

from storefront.core import clock, states
from storefront.gateways.bitrix24 import ExpiredToken, InvalidToken, PortalMoved, TokenSet
from storefront.gateways.errors import ConfigurationError
from storefront.licensing.bitrix24.config import app_by_client, client
from storefront.licensing.bitrix24.installations import Tokens, Visit, store_visit
from storefront.licensing.models import Installation
from storefront.licensing.states import PortalRole
from storefront.notifications.outbox import TryLater

T = TypeVar("T")

#: Longer than the slowest refresh (5 seconds); a worker that dies with the lease blocks the others no longer than this.
LEASE = timedelta(seconds=30)


class NoTokens(Exception):
    """We have no tokens of this portal: an administrator has to open the app there first."""


def call(installation: Installation, act: Callable[[str, str], T]) -> T:
    """Run ``act(host, access_token)`` against a portal. Never call it inside a transaction.

    :raises NoTokens, InvalidToken, AppRemoved, AccessDenied: trying again cannot help
    :raises TryLater: another worker is refreshing the tokens
    :raises GatewayError: as ``act``
    """
    has_refreshed = has_moved = False
    while True:
        if not installation.access_token:
            raise NoTokens
        try:
            return act(installation.host, installation.access_token)
        except ExpiredToken:
            if has_refreshed:
                raise
            has_refreshed = True
            refresh(installation)
        except PortalMoved:
            if has_moved:
                raise
            has_moved = True
            try:
                _follow(installation)
            except ExpiredToken:
                refresh(installation)


def refresh(installation: Installation) -> None:
    """Replace the tokens that ``installation`` carries, unless another worker has done so already.

    :raises TryLater: another worker is doing it
    :raises InvalidToken: the refresh token is dead
    """
    seen = installation.token_version
    has_lease = take_lease(installation.pk, seen)
    installation.refresh_from_db()
    if installation.token_version != seen:
        return
    if not has_lease:
        raise TryLater("the tokens are being refreshed")
    _store(installation, _exchange(installation), seen)


def take_lease(pk: int, seen: int) -> bool:
    """Reserve the refresh of an installation's tokens of version ``seen``, for ``LEASE``; whether we got it."""
    now = clock.now()
    free = Q(refresh_leased_until=None) | Q(refresh_leased_until__lt=now)
    unchanged = Installation.objects.filter(free, pk=pk, token_version=seen)
    return bool(unchanged.update(refresh_leased_until=now + LEASE))


def _exchange(installation: Installation) -> TokenSet:
    app = app_by_client(installation.client_id)
    if app is None:
        raise ConfigurationError(f"{installation.client_id} is not in BITRIX24_APPS any more")
    if not installation.refresh_token:
        raise NoTokens
    fresh = client().refresh(app, installation.refresh_token, installation.authorization_server)
    if fresh.member_id != installation.member_id:
        raise InvalidToken("refresh: another portal's tokens", code="foreign_portal")
    return fresh


@transaction.atomic
def _store(installation: Installation, fresh: TokenSet, seen: int) -> None:
    states.lock(installation)
    installation.refresh_leased_until = None
    if installation.token_version == seen:  # otherwise an administrator has opened the app meanwhile: theirs are newer
        installation.access_token, installation.refresh_token = fresh.access_token, fresh.refresh_token
        installation.access_token_expires_at = fresh.expires_at
        installation.token_version += 1
    installation.save(
        update_fields=[
            "access_token", "refresh_token", "access_token_expires_at", "token_version", "refresh_leased_until",
        ]
    )  # fmt: skip


def _follow(installation: Installation) -> None:
    """Take the portal's new address from the authorization server; the redirect itself proves nothing."""
    contact = client().verify_token(installation.access_token or "", installation.authorization_server)
    if (contact.client_id, contact.member_id) != (installation.client_id, installation.member_id):
        raise InvalidToken("app.info: not this portal", code="foreign_portal")
    if contact.host == installation.host:
        raise TryLater("the portal redirects, but its address is unchanged")
    moved = Visit(
        client_id=contact.client_id, app_code=installation.app_code, member_id=contact.member_id, host=contact.host,
        authorization_server=contact.authorization_server, is_installed=contact.is_installed, is_host_proven=False,
        role=PortalRole.EMPLOYEE, expires_at=contact.expires_at, scope=" ".join(contact.scope),
    )  # fmt: skip
    store_visit(moved, Tokens(), is_installed=moved.is_installed)
    installation.refresh_from_db()
