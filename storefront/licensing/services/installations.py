"""Portals as we know them. An installation changes only by a proven contact or an authenticated event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from storefront.core import clock, states
from storefront.licensing.models import Installation, InstallationHost
from storefront.licensing.portal_state import digest_of
from storefront.notifications import outbox


@dataclass(frozen=True, slots=True)
class Contact:
    """What is proven about a portal now: by the authorization server, and (``is_host_proven``) by the portal itself."""

    client_id: str
    app_code: str
    member_id: str
    host: str
    authorization_server: str
    is_host_proven: bool
    is_installed: bool
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a contact leaves with us. Only an administrator's are kept: others could not use what we call.

    ``expires_at`` (UTC) is the access token's end.
    """

    is_admin: bool
    user_id: int
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: datetime | None = None
    application_token: str = field(default="", repr=False)


@transaction.atomic
def record_contact(contact: Contact, keys: Keys) -> Installation:
    """Write down a proven contact: the portal's address of today, whether the app is there, an administrator's keys.

    A changed host is a rename: it is kept in the history and the licenses stay. Nobody is told here except, through
    the outbox, a portal that was last told something else than its licenses are now.
    """
    installation, _ = Installation.objects.get_or_create(
        client_id=contact.client_id,
        member_id=contact.member_id,
        defaults={"app_code": contact.app_code, "host": contact.host},
    )
    states.lock(installation)
    now = clock.now()
    _record_host(installation, contact)
    installation.app_code, installation.verified_at = contact.app_code, now
    installation.authorization_server, installation.scope = contact.authorization_server, contact.scope[:500]
    is_return = contact.is_installed and not installation.is_installed
    if is_return:
        installation.is_installed, installation.installed_at, installation.uninstalled_at = True, now, None
        installation.told_state = ""  # its options may have gone with the app
    _keep_keys(installation, keys)
    installation.save()
    if keys.is_admin and installation.access_token:
        _tell_if_changed(installation)
    return installation


def _record_host(installation: Installation, contact: Contact) -> None:
    if installation.host != contact.host or not installation.hosts.exists():
        InstallationHost.objects.create(installation=installation, host=contact.host)
    if installation.host != contact.host:
        installation.host, installation.is_host_proven = contact.host, False
    if contact.is_host_proven:
        installation.is_host_proven = True
        # An address leads to one portal: whoever had it before has it no longer.
        Installation.objects.filter(client_id=contact.client_id, host=contact.host, is_host_proven=True).exclude(
            pk=installation.pk
        ).update(is_host_proven=False)


def _keep_keys(installation: Installation, keys: Keys) -> None:
    if keys.application_token and (keys.is_admin or not installation.application_token):
        installation.application_token = keys.application_token
    is_new = keys.access_token != installation.access_token
    if keys.is_admin and is_new and keys.access_token and keys.refresh_token:
        installation.access_token, installation.refresh_token = keys.access_token, keys.refresh_token
        installation.access_token_expires_at = keys.expires_at
        installation.admin_user_id = str(keys.user_id)
        installation.token_version += 1
        installation.refresh_leased_until = None


def _tell_if_changed(installation: Installation) -> None:
    if digest_of(installation) == installation.told_state:
        return
    outbox.enqueue(
        kind="bitrix24.push",
        key=f"bitrix24.push:portal:{installation.pk}:{installation.token_version}",
        payload={"installation": installation.pk},
        group=f"portal:{installation.pk}",
    )


def request_setup(installation: Installation) -> None:
    """Queue what a fresh or updated installation needs of its portal: event handlers and the app's own address."""
    outbox.enqueue(
        kind="bitrix24.push",
        key=f"bitrix24.setup:{installation.pk}:{installation.token_version}",
        payload={"installation": installation.pk, "setup": True},
        group=f"portal:{installation.pk}",
    )


@transaction.atomic
def mark_uninstalled(installation: Installation) -> None:
    """The app is gone from the portal and its tokens with it. Licenses stay bound: they work again when it returns."""
    states.lock(installation)
    if not installation.is_installed:
        return
    installation.is_installed, installation.uninstalled_at = False, clock.now()
    installation.access_token = installation.refresh_token = None
    installation.save(update_fields=["is_installed", "uninstalled_at", "access_token", "refresh_token"])


@transaction.atomic
def forget_tokens(installation: Installation, *, version: int) -> None:
    """The stored pair is dead; the next administrator who opens the app brings a new one."""
    states.lock(installation)
    if installation.token_version == version:
        installation.access_token = installation.refresh_token = None
        installation.save(update_fields=["access_token", "refresh_token"])
