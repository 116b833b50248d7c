"""Mails that the mail company receives for us, parsed by anymail's view for it.

https://anymail.dev/en/stable/inbound/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent
from django.conf import settings
from django.utils.module_loading import import_string

from storefront.core import mail_companies
from storefront.gateways.errors import ConfigurationError, InvalidSignature
from storefront.notifications import sender_proof
from storefront.notifications.company_requests import UNREADABLE, request_of

HOOK = "mail-inbound"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """``is_unproven``: the company says that it is not from the domain in its From."""

    message: AnymailInboundMessage
    is_unproven: bool


def is_open() -> bool:
    """Whether mails that the configured company hands over can be authenticated."""
    company = mail_companies.company_of(settings.EMAIL_BACKEND)
    return company is not None and company.can_prove_inbound(settings.ANYMAIL)


def read(body: bytes, headers: Mapping[str, str]) -> Sequence[ReceivedMail]:
    """The mails in a request of the configured company. Raises InvalidSignature if it is not authentic or cannot be
    parsed, ConfigurationError if no company hands over mails."""
    company = mail_companies.company_of(settings.EMAIL_BACKEND)
    if company is None or not is_open():
        raise ConfigurationError("no mail company that hands over mails")
    try:
        view = import_string(company.inbound)()
    except AnymailConfigurationError as exc:
        raise ConfigurationError(f"{company.name} hands over nothing: {type(exc).__name__}") from exc
    request = request_of(body, headers, hook=HOOK)
    try:
        view.run_validators(request)
        events = view.parse_events(request)
        return [
            ReceivedMail(event.message, sender_proof.is_unproven(view.esp_name, event))
            for event in events
            if isinstance(event, AnymailInboundEvent) and event.message
        ]
    except AnymailWebhookValidationFailure as exc:
        raise InvalidSignature("the mail company's secret is missing or wrong", code="unproven") from exc
    except UNREADABLE as exc:
        raise InvalidSignature("not a mail that the company hands over", code="unreadable") from exc
