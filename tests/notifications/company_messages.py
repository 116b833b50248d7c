"""What each company posts about a mail, in the shape of its own documentation, signed as it signs.

Pages: developers.brevo.com/docs/transactional-webhooks, developers.mailersend.com/api/v1/webhooks.html,
documentation.mailgun.com (Webhooks), dev.mailjet.com/email/guides/webhooks, help.mailtrap.io/article/102-webhooks,
mailchimp.com/developer/transactional/docs/webhooks, docs.postalserver.io/developer/webhooks, resend.com/docs/webhooks,
support.sparkpost.com (Event Webhooks), godocs.unisender.ru/web-api-ref#callback-format.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TO, ID = "buyer@example.com", "company-id-1"
#: 2026-03-05T12:00:00 UTC
AT = 1772712000
SECRET = "company:password-of-twenty-letters"
KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = "".join(
    KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
    .splitlines()[1:-1]
)
BASIC = {"authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()}


@dataclass
class Post:
    """``headers`` in lower case."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def plain(data: Any) -> Post:
    return Post(json.dumps(data).encode(), {"content-type": "application/json"} | BASIC)


def signed(name: str, secret: str) -> Callable[[Any], Post]:
    def post(data: Any) -> Post:
        body = json.dumps(data).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return Post(body, {"content-type": "application/json", name: signature})

    return post


def mandrill(data: Any) -> Post:
    """HMAC-SHA1 over the address and the fields."""
    text = json.dumps([data])
    over = f"https://shop.example/hooks/mail/mandrill_events{text}"
    signature = base64.b64encode(hmac.new(b"secret", over.encode(), hashlib.sha1).digest()).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-mandrill-signature": signature}
    return Post(urlencode({"mandrill_events": text}).encode(), headers)


def postal(data: Any) -> Post:
    body = json.dumps(data).encode()
    signature = base64.b64encode(KEY.sign(body, padding.PKCS1v15(), hashes.SHA1())).decode()
    return Post(body, {"content-type": "application/json", "x-postal-signature": signature})


def mailgun(data: Any) -> Post:
    signature = hmac.new(b"secret", f"{AT}token".encode(), hashlib.sha256).hexdigest()
    whole = {"signature": {"timestamp": str(AT), "token": "token", "signature": signature}, "event-data": data}
    return Post(json.dumps(whole).encode(), {"content-type": "application/json"})


def unisender(data: Any) -> Post:
    """MD5 over the body with the key in the place of the sum."""
    event = {"event_name": "transactional_email_status", "event_data": data}
    whole = {"auth": "AUTH", "events_by_user": [{"user_id": 1, "events": [event]}]}
    text = json.dumps(whole)
    total = hashlib.md5(text.replace("AUTH", "secret").encode(), usedforsecurity=False).hexdigest()
    return Post(text.replace("AUTH", total).encode(), {"content-type": "application/json"})


def brevo(event: str) -> Any:
    return {"event": event, "email": TO, "message-id": ID, "ts_epoch": AT * 1000, "reason": "550 5.1.1 unknown"}


def mailersend(kind: str) -> Any:
    morph = {"object": "recipient_bounce", "reason": "550 5.1.1 unknown"}
    return {
        "type": f"activity.{kind}",
        "data": {
            "id": "1", "type": kind, "created_at": "2026-03-05T12:00:00.000000Z", "morph": morph,
            "email": {"message": {"id": ID}, "recipient": {"email": TO}},
        },
    }  # fmt: skip


def of_mailgun(event: str, **more: Any) -> Any:
    said = {"delivery-status": {"code": 550, "message": "550 5.1.1 unknown", "description": ""}}
    return {"event": event, "recipient": TO, "timestamp": AT, "message": {"headers": {"message-id": ID}}} | said | more


def mailjet(event: str, **more: Any) -> Any:
    return [{"event": event, "time": AT, "MessageID": ID, "email": TO} | more]


def mailtrap(event: str) -> Any:
    row = {"event": event, "timestamp": AT, "message_id": ID, "email": TO, "event_id": "1", "response": "550 5.1.1"}
    return {"events": [row]}


def of_mandrill(event: str) -> Any:
    return {"event": event, "ts": AT, "_id": ID, "msg": {"_id": ID, "email": TO, "diag": "550 5.1.1 unknown"}}


def of_postal(**payload: Any) -> Any:
    message = {"id": ID, "to": TO, "direction": "outgoing"}
    said = {"message": message, "output": "550 5.1.1"} | payload
    return {"event": "x", "timestamp": AT, "uuid": "1", "payload": said}


