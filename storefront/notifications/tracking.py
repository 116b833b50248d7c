"""The mail company's reports about sent mails, parsed by anymail's view for it and stored per mail and address.

https://anymail.dev/en/stable/sending/tracking/ lists anymail's events. Companies differ in what they call a bounce:
only what they call permanent counts against an address (``_SOFT``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from storefront.core import mail_companies
from storefront.gateways.errors import ConfigurationError, InvalidSignature
from storefront.notifications import addresses
from storefront.notifications.company_requests import UNREADABLE, request_of
from storefront.notifications.models import DeliveryStatus, OutboxMessage

#: anymail's events that are used here; others (opened, clicked, deferred ...) are ignored.
_STATUS = {
    EventType.DELIVERED: DeliveryStatus.DELIVERED,
    EventType.BOUNCED: DeliveryStatus.BOUNCED,
    EventType.REJECTED: DeliveryStatus.UNDELIVERED,
    EventType.FAILED: DeliveryStatus.UNDELIVERED,
    EventType.COMPLAINED: DeliveryStatus.COMPLAINED,
    EventType.UNSUBSCRIBED: DeliveryStatus.COMPLAINED,
}
#: Reasons to refuse sending that say something about the address.
_REJECTED = {
    RejectReason.BOUNCED: DeliveryStatus.BOUNCED,
    RejectReason.INVALID: DeliveryStatus.BOUNCED,
    RejectReason.SPAM: DeliveryStatus.COMPLAINED,
    RejectReason.UNSUBSCRIBED: DeliveryStatus.COMPLAINED,
}
#: Whether what anymail calls a bounce is temporary, by company, in the company's own terms:
#: https://postmarkapp.com/developer/api/bounce-api#bounce-types, https://developers.brevo.com/docs/transactional-webhooks,
#: https://developers.mailersend.com/api/v1/webhooks.html, https://mailchimp.com/developer/transactional/docs/webhooks/,
#: https://dev.mailjet.com/email/guides/webhooks/, https://resend.com/docs/webhooks/emails/bounced,
#: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event,
#: https://support.sparkpost.com/docs/deliverability/bounce-classification-codes.
_SOFT: dict[str, Callable[[Any], bool]] = {
    "Postmark": lambda raw: raw.get("Type") not in ("HardBounce", "BadEmailAddress") and not raw.get("Inactive"),
    "Brevo": lambda raw: raw.get("event") == "soft_bounce",
    "SendinBlue": lambda raw: raw.get("event") == "soft_bounce",
    "MailerSend": lambda raw: raw["data"]["type"] == "soft_bounced",
    "Mandrill": lambda raw: raw.get("event") == "soft_bounce",
    "Mailjet": lambda raw: not raw.get("hard_bounce"),
    "Resend": lambda raw: raw["data"]["bounce"].get("type") in ("Transient", "Undetermined"),
    "SendGrid": lambda raw: raw.get("type") == "blocked",
    "SparkPost": lambda raw: _sparkpost(raw).get("bounce_class") not in ("10", "30", "90"),
}


#: What says something about the address, too.
OF_ADDRESSES = (DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED)


@dataclass(frozen=True, slots=True)
class Report:
    """One event of one mail. ``id`` is the same for every copy; ``detail``: the receiving server's answer."""

    id: str
    status: DeliveryStatus
    provider_reference: str
    email: str
    at: datetime
    detail: str


def is_open() -> bool:
    """Whether messages of the configured company can be authenticated."""
    company = mail_companies.company_of(settings.EMAIL_BACKEND)
    return company is not None and company.can_prove(settings.ANYMAIL)


def read(body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Report]:
    """The reports in a request of the configured company. Raises InvalidSignature if it is not authentic or cannot be
    parsed, ConfigurationError if no company that reports is configured."""
    company = mail_companies.company_of(settings.EMAIL_BACKEND)
    if company is None or not is_open():
        raise ConfigurationError("no mail company that tells what becomes of mails")
    try:
        view = import_string(company.webhook)()
    except AnymailConfigurationError as exc:  # a setting or a package that it needs is not there
        raise ConfigurationError(f"{company.name} tells nothing: {type(exc).__name__}") from exc
    request = request_of(body, headers, hook="mail")
    try:
        view.run_validators(request)
        events = view.parse_events(request)
        return [report for event in events if (report := _report(view.esp_name, event, now))]
    except AnymailWebhookValidationFailure as exc:
        raise InvalidSignature("the mail company's secret is missing or wrong", code="unproven") from exc
    except UNREADABLE as exc:
        raise InvalidSignature("not a message of the mail company", code="unreadable") from exc


@transaction.atomic
def note(report: Report) -> bool:
    """Store a report with its mail and address; copies and order make no difference. Returns whether the mail is known
    here."""
    if report.status == DeliveryStatus.BOUNCED:
        addresses.bounced(report.email, at=report.at, detail=report.detail)
    elif report.status == DeliveryStatus.COMPLAINED:
        addresses.complained(report.email, at=report.at)
    return _note_mail(report)


def _note_mail(report: Report) -> bool:
    rows = OutboxMessage.objects.filter(provider_reference=report.provider_reference).exclude(provider_reference="")
    row = rows.select_for_update().first()
    if row is None:
        return False
    weight = list(DeliveryStatus)
    if row.delivery_at and (row.delivery_at, weight.index(DeliveryStatus(row.delivery_status))) >= (
        report.at, weight.index(report.status)
    ):  # fmt: skip
        return True
    row.delivery_status, row.delivery_at, row.delivery_detail = report.status, report.at, report.detail
    row.save(update_fields=["delivery_status", "delivery_at", "delivery_detail"])
    return True


def _report(company: str, event: AnymailTrackingEvent, now: datetime) -> Report | None:
    status = _STATUS.get(event.event_type)
    email, reference = event.recipient or "", str(event.message_id or "")
    if status is None or "@" not in email or len(email) > 254 or len(reference) > 255:
        return None
    if not (email + reference).isprintable():
        return None
    if event.event_type in (EventType.REJECTED, EventType.FAILED):
        is_final = company == "Postal" and event.event_type == EventType.FAILED  # its HardFail
        status = DeliveryStatus.BOUNCED if is_final else _REJECTED.get(event.reject_reason, status)
    if status == DeliveryStatus.BOUNCED and event.event_type == EventType.BOUNCED:
        soft = _SOFT.get(company)
        status = DeliveryStatus.UNDELIVERED if soft and soft(event.esp_event) else status
    told = [company, status, event.event_id, reference, email.lower(), event.timestamp]
    detail = " ".join(str(event.mta_response or event.description or "").split())
    return Report(
        id=hashlib.sha256(repr([str(each) for each in told]).encode()).hexdigest()[:40],
        status=status,
        provider_reference=reference,
        email=email,
        at=_moment(event.timestamp, now),
        detail="".join(each for each in detail if each.isprintable())[:500],
    )


def _moment(told: datetime | None, now: datetime) -> datetime:
    """When it happened, at most ``now``: the company's clock may be ahead. A time without zone is UTC."""
    if told is None:
        return now
    return min(told if told.tzinfo else told.replace(tzinfo=UTC), now)


def _sparkpost(raw: Any) -> dict[str, Any]:
    """The event in SparkPost's envelope."""
    (event,) = raw["msys"].values()
    return dict(event)
