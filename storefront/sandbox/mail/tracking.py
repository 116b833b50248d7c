"""What Postmark tells of mails it has taken, and whom it sends nothing to any more.

Bodies: https://postmarkapp.com/developer/webhooks/bounce-webhook, .../spam-complaint-webhook, .../delivery-webhook.
Suppressions: https://postmarkapp.com/developer/api/suppressions-api.
"""

from __future__ import annotations

import base64
import json
import secrets
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError, URLError

from storefront.sandbox.mail.messages import Message, Refused

#: Type: code, name, whether the address is deactivated. https://postmarkapp.com/developer/api/bounce-api#bounce-types
BOUNCES = {
    "HardBounce": (1, "Hard bounce", True),
    "SoftBounce": (4096, "Soft bounce", False),
    "Transient": (2, "Message delayed", False),
    "Blocked": (100006, "ISP block", False),
    "BadEmailAddress": (100000, "Invalid email address", True),
    "SpamComplaint": (512, "Spam complaint", True),
}
DETAILS = "smtp;550 5.1.1 The email account that you tried to reach does not exist"


def inactive(suppressed: dict[str, str], message: Message) -> None:
    """Raises Postmark's refusal of a mail whose only recipients it holds back."""
    held = [address for address in message.recipients if address in suppressed]
    if held and len(held) == len(message.recipients):
        raise Refused(
            406,
            "You tried to send to recipient(s) that have been marked as inactive. "
            f"Found inactive addresses: {', '.join(held)}. Inactive recipients are ones that have generated a hard "
            "bounce, a spam complaint, or a manual suppression.",
        )


def delete(suppressed: dict[str, str], data: Any) -> dict[str, Any]:
    """Let addresses in again; never those that complained."""
    try:
        emails = [each["EmailAddress"].lower() for each in data["Suppressions"]]
    except (KeyError, TypeError, AttributeError):
        raise Refused(402, "Invalid JSON: 'Suppressions' is a list of EmailAddress.") from None
    answers = []
    for email in emails:
        is_held = suppressed.get(email) == "SpamComplaint"
        if not is_held:
            suppressed.pop(email, None)
        why = "You do not have the required authority to change this suppression." if is_held else None
        answers.append({"EmailAddress": email, "Status": "Failed" if is_held else "Deleted", "Message": why})
    return {"Suppressions": answers}


def bounce(message: Message, kind: str, at: str = "") -> dict[str, Any]:
    """The body of a bounce, or of a spam complaint, which has the same fields."""
    code, name, is_final = BOUNCES[kind]
    return {
        "RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce",
        "MessageStream": message.stream,
        "ID": secrets.randbelow(2**40),
        "Type": kind,
        "TypeCode": code,
        "Name": name,
        "Tag": message.tag,
        "MessageID": message.message_id,
        "Metadata": message.metadata,
        "ServerID": 23,
        "Description": name,
        "Details": "" if kind == "SpamComplaint" else DETAILS,
        "Email": message.recipients[0],
        "From": message.sender,
        "BouncedAt": at or datetime.now(UTC).isoformat(),
        "DumpAvailable": True,
        "Inactive": is_final,
        "CanActivate": kind != "SpamComplaint",
        "Subject": message.subject,
    }


def delivery(message: Message, at: str = "") -> dict[str, Any]:
    return {
        "RecordType": "Delivery",
        "ServerID": 23,
        "MessageStream": message.stream,
        "MessageID": message.message_id,
        "Recipient": message.recipients[0],
        "Tag": message.tag,
        "DeliveredAt": at or datetime.now(UTC).isoformat(),
        "Details": "smtp;250 2.0.0 OK",
        "Metadata": message.metadata,
    }


def post(url: str, auth: str, body: dict[str, Any]) -> int:
    """Tell the shop, with the name and password that stand in the address of Postmark's webhook. Returns its answer, 0
    for none."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    request.add_header("Authorization", "Basic " + base64.b64encode(auth.encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return int(refused.code)
    except URLError:
        return 0