def bounced_at_postal() -> Any:
    original = {"id": ID, "to": TO, "direction": "outgoing"}
    payload = {"original_message": original, "bounce": {"id": 2, "to": "psrp@example.com"}}
    return {"event": "MessageBounced", "timestamp": AT, "uuid": "1", "payload": payload}


def postmark(kind: str, **more: Any) -> Any:
    return {"RecordType": kind, "MessageID": ID, "Email": TO, "Recipient": TO, "ID": 1, "Metadata": {}} | more


def resend(kind: str, **bounce: str) -> Any:
    data = {"email_id": ID, "to": [TO]} | ({"bounce": {"message": "", "subType": ""} | bounce} if bounce else {})
    return {"type": f"email.{kind}", "created_at": "2026-03-05T12:00:00.000Z", "data": data}


def sparkpost(kind: str, bounce_class: str = "") -> Any:
    event = {"type": kind, "timestamp": str(AT), "transmission_id": ID, "raw_rcpt_to": TO, "event_id": "1"}
    return [{"msys": {"message_event": event | ({"bounce_class": bounce_class} if bounce_class else {})}}]


def of_unisender(status: str, why: str) -> Any:
    info = {"delivery_status": why, "destination_response": "550 5.1.1"}
    return {
        "job_id": "job", "metadata": {"anymail_id": ID}, "email": TO, "status": status,
        "event_time": "2026-03-05 12:00:00", "delivery_info": info,
    }  # fmt: skip


#: Company: settings, how it posts, and what it says of a hard bounce, a soft one, a complaint, a delivery.
COMPANIES: dict[str, tuple[dict[str, str], Callable[[Any], Post], list[Any]]] = {
    "brevo": ({}, plain, [brevo("hard_bounce"), brevo("soft_bounce"), brevo("spam"), brevo("delivered")]),
    "mailersend": (
        {"MAILERSEND_SIGNING_SECRET": "secret"}, signed("signature", "secret"),
        [mailersend(kind) for kind in ("hard_bounced", "soft_bounced", "spam_complaint", "delivered")],
    ),
    "mailgun": (
        {"MAILGUN_WEBHOOK_SIGNING_KEY": "secret"}, mailgun,
        [
            of_mailgun("failed", severity="permanent", reason="bounce"),
            of_mailgun("failed", severity="temporary", reason="generic"),
            of_mailgun("complained"), of_mailgun("delivered"),
        ],
    ),
    "mailjet": (
        {}, plain,
        [
            mailjet("bounce", hard_bounce=True, error="user unknown"),
            mailjet("bounce", hard_bounce=False, error="quota exceeded"), mailjet("spam"), mailjet("sent"),
        ],
    ),
    "mailtrap": (
        {"MAILTRAP_TRACKING_SECRET": "secret"}, signed("mailtrap-signature", "secret"),
        [mailtrap(event) for event in ("bounce", "soft bounce", "spam", "delivery")],
    ),
    "mandrill": (
        {"MANDRILL_WEBHOOK_KEY": "secret"}, mandrill,
        [of_mandrill(event) for event in ("hard_bounce", "soft_bounce", "spam", "")],
    ),
    "postal": (
        {"POSTAL_WEBHOOK_KEY": PUBLIC}, postal,
        [bounced_at_postal(), of_postal(status="SoftFail"), None, of_postal(status="Sent")],
    ),
    "postmark": (
        {}, plain,
        [
            postmark("Bounce", Type="HardBounce", Inactive=True, BouncedAt="2026-03-05T12:00:00Z"),
            postmark("Bounce", Type="SoftBounce", Inactive=False, BouncedAt="2026-03-05T12:00:00Z"),
            postmark("SpamComplaint", Type="SpamComplaint", BouncedAt="2026-03-05T12:00:00Z"),
            postmark("Delivery", DeliveredAt="2026-03-05T12:00:00Z"),
        ],
    ),
    "resend": (
        {}, plain,
        [
            resend("bounced", type="Permanent"), resend("bounced", type="Transient"), resend("complained"),
            resend("delivered"),
        ],
    ),
    "sparkpost": (
        {}, plain,
        [sparkpost("bounce", "10"), sparkpost("bounce", "22"), sparkpost("spam_complaint"), sparkpost("delivery")],
    ),
    "unisender_go": (
        {"UNISENDER_GO_API_KEY": "secret"}, unisender,
        [
            of_unisender("hard_bounced", "err_user_unknown"), of_unisender("soft_bounced", "err_mailbox_full"),
            of_unisender("spam", ""), of_unisender("delivered", ""),
        ],
    ),
}  # fmt: skip
