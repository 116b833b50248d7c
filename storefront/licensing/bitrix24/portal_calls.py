"""Calling a portal with the tokens we keep: one refresh when they are too old, one repeat when it has moved.

A refresh token dies with its first use, so only one worker may use it: it takes a short lease by a conditional
UPDATE, trades the token outside any transaction and stores the new pair under the row's lock.
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
from storefront.licensing.bitrix24 import installations
from storefront.licensing.bitrix24.config import app_by_client, client
from storefront.licensing.bitrix24.installations import Contact, Keys
from storefront.licensing.models import Installation
from storefront.licensing.states import PortalRole
from storefront.notifications.outbox import TryLater

T = TypeVar("T")

#: Longer than the slowest refresh (5 seconds); a worker that died with the lease blocks the others no longer.
LEASE = timedelta(seconds=30)


class NoTokens(Exception):
    """We hold no tokens of this portal: an administrator has to open the app there first."""


def call(installation: Installation, act: Callable[[str, str], T]) -> T:
    """Run ``act(host, access_token)`` against a portal. Never inside a transaction.

    :raises NoTokens, InvalidToken, AppRemoved, AccessDenied: a definite no
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
    """Replace the tokens that ``installation`` carries, unless somebody has done so already.

    :raises TryLater: another worker is at it
    :raises InvalidToken: the refresh token is dead
    """
    seen = installation.token_version
    mine = _take_lease(installation.pk, seen)
    installation.refresh_from_db()
    if installation.token_version != seen:
        return
    if not mine:
        raise TryLater("the tokens are being refreshed")
    _store(installation, _trade(installation), seen)


def _take_lease(pk: int, seen: int) -> bool:
    now = clock.now()
    free = Q(refresh_leased_until=None) | Q(refresh_leased_until__lt=now)
    same = Installation.objects.filter(free, pk=pk, token_version=seen)
    return bool(same.update(refresh_leased_until=now + LEASE))


def _trade(installation: Installation) -> TokenSet:
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
    if installation.token_version == seen:  # else an administrator has opened the app meanwhile: his are newer
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
    renamed = Contact(
        contact.client_id, installation.app_code, contact.member_id, contact.host, contact.authorization_server,
        is_host_proven=False, is_installed=contact.is_installed, scope=" ".join(contact.scope),
    )  # fmt: skip
    installations.record_contact(renamed, Keys(role=PortalRole.EMPLOYEE, user_id=0))
    installation.refresh_from_db()
