"""Events of an application's life: authenticated, stored in the inbox, handled by the worker.

``application_token`` is constant per portal and application and proves every event but the first. An install is stored
unproven and acted on only when the authorization server confirms its access token; so is an update with a new
application token. https://apidocs.bitrix24.com/api-reference/events/safe-event-handlers.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storefront.gateways.bitrix24 import AppEvent, values
from storefront.gateways.errors import GatewayError, InvalidSignature
from storefront.inbox.models import InboundEvent
from storefront.inbox.sources import Received
from storefront.licensing.bitrix24 import installations, portal_status, verification
from storefront.licensing.bitrix24.config import client
from storefront.licensing.bitrix24.installations import Tokens, record_visit
from storefront.licensing.models import Installation

SOURCE = "bitrix24"
INSTALL, UPDATE, UNINSTALL = "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPUNINSTALL"


class Forged(Exception):
    """The event does not prove that it comes from a portal we know."""


def authenticate(event: AppEvent) -> Received:
    """Decide by the stored application token whether to store an event. One query, no outside call.

    :raises Forged: unknown portal or wrong token
    """
    installation = installations.with_application_token(event.member_id, event.application_token)
    if installation is not None:
        return _received(event, installation.pk)
    is_known = Installation.objects.filter(member_id=event.member_id).exists()
    if event.access_token and (event.name == INSTALL or (event.name == UPDATE and is_known)):
        return _received(event, None)
    raise Forged(event.name)


def _received(event: AppEvent, installation_id: int | None) -> Received:
    # The id includes the tokens, so that a forged event cannot take the place of a genuine one.
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
    """Bitrix24 as a source of the inbox. Its events arrive at /bitrix24/events/ and are checked by ``authenticate``."""

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        """/hooks/bitrix24/ refuses everything: proving an event needs the database, which a hook must not touch."""
        raise InvalidSignature("events of Bitrix24 arrive at /bitrix24/events/", code="wrong_door")

    def handle(self, event: InboundEvent) -> bool:
        """Act on a stored event. Raises if the authorization server does not answer: the inbox tries again later."""
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
    tokens = Tokens(data["access_token"], data["refresh_token"], data["application_token"])
    installation = record_visit(visit, tokens, is_installed=True)
    portal_status.queue_setup(installation)
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
    """Whether the app was reinstalled since: events may arrive out of order. In doubt the event is believed."""
    if not installation.access_token:
        return False
    try:
        contact = client().verify_token(installation.access_token, installation.authorization_server)
    except GatewayError:
        return False
    return contact.is_installed and contact.member_id == installation.member_id
