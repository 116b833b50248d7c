"""One mail: what Postmark takes, what it refuses and in which words (postmarkapp.com/developer/api/email-api)."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import uuid
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import getaddresses
from typing import Any

MOST_RECIPIENTS = 50
#: field -> type it must have
FIELDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("From", "To", "Cc", "Bcc", "Subject", "Tag", "HtmlBody", "TextBody", "ReplyTo"), str),
    "MessageStream": str,
    "TrackOpens": bool,
    "TrackLinks": str,
    "Headers": list,
    "Attachments": list,
    "Metadata": dict,
}
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")


class Refused(Exception):
    """Postmark's refusal: HTTP 422 with its own ``ErrorCode``."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class Message:
    """A mail as it was sent. ``to``, ``cc``, ``bcc`` are header texts, ``recipients`` the bare addresses of all
    three in lower case, ``received_at`` ISO 8601 in UTC, attachments ``{"name", "type", "content"}`` with Base64."""

    sender: str
    to: str
    subject: str
    cc: str = ""
    bcc: str = ""
    reply_to: str = ""
    text: str = ""
    html: str = ""
    tag: str = ""
    stream: str = "outbound"
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: list[dict[str, str]] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    message_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    received_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat())

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def read(data: Any) -> Message:
    """A message from one JSON object. Raises ``Refused``."""
    if not isinstance(data, dict):
        raise Refused(403, "Invalid JSON: an object was expected.")
    for name, value in data.items():
        if name not in FIELDS:
            raise Refused(403, f"Invalid JSON: unknown field '{name}'.")
        if not isinstance(value, FIELDS[name]):
            raise Refused(403, f"Invalid JSON: field '{name}' has the wrong type.")
    if len(_addresses("From", data.get("From", ""))) != 1:
        raise Refused(300, "Invalid 'From' address: exactly one is needed.")
    recipients = [address for name in ("To", "Cc", "Bcc") for address in _addresses(name, data.get(name, ""))]
    if not recipients:
        raise Refused(300, "Zero recipients specified")
    if len(recipients) > MOST_RECIPIENTS:
        raise Refused(300, f"Recipient limit exceeded: at most {MOST_RECIPIENTS}.")
    if not (data.get("TextBody") or data.get("HtmlBody")):
        raise Refused(300, "Provide either email TextBody or HtmlBody or both.")
    if re.search(r"[\r\n]", data.get("Subject", "")) or len(data.get("Subject", "")) > 2000:
        raise Refused(300, "Invalid 'Subject'.")
    return _message(data, recipients)


def _message(data: dict[str, Any], recipients: list[str]) -> Message:
    return Message(
        sender=data["From"],
        to=data.get("To", ""),
        cc=data.get("Cc", ""),
        bcc=data.get("Bcc", ""),
        reply_to=", ".join([data["ReplyTo"]] if _addresses("ReplyTo", data.get("ReplyTo", "")) else []),
        subject=data.get("Subject", ""),
        text=data.get("TextBody", ""),
        html=data.get("HtmlBody", ""),
        tag=data.get("Tag", ""),
        stream=data.get("MessageStream", "outbound"),
        headers=_headers(data.get("Headers", [])),
        metadata=_metadata(data.get("Metadata", {})),
        attachments=[_attachment(each) for each in data.get("Attachments", [])],
        recipients=recipients,
    )


def _addresses(name: str, text: str) -> list[str]:
    """Bare addresses of a header, lower case."""
    if re.search(r"[\r\n]", text):
        raise Refused(300, f"Invalid '{name}' address: line break.")
    addresses = [address for _, address in getaddresses([text]) if text.strip()]
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise Refused(300, f"Invalid '{name}' address: '{address}'.")
    return [address.lower() for address in addresses]


def _headers(pairs: list[Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for pair in pairs:
        if (
            not isinstance(pair, dict)
            or set(pair) != {"Name", "Value"}
            or not all(isinstance(v, str) for v in pair.values())
        ):
            raise Refused(403, "Invalid JSON: 'Headers' is a list of Name and Value.")
        if re.search(r"[\r\n]", pair["Name"] + pair["Value"]):
            raise Refused(300, f"Invalid header '{pair['Name']}'.")
        headers[pair["Name"]] = pair["Value"]
    return headers


def _metadata(pairs: dict[str, Any]) -> dict[str, str]:
    if any(not isinstance(value, str) or len(name) > 20 or len(value) > 80 for name, value in pairs.items()):
        raise Refused(300, "Invalid metadata content. Names have up to 20, values up to 80 characters.")
    return dict(pairs)


def _attachment(data: Any) -> dict[str, str]:
    names = {"Name", "Content", "ContentType"}
    if not isinstance(data, dict) or not names <= set(data) <= names | {"ContentID"}:
        raise Refused(403, "Invalid JSON: 'Attachments' is a list of Name, Content and ContentType.")
    try:
        base64.b64decode(data["Content"], validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Refused(300, f"Attachment '{data['Name']}' is not Base64.") from None
    return {"name": data["Name"], "type": data["ContentType"], "content": data["Content"]}
