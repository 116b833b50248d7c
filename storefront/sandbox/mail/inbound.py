"""Mails that Postmark receives for a domain and hands over: its inbound webhook.

Body: https://postmarkapp.com/developer/webhooks/inbound-webhook. The envelope's sender is the first of the headers, as
"Return-Path"; headers that have a field of their own are not among them.
"""

from __future__ import annotations

import base64
import uuid
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

#: https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits
MOST_BYTES = 35 * 1024 * 1024
_OWN_FIELDS = frozenset({"from", "to", "cc", "bcc", "subject", "date", "reply-to", "content-type", "mime-version"})


def body(raw: bytes, *, domain: str, envelope_from: str | None = None) -> dict[str, Any]:
    """What Postmark posts about a mail. ``envelope_from``: "" for a bounce; None: as in From. Raises ValueError for a
    mail that it would not take."""
    if len(raw) > MOST_BYTES:
        raise ValueError("larger than 35 MB")
    mail = message_from_bytes(raw, policy=policy.default)
    to, cc = _full(mail, "To"), _full(mail, "Cc")
    recipient = next((each for each in to + cc if each["Email"].lower().endswith(f"@{domain.lower()}")), None)
    if recipient is None:
        raise ValueError(f"550 no recipient at {domain}")
    sender = next(iter(_full(mail, "From")), {"Email": "", "Name": "", "MailboxHash": ""})
    from_address = sender["Email"] if envelope_from is None else envelope_from
    text, html = _part(mail, "plain"), _part(mail, "html")
    return {
        "FromName": sender["Name"],
        "MessageStream": "inbound",
        "From": sender["Email"],
        "FromFull": sender,
        "To": str(mail.get("To", "")),
        "ToFull": to,
        "Cc": str(mail.get("Cc", "")),
        "CcFull": cc,
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": recipient["Email"],
        "Subject": str(mail.get("Subject", "")),
        "MessageID": str(uuid.uuid4()),
        "ReplyTo": str(mail.get("Reply-To", "")),
        "MailboxHash": recipient["MailboxHash"],
        "Date": str(mail.get("Date", "")),
        "TextBody": text,
        "HtmlBody": html,
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [{"Name": "Return-Path", "Value": f"<{from_address}>"}, *_headers(mail)],
        "Attachments": [_attachment(part) for part in mail.walk() if _is_file(part)],
    }


def written(*, sender: str, to: str, subject: str, text: str) -> bytes:
    """A mail that somebody writes in the mailbox of the demo."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{uuid.uuid4()}@mailbox.example>"
    mail.set_content(text)
    return bytes(mail)


def _full(mail: Any, name: str) -> list[dict[str, str]]:
    found = getaddresses([str(value) for value in mail.get_all(name, [])])
    return [{"Email": email, "Name": shown, "MailboxHash": _hash(email)} for shown, email in found if email]


def _hash(email: str) -> str:
    return email.rpartition("@")[0].partition("+")[2]


def _headers(mail: Any) -> list[dict[str, str]]:
    return [{"Name": name, "Value": str(value)} for name, value in mail.items() if name.lower() not in _OWN_FIELDS]


def _part(mail: Any, subtype: str) -> str:
    for part in mail.walk():
        if part.get_content_type() == f"text/{subtype}" and not _is_file(part):
            content = part.get_payload(decode=True) or b""
            try:
                return str(content.decode(part.get_content_charset() or "utf-8", "replace"))
            except LookupError:
                return str(content.decode("utf-8", "replace"))
    return ""


def _is_file(part: Any) -> bool:
    return part.get_content_disposition() in ("attachment", "inline") and not part.is_multipart()


def _attachment(part: Any) -> dict[str, Any]:
    content, content_id = part.get_payload(decode=True) or b"", str(part.get("Content-ID", "")).strip("<>")
    return {
        "Name": part.get_filename() or "",
        "Content": base64.b64encode(content).decode(),
        "ContentType": part.get_content_type(),
        "ContentLength": len(content),
    } | ({"ContentID": content_id} if content_id else {})
