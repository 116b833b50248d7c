"""Events of an application's life: authenticated, stored in the inbox, acted on by the worker.

``application_token`` is constant per portal and application and proves every event but the first: an install is
stored on its word and believed only when the authorization server confirms its access token. The same holds for an
update that brings a new application token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from hmac import compare_digest
from typing import Any

from storefront.gateways.bitrix24 import AppEvent, values
from storefront.gateways.errors import GatewayError, InvalidSignature
from storefront.inbox.models import InboundEvent
from storefront.inbox.sources import Received
from storefront.licensing.bitrix24 import installations, verification
from storefront.licensing.bitrix24.config import client
from storefront.licensing.bitrix24.installations import Keys
from storefront.licensing.bitrix24.visits import record_visit
from storefront.licensing.models import Installation

SOURCE = "bitrix24"
INSTALL, UPDATE, UNINSTALL = "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"


class Forged(Exception):
    """The event does not prove that it comes from a portal we know."""


def authenticate(event: AppEvent) -> Received:
    """Decide by the stored application token whether an event may be stored. One query, no outgoing call.

    :raises Forged: unknown portal or wrong token
    """
    installation = _proven_by_token(event)
    if installation is not None:
        return _received(event, installation.pk)
    is_known = Installation.objects.filter(member_id=event.member_id).exists()
    if event.access_token and (event.name == INSTALL or (event.name == UPDATE and is_known)):
        return _received(event, None)
    raise Forged(event.name)


def _proven_by_token(event: AppEvent) -> Installation | None:
    """The installation whose token the event carries; every candidate is compared, in constant time."""
    found = None
    for installation in Installation.objects.filter(member_id=event.member_id).order_by("pk"):
        stored = installation.application_token or ""
        if compare_digest(stored.encode(), event.application_token.encode()) and stored:
            found = installation
    return found


def _received(event: AppEvent, installation_id: int | None) -> Received:
    # Events are told apart by their tokens too, so that a forged one cannot take a genuine one's place.
    tokens = hashlib.sha256(f"{event.application_token} {event.access_token}".encode()).hexdigest()
    return Received(
        event_id=f"{event.fingerprint}:{tokens[:32]}",
        summary=f"{event.name} {event.member_id[:8]}…",
        payload={
            "name": event.name,
            "installation": installation_id,
            "member_id": event.member_id,
            "access_token": event.access_token,
            "refresh_token": event.refresh_token,
            "application_token": event.application_token,
            "server_endpoint": event.server_endpoint,
            "user_id": event.user_id or 0,
            "is_clean": values.flag(event.data.get("CLEAN")),
        },
        is_proven=installation_id is not None,
    )


class Bitrix24Source:
    """The inbox's view of Bitrix24. Its events arrive at /bitrix24/events/, where ``authenticate`` judges them."""

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        """Nothing is taken at /hooks/bitrix24/: proving an event needs the database, which a hook must not touch."""
        raise InvalidSignature("events of Bitrix24 arrive at /bitrix24/events/", code="wrong_door")

    def handle(self, event: InboundEvent) -> bool:
        """Act on a stored event. Unanswered questions are raised, so that the inbox asks again later."""
        data = event.data
        if data["name"] == UNINSTALL:
            return _uninstalled(data)
        if data["access_token"] and data["name"] in (INSTALL, UPDATE):
            return _arrived(data)
        return False


bitrix24_source = Bitrix24Source()


def _arrived(data: dict[str, Any]) -> bool:
    try:
        visit = verification.verify(
            access_token=data["access_token"],
            member_id=data["member_id"],
            server_endpoint=data["server_endpoint"],
            is_fresh=True,
        )
    except verification.Refused:
        return False
    keys = Keys(
        role=visit.role,
        user_id=visit.user_id,
        access_token=data["access_token"],
        refresh_token=data["refresh_token"],
        expires_at=visit.expires_at,
        application_token=data["application_token"],
    )
    installation = record_visit(visit, keys, is_installed=True)
    installations.request_setup(installation)
    return True


def _uninstalled(data: dict[str, Any]) -> bool:
    """https://apidocs.bitrix24.com/api-reference/common/events/on-app-uninstall.html"""
    installation = Installation.objects.filter(pk=data["installation"]).first()
    is_clean = data.get("is_clean", False)
    if installation is None or not (installation.is_installed or is_clean) or _is_still_there(installation):
        return False
    installations.mark_uninstalled(installation)
    if is_clean:
        installations.erase(installation)
    return True


def _is_still_there(installation: Installation) -> bool:
    """Whether the app has returned since: events are not delivered in order. In doubt the event is believed."""
    if not installation.access_token:
        return False
    try:
        contact = client().verify_token(installation.access_token, installation.authorization_server)
    except GatewayError:
        return False
    return contact.is_installed and contact.member_id == installation.member_id
