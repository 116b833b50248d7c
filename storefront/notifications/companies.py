"""What mail companies offer against sending a mail twice.

After an interrupted hand-over (kill, time-out) it is unknown whether the company has the mail. Some companies can be
asked, some recognise a repeated mail by an id; to all others it is sent again, with the same Message-ID.

=============  ======================================================================================================
Postmark       searches what it sent by metadata: https://postmarkapp.com/developer/api/messages-api
Resend         header Idempotency-Key, for 24 hours: https://resend.com/docs/dashboard/emails/idempotency-keys
Brevo          "idempotencyKey" among a mail's headers, for 30 minutes:
               https://developers.brevo.com/docs/heterogenous-versions-batch-emails
none of these  Mailgun, Mailjet, Mailtrap, Mandrill, Postal, Scaleway, SparkPost, Unisender Go, SMTP; MailerSend has not
               even the Message-ID
=============  ======================================================================================================
"""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from anymail.backends import resend
from anymail.exceptions import AnymailAPIError
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from storefront.core.time_limits import WORKER_SECONDS
from storefront.gateways.errors import Unavailable
from storefront.gateways.http import HttpClient, HttpResponse

#: Name of the metadata that carries a mail's id.
MARK = "mail_id"


class Company:
    """A company without such means."""

    def connection(self) -> BaseEmailBackend:
        """The backend that hands a mail over."""
        return get_connection()

    def mark(self, letter: EmailMultiAlternatives, stable_id: str) -> None:
        """Add the mail's id in the company's own form."""

    def can_tell(self) -> bool:
        """Whether ``taken`` can know."""
        return False

    def taken(self, letter: EmailMultiAlternatives, stable_id: str) -> str:
        """The company's id of this mail if it has it already, else "". Raises Unavailable if it does not answer."""
        return ""

    def is_repetition(self, fault: AnymailAPIError) -> bool:
        """Whether the mail was refused because one with its id was accepted before."""
        return False

    def admit(self, email: str) -> None:
        """Lift the company's suppression of an address that bounced. Raises Unavailable if it does not answer. Without
        an API for it this is done by hand, in the company's own pages."""


class Postmark(Company):
    def mark(self, letter: EmailMultiAlternatives, stable_id: str) -> None:
        # It replaces a Message-ID unless it is asked to keep it.
        letter.extra_headers["X-PM-KeepID"] = "true"
        letter.metadata = {MARK: stable_id}  # type: ignore[attr-defined]  # django-anymail's addition to a mail

    def can_tell(self) -> bool:
        return True

    def taken(self, letter: EmailMultiAlternatives, stable_id: str) -> str:
        question = {"count": "10", "offset": "0", "recipient": letter.to[0], f"metadata_{MARK}": stable_id}
        answer = self._ask("GET", f"messages/outbound?{urlencode(question)}")
        messages = answer.json().get("Messages") if answer.status == 200 else None
        if not isinstance(messages, list):
            raise Unavailable(f"Postmark's search answered {answer.status}", code="unreadable_answer")
        fitting = (message for message in messages if message.get("Metadata", {}).get(MARK) == stable_id)
        return next((str(message.get("MessageID") or MARK) for message in fitting), "")

    def admit(self, email: str) -> None:
        # https://postmarkapp.com/developer/api/suppressions-api: not for one that reported a mail as unwanted
        stream = settings.ANYMAIL.get("POSTMARK_MESSAGE_STREAM", "outbound")
        answer = self._ask(
            "POST",
            f"message-streams/{stream}/suppressions/delete",
            json={"Suppressions": [{"EmailAddress": email}]},
        )
        if answer.status != 200:
            raise Unavailable(f"Postmark's suppressions answered {answer.status}", code="unreadable_answer")

    def _ask(self, method: str, path: str, json: Any = None) -> HttpResponse:
        base: str = settings.ANYMAIL.get("POSTMARK_API_URL", "https://api.postmarkapp.com/")
        http = HttpClient(total_timeout=WORKER_SECONDS, allow_loopback=getattr(settings, "SANDBOX", False))
        headers = {
            "X-Postmark-Server-Token": settings.ANYMAIL["POSTMARK_SERVER_TOKEN"],
            "Accept": "application/json",
        }
        return http.request(method, f"{base.rstrip('/')}/{path}", json=json, headers=headers)


class ResendBackend(resend.EmailBackend):
    """anymail's backend, with an Idempotency-Key for each mail."""

    def build_message_payload(self, message: EmailMultiAlternatives, defaults: dict[str, Any]) -> Any:
        payload = super().build_message_payload(message, defaults)
        payload.headers["Idempotency-Key"] = message.extra_headers["Message-ID"].strip("<>")
        return payload


class Resend(Company):
    def connection(self) -> BaseEmailBackend:
        return get_connection(f"{__name__}.ResendBackend")

    def is_repetition(self, fault: AnymailAPIError) -> bool:
        # The same key with other words: a link in a mail is made anew at every try.
        return fault.status_code == 409 and "invalid_idempotent_request" in _text(fault)


class Brevo(Company):
    def mark(self, letter: EmailMultiAlternatives, stable_id: str) -> None:
        letter.extra_headers["idempotencyKey"] = str(uuid.uuid5(uuid.NAMESPACE_URL, stable_id))

    def is_repetition(self, fault: AnymailAPIError) -> bool:
        return fault.status_code == 400 and "duplicate_parameter" in _text(fault)


class MailerSend(Company):
    def mark(self, letter: EmailMultiAlternatives, stable_id: str) -> None:
        # Headers of one's own are for its Enterprise plan; mails of all others would be refused with them:
        # https://developers.mailersend.com/api/v1/email.html
        letter.extra_headers.clear()


_COMPANIES: dict[str, Company] = {
    "anymail.backends.postmark.EmailBackend": Postmark(),
    "anymail.backends.resend.EmailBackend": Resend(),
    "anymail.backends.brevo.EmailBackend": Brevo(),
    "anymail.backends.mailersend.EmailBackend": MailerSend(),
}
_OTHER = Company()


def company() -> Company:
    """The company of settings.EMAIL_BACKEND."""
    return _COMPANIES.get(settings.EMAIL_BACKEND, _OTHER)


def _text(fault: AnymailAPIError) -> str:
    return str(getattr(fault.response, "text", ""))
