"""Portals as we know them. An installation changes only by a proven visit or an authenticated event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db import transaction

from storefront.core import clock, states
from storefront.licensing.bitrix24 import linking
from storefront.licensing.bitrix24.addresses import report_unknown_zone
from storefront.licensing.bitrix24.portal_status import queue_if_changed, queue_setup
from storefront.licensing.models import Installation, InstallationHost
from storefront.licensing.states import PortalRole

#: How long to wait before asking again a portal that has not confirmed itself; each further gap is twice as long.
FIRST_GAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A proven contact with a portal. ``role`` is what the portal itself said about its user, at ``host``.

    ``is_host_proven``: a server at ``host``, which we resolved ourselves, accepted the token, so the portal cannot have
    reported somebody else's address; or ``host`` is a cloud address, which only Bitrix24 can assign, and nothing there
    contradicted it. ``expires_at``: end of the access token, UTC.
    """

    client_id: str
    app_code: str
    member_id: str
    host: str
    authorization_server: str
    is_installed: bool
    is_host_proven: bool
    role: PortalRole
    expires_at: datetime
    scope: str = ""
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens a visit left with us."""

    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    application_token: str = field(default="", repr=False)


def with_application_token(member_id: str, token: str) -> Installation | None:
    """The installation in a portal whose application token this is. Compares every candidate in constant time."""
    proven = None
    for installation in Installation.objects.filter(member_id=member_id).order_by("pk"):
        stored = installation.application_token or ""
        if compare_digest(stored.encode(), token.encode()) and stored:
            proven = installation
    return proven


def record_visit(visit: Visit, tokens: Tokens, *, is_installed: bool) -> Installation:
    """Store a visit and link the licenses that waited for it. Returns the installation, fresh.

    :param is_installed: the message says that the app is being installed, which the authorization server may not know
        yet; it confirms only tokens of an application that is installed or being installed
    """
    installation = store_visit(visit, tokens, is_installed=is_installed or visit.is_installed)
    linking.link_installation(installation)
    return installation


@transaction.atomic
def store_visit(visit: Visit, tokens: Tokens, *, is_installed: bool) -> Installation:
    """Store the portal's current address, whether the app is installed, and an administrator's tokens.

    A changed host is a rename: the old one is kept in the history and the licenses stay. No message goes out, except
    through the outbox to a portal that was last told something else than its licenses are now.
    """
    installation, _ = Installation.objects.get_or_create(
        client_id=visit.client_id,
        member_id=visit.member_id,
        defaults={"app_code": visit.app_code, "host": visit.host},
    )
    states.lock(installation)
    now = clock.now()
    was_unknown = bool(installation.access_token) and not installation.admin_user_id
    _store_host(installation, visit)
    installation.app_code, installation.verified_at = visit.app_code, now
    installation.authorization_server, installation.scope = visit.authorization_server, visit.scope[:500]
    if is_installed and not installation.is_installed:
        installation.is_installed, installation.installed_at, installation.uninstalled_at = True, now, None
        installation.told_state = ""  # its options may have been deleted with the app
    _store_tokens(installation, visit, tokens)
    _schedule_question(installation, now)
    installation.save()
    if visit.role != PortalRole.EMPLOYEE and installation.access_token:
        queue_if_changed(installation)
    if was_unknown and installation.admin_user_id:
        queue_setup(installation)
    return installation


def _store_host(installation: Installation, visit: Visit) -> None:
    if installation.host != visit.host or not installation.hosts.exists():
        InstallationHost.objects.create(installation=installation, host=visit.host)
        report_unknown_zone(visit.host, is_reported=True)
    if installation.host != visit.host:
        installation.host, installation.is_host_proven = visit.host, False
    if visit.is_host_proven:
        _prove_host(installation)


def _prove_host(installation: Installation) -> None:
    installation.is_host_proven = True
    # An address leads to one portal: a portal that had it before no longer does.
    Installation.objects.filter(client_id=installation.client_id, host=installation.host, is_host_proven=True).exclude(
        pk=installation.pk
    ).update(is_host_proven=False)


def _store_tokens(installation: Installation, visit: Visit, tokens: Tokens) -> None:
    """Keep an administrator's tokens: other users could not use the methods we call.

    Tokens of a user whose role the portal has not told us are kept if there are none, to ask it again with them.
    """
    is_admin = visit.role == PortalRole.ADMIN
    if tokens.application_token and (is_admin or not installation.application_token):
        installation.application_token = tokens.application_token
    if is_admin and tokens.access_token == installation.access_token:
        installation.admin_user_id = str(visit.user_id)
    is_new = tokens.access_token != installation.access_token
    is_useful = is_admin or (visit.role == PortalRole.UNKNOWN and not installation.access_token)
    if is_useful and is_new and tokens.access_token and tokens.refresh_token:
        installation.access_token, installation.refresh_token = tokens.access_token, tokens.refresh_token
        installation.access_token_expires_at = visit.expires_at
        installation.admin_user_id = str(visit.user_id) if is_admin else ""
        installation.token_version += 1
        installation.refresh_leased_until = None


def _schedule_question(installation: Installation, now: datetime) -> None:
    """Plan to ask the portal again with the stored tokens if its address or their owner is not confirmed."""
    is_open = not (installation.is_host_proven and installation.admin_user_id)
    if not (is_open and installation.access_token and installation.is_installed):
        installation.ask_at, installation.asked = None, 0
    elif installation.ask_at is None:
        installation.ask_at, installation.asked = now + FIRST_GAP, 0


@transaction.atomic
def confirm(installation: Installation, *, role: PortalRole, user_id: int, version: int) -> None:
    """Store the portal's answer, given at its address to the tokens of ``version``: who their owner is.

    An employee's tokens are forgotten. Does nothing if the installation has other tokens or another address by now.
    """
    host = installation.host
    states.lock(installation)
    if installation.token_version != version or installation.host != host:
        return
    _prove_host(installation)
    if role == PortalRole.ADMIN:
        installation.admin_user_id = str(user_id)
    else:
        installation.access_token = installation.refresh_token = None
    _schedule_question(installation, clock.now())
    installation.save()
    if role == PortalRole.ADMIN:
        queue_if_changed(installation)
        queue_setup(installation)


@transaction.atomic
def mark_uninstalled(installation: Installation) -> None:
    """The app was removed and its tokens with it. Licenses stay bound: they work again when it is reinstalled."""
    states.lock(installation)
    if not installation.is_installed:
        return
    installation.is_installed, installation.uninstalled_at, installation.ask_at = False, clock.now(), None
    installation.access_token = installation.refresh_token = None
    installation.save(update_fields=["is_installed", "uninstalled_at", "access_token", "refresh_token", "ask_at"])


@transaction.atomic
def erase(installation: Installation) -> None:
    """Delete a portal's data at its administrator's request: everything about its users, and all tokens.

    The fact that a license was bound to this portal belongs to the purchase and stays; an installation without one is
    deleted. Handled events hold no data any more, and the log of requests is masked.
    https://apidocs.bitrix24.com/market/preparing-to-publish/publication-requirements.html (3A)
    """
    states.lock(installation)
    if not installation.activations.exists():
        installation.delete()
        return
    installation.hosts.all().delete()
    installation.application_token = installation.access_token = installation.refresh_token = None
    installation.access_token_expires_at = installation.ask_at = None
    installation.admin_user_id = installation.scope = installation.told_state = installation.version = ""
    installation.save()


@transaction.atomic
def forget_tokens(installation: Installation, *, version: int) -> None:
    """Forget a dead pair of tokens; the next administrator who opens the app leaves a new one."""
    states.lock(installation)
    if installation.token_version == version:
        installation.access_token = installation.refresh_token = installation.ask_at = None
        installation.save(update_fields=["access_token", "refresh_token", "ask_at"])
