"""The mail company's messages about mails: delivered, bounced, complained about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from storefront.core import clock
from storefront.inbox.models import InboundEvent
from storefront.inbox.sources import NotNow, Received, UnknownSource
from storefront.notifications import tracking
from storefront.notifications.models import DeliveryStatus

#: A company may report a mail before its answer to our request, which names the mail, is stored.
WRITING = timedelta(seconds=15)


class MailSource:
    """The configured mail company as a source of the inbox; without a secret for it there is no such source."""

    is_asked_first = True  # by Mandrill (HEAD) and Unisender Go (GET)

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        if not tracking.is_open():
            raise UnknownSource("mail")
        return [_received(report) for report in tracking.read(body, headers, now)]

    def handle(self, event: InboundEvent) -> bool:
        data = event.data
        at, status = datetime.fromisoformat(data["at"]), DeliveryStatus(data["status"])
        is_known = tracking.note(tracking.Report(**data | {"at": at, "status": status}))
        if not is_known and clock.now() - event.received_at < WRITING:
            raise NotNow("the mail may be handed over just now")
        return is_known or status in tracking.OF_ADDRESSES


def _received(report: tracking.Report) -> Received:
    """The summary, which is logged and shown, holds nothing of the address."""
    payload = asdict(report) | {"at": report.at.isoformat()}
    return Received(event_id=report.id, summary=report.status.value, payload=payload)


mail_source = MailSource()
