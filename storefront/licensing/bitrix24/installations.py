"""Portals as we know them. An installation changes only by a proven contact or an authenticated event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from storefront.core import clock, states
from storefront.licensing.bitrix24 import zones
from storefront.licensing.bitrix24.portal_status import digest_of
from storefront.licensing.models import Installation, InstallationHost
from storefront.licensing.states import PortalRole
from storefront.notifications import outbox

#: After that a portal is asked again that has not confirmed itself; every further gap is twice as long.
FIRST_GAP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Contact:
    """What is proven about a portal now: by the authorization server, and (``is_host_proven``) by the portal itself or
    by the kind of its address (see ``verification.Visit``)."""

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
    """What a contact leaves with us. An administrator's are kept: others could not use what we call. Those of somebody
    of whom the portal has not said who they are are kept where there are none, to ask it again with them.

    ``expires_at`` (UTC) is the access token's end.
    """

    role: PortalRole
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
    was_unknown = bool(installation.access_token) and not installation.admin_user_id
    _record_host(installation, contact)
    installation.app_code, installation.verified_at = contact.app_code, now
    installation.authorization_server, installation.scope = contact.authorization_server, contact.scope[:500]
    is_return = contact.is_installed and not installation.is_installed
    if is_return:
        installation.is_installed, installation.installed_at, installation.uninstalled_at = True, now, None
        installation.told_state = ""  # its options may have gone with the app
    _keep_keys(installation, keys)
    _plan_question(installation, now)
    installation.save()
    if keys.role != PortalRole.EMPLOYEE and installation.access_token:
        _tell_if_changed(installation)
    if was_unknown and installation.admin_user_id:
        request_setup(installation)
    return installation


def _record_host(installation: Installation, contact: Contact) -> None:
    if installation.host != contact.host or not installation.hosts.exists():
        InstallationHost.objects.create(installation=installation, host=contact.host)
        zones.tell_staff_of_unknown(contact.host, is_reported=True)
    if installation.host != contact.host:
        installation.host, installation.is_host_proven = contact.host, False
    if contact.is_host_proven:
        _prove_host(installation)


def _prove_host(installation: Installation) -> None:
    installation.is_host_proven = True
    # An address leads to one portal: whoever had it before has it no longer.
    Installation.objects.filter(client_id=installation.client_id, host=installation.host, is_host_proven=True).exclude(
        pk=installation.pk
    ).update(is_host_proven=False)


def _keep_keys(installation: Installation, keys: Keys) -> None:
    is_admin = keys.role == PortalRole.ADMIN
    if keys.application_token and (is_admin or not installation.application_token):
        installation.application_token = keys.application_token
    if is_admin and keys.access_token == installation.access_token:
        installation.admin_user_id = str(keys.user_id)
    is_new = keys.access_token != installation.access_token
    is_wanted = is_admin or (keys.role == PortalRole.UNKNOWN and not installation.access_token)
    if is_wanted and is_new and keys.access_token and keys.refresh_token:
        installation.access_token, installation.refresh_token = keys.access_token, keys.refresh_token
        installation.access_token_expires_at = keys.expires_at
        installation.admin_user_id = str(keys.user_id) if is_admin else ""
        installation.token_version += 1
        installation.refresh_leased_until = None


def _plan_question(installation: Installation, now: datetime) -> None:
    """The portal is asked again with the stored keys where it has not confirmed itself or their owner."""
    is_open = not (installation.is_host_proven and installation.admin_user_id)
    if not (is_open and installation.access_token and installation.is_installed):
        installation.ask_at, installation.asked = None, 0
    elif installation.ask_at is None:
        installation.ask_at, installation.asked = now + FIRST_GAP, 0


@transaction.atomic
def confirm(installation: Installation, *, role: PortalRole, user_id: int, version: int) -> None:
    """The portal has answered at its address to the stored keys of ``version``: who their owner is.

    An employee's keys are forgotten. Nothing is done if the installation has others by now, or another address.
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
    _plan_question(installation, clock.now())
    installation.save()
    if role == PortalRole.ADMIN:
        _tell_if_changed(installation)
        request_setup(installation)


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
    """Queue what a fresh or updated installation needs of its portal: event handlers and the app's own address.

    Once for its keys, and once more when it is known that they are an administrator's, whom the portal lets do it.
    """
    outbox.enqueue(
        kind="bitrix24.push",
        key=f"bitrix24.setup:{installation.pk}:{installation.token_version}:{installation.admin_user_id}",
        payload={"installation": installation.pk, "setup": True},
        group=f"portal:{installation.pk}",
    )


@transaction.atomic
def mark_uninstalled(installation: Installation) -> None:
    """The app is gone from the portal and its tokens with it. Licenses stay bound: they work again when it returns."""
    states.lock(installation)
    if not installation.is_installed:
        return
    installation.is_installed, installation.uninstalled_at, installation.ask_at = False, clock.now(), None
    installation.access_token = installation.refresh_token = None
    installation.save(update_fields=["is_installed", "uninstalled_at", "access_token", "refresh_token", "ask_at"])


@transaction.atomic
def erase(installation: Installation) -> None:
    """The portal's administrator wants its data deleted: nothing of its people and tokens stays.

    What stays is that a license was bound to this portal, which belongs to the purchase; without one the installation
    goes altogether. Handled events hold nothing any more, and the masked log of requests names nobody.
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
    """The stored pair is dead; the next administrator who opens the app brings a new one."""
    states.lock(installation)
    if installation.token_version == version:
        installation.access_token = installation.refresh_token = installation.ask_at = None
        installation.save(update_fields=["access_token", "refresh_token", "ask_at"])
