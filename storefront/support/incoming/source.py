"""Received mails as a source of the inbox: ``/hooks/mail-inbound/``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from storefront.inbox.models import InboundEvent
from storefront.inbox.sources import Received, UnknownSource
from storefront.notifications import inbound
from storefront.support import reply_address
from storefront.support.incoming import reading
from storefront.support.incoming.reading import IncomingMail
from storefront.support.services import incoming

#: Postmark hands over mails of up to 35 MB (https://postmarkapp.com/developer/user-guide/inbound): as Base64 in JSON.
MAX_BODY = 50 * 1024 * 1024


class InboundSource:
    """Open where a domain for answers is set and the mail company can prove what it hands over."""

    max_body = MAX_BODY

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        if not reply_address.is_open() or not inbound.is_open():
            raise UnknownSource(inbound.HOOK)
        mails = [reading.read(each.message, is_unproven=each.is_unproven) for each in inbound.read(body, headers)]
        return [_received(mail) for mail in mails if mail is not None]

    def handle(self, event: InboundEvent) -> bool:
        mail = IncomingMail.from_json(event.data)
        return not mail.refused and incoming.take(mail)


def _received(mail: IncomingMail) -> Received:
    """The summary, which is logged and shown, holds nothing of what was written."""
    return Received(
        event_id=f"{mail.number}:{mail.digest}", summary=mail.refused or f"to {mail.number}", payload=mail.as_json()
    )


inbound_source = InboundSource()
