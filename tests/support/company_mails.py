"""One mail of a customer as each company hands it over, in the shape of its own documentation, signed as it signs.

Pages: documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store, dev.mailjet.com/email/guides/parse-api,
docs.postalserver.io/developer/http-payloads, postmarkapp.com/developer/webhooks/inbound-webhook,
www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook,
developers.sparkpost.com/api/relay-webhooks. What each says about the sender (SPF, DKIM) is in ``spf`` and ``dkim``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.notifications.company_messages import AT, BASIC, PUBLIC, SECRET, Post, plain, postal

SENDER, PDF = "buyer@example.com", b"%PDF-1.7\nreceipt\n%%EOF"
DKIM = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=k1; h=from:to; bh=x; b=y"
Parts = list[tuple[str, str, bytes]]


@dataclass(frozen=True)
class Mail:
    """``spf`` and ``dkim``: pass, fail or "" (nothing was found out); ``more``: headers that the sender added."""

    to: str
    text: str = "It works now."
    spf: str = ""
    dkim: str = ""
    more: tuple[tuple[str, str], ...] = ()
    attached: bytes = PDF

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [
            ("Received", "from mail.example.com by mx.company.example"), *self.more, ("Dkim-Signature", DKIM),
            ("Mime-Version", "1.0"), ("From", f"Ada Buyer <{SENDER}>"), ("To", self.to), ("Subject", "Re: Silent"),
            ("Date", "Thu, 05 Mar 2026 12:30:00 +0000"), ("Message-Id", f"<{hash(self)}@mail.example.com>"),
        ]  # fmt: skip

    def raw(self, *added: tuple[str, str]) -> str:
        head = "".join(f"{name}: {value}\r\n" for name, value in (*added, *self.headers))
        pdf = base64.encodebytes(self.attached).decode()
        return (
            f'{head}Content-Type: multipart/mixed; boundary="B"\r\n\r\n'
            f"--B\r\nContent-Type: text/plain\r\n\r\n{self.text}\r\n"
            '--B\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="r.pdf"\r\n'
            f"Content-Transfer-Encoding: base64\r\n\r\n{pdf}\r\n--B--\r\n"
        )


def form(fields: dict[str, str], files: Parts, headers: dict[str, str]) -> Post:
    """multipart/form-data, typed by hand."""
    body = b""
    for name, value in fields.items():
        body += f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, filename, content in files:
        head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        body += f"{head}Content-Type: application/pdf\r\n\r\n".encode() + content + b"\r\n"
    return Post(body + b"--x--\r\n", {"content-type": "multipart/form-data; boundary=x"} | headers)


def _mailgun_fields(mail: Mail) -> dict[str, str]:
    signature = hmac.new(b"secret", f"{AT}token".encode(), hashlib.sha256).hexdigest()
    return {
        "timestamp": str(AT), "token": "token", "signature": signature, "recipient": mail.to, "sender": SENDER,
        "from": f"Ada Buyer <{SENDER}>", "subject": "Re: Silent",
    }  # fmt: skip


def _mailgun_found(mail: Mail) -> list[tuple[str, str]]:
    spf, dkim = mail.spf.capitalize().replace("fail", "Fail"), mail.dkim.capitalize()
    spf = "SoftFail" if mail.spf == "softfail" else spf
    found = [("X-Mailgun-Dkim-Check-Result", dkim), ("X-Mailgun-Spf", spf)]
    return [("X-Mailgun-Incoming", "Yes"), *(each for each in found if each[1])]


def mailgun(mail: Mail) -> Post:
    fields = _mailgun_fields(mail) | {
        "body-plain": mail.text, "stripped-text": mail.text, "attachment-count": "1", "content-id-map": "{}",
        "message-headers": json.dumps([*_mailgun_found(mail), *mail.headers]),
    }  # fmt: skip
    return form(fields, [("attachment-1", "r.pdf", mail.attached)], {})


def mailgun_raw(mail: Mail) -> Post:
    """To an address that ends in "mime"."""
    return form(_mailgun_fields(mail) | {"body-mime": mail.raw(*_mailgun_found(mail))}, [], {})


def mailjet(mail: Mail) -> Post:
    kept: dict[str, Any] = {name: [value] for name, value in mail.headers if name not in ("From", "To", "Subject")}
    kept["Content-Type"] = ['multipart/mixed; boundary="B"']
    part = {
        "Content-Type": ["application/pdf"], "Content-Disposition": ['attachment; filename="r.pdf"'],
        "Content-Transfer-Encoding": ["base64"],
    }  # fmt: skip
    named = {"From": f"Ada Buyer <{SENDER}>", "To": mail.to, "Subject": "Re: Silent"}
    return plain({
        "Sender": SENDER, "Recipient": mail.to, "Date": "20260305T123000", "From": f"Ada Buyer <{SENDER}>",
        "Subject": "Re: Silent", "Headers": kept | named, "SpamAssassinScore": "0.1",
        "Parts": [
            {"Headers": {"Content-Type": ["text/plain; charset=UTF-8"]}, "ContentRef": "Text-part"},
            {"Headers": part, "ContentRef": "Attachment1"},
        ],
        "Text-part": mail.text, "Attachment1": base64.b64encode(mail.attached).decode(),
    })  # fmt: skip


def of_postal(mail: Mail) -> Post:
    raw = base64.b64encode(mail.raw().encode()).decode()
    return postal({"id": 7, "rcpt_to": mail.to, "mail_from": SENDER, "message": raw, "base64": True, "size": len(raw)})


def postmark(mail: Mail) -> Post:
    tests = ",".join(filter(None, (mail.dkim and "DKIM_SIGNED", "DKIM_VALID_AU" if mail.dkim == "pass" else "", "T")))
    told = (
        f"{mail.spf.capitalize()} (told so) identity=mailfrom; client-ip=203.0.113.7; helo=x; envelope-from={SENDER}; "
    )
    added = [("X-Spam-Tests", tests)] + (
        [("Received-SPF", f"{told}receiver=0123abcd@inbound.postmarkapp.com")] if mail.spf else []
    )
    headers = [("Return-Path", f"<{SENDER}>"), *added, *mail.headers[:-5], *mail.headers[-1:]]
    person = {"Email": SENDER, "Name": "Ada Buyer", "MailboxHash": ""}
    return plain({
        "FromFull": person, "From": SENDER, "To": mail.to, "Cc": "", "CcFull": [], "Bcc": "", "BccFull": [],
        "ToFull": [{"Email": mail.to, "Name": "", "MailboxHash": ""}], "OriginalRecipient": mail.to,
        "Subject": "Re: Silent", "MessageID": "22c74902-a0c1-4511-804f-341342852c90", "ReplyTo": "", "Tag": "",
        "Date": "Thu, 05 Mar 2026 12:30:00 +0000", "TextBody": mail.text, "HtmlBody": "", "StrippedTextReply": "",
        "Headers": [{"Name": name, "Value": value} for name, value in headers], "MailboxHash": "",
        "Attachments": [{"Name": "r.pdf", "Content": base64.b64encode(mail.attached).decode(),
                         "ContentType": "application/pdf", "ContentLength": len(mail.attached)}],
    })  # fmt: skip


def _sendgrid_fields(mail: Mail) -> dict[str, str]:
    return {
        "to": mail.to, "from": f"Ada Buyer <{SENDER}>", "subject": "Re: Silent", "sender_ip": "203.0.113.7",
        "envelope": json.dumps({"to": [mail.to], "from": SENDER}), "charsets": '{"to":"UTF-8","text":"UTF-8"}',
        "SPF": mail.spf or "none", "dkim": f"{{@example.com : {mail.dkim}}}" if mail.dkim else "none",
    }  # fmt: skip


def sendgrid(mail: Mail) -> Post:
    fields = _sendgrid_fields(mail) | {
        "headers": "\n".join(f"{name}: {value}" for name, value in mail.headers), "text": mail.text,
        "attachments": "1", "attachment-info": '{"attachment1": {"filename": "r.pdf", "type": "application/pdf"}}',
    }  # fmt: skip
    return form(fields, [("attachment1", "r.pdf", mail.attached)], BASIC)


def sendgrid_raw(mail: Mail) -> Post:
    return form(_sendgrid_fields(mail) | {"email": mail.raw()}, [], BASIC)


def sparkpost(mail: Mail) -> Post:
    content = {"email_rfc822": base64.b64encode(mail.raw().encode()).decode(), "email_rfc822_is_base64": True}
    message = {"content": content, "rcpt_to": mail.to, "msg_from": SENDER, "friendly_from": SENDER, "webhook_id": "1"}
    return plain([{"msys": {"relay_message": message | {"protocol": "smtp", "customer_id": "1"}}}])


_SECRET = {"WEBHOOK_SECRET": [SECRET]}
#: By a name for the test: module in anymail.backends, its settings, and how it posts a mail.
COMPANIES: dict[str, tuple[str, dict[str, Any], Callable[[Mail], Post]]] = {
    "mailgun": ("mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": "secret"}, mailgun),
    "mailgun, raw": ("mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": "secret"}, mailgun_raw),
    "mailjet": ("mailjet", _SECRET, mailjet),
    "postal": ("postal", {"POSTAL_WEBHOOK_KEY": PUBLIC}, of_postal),
    "postmark": ("postmark", _SECRET, postmark),
    "sendgrid": ("sendgrid", _SECRET, sendgrid),
    "sendgrid, raw": ("sendgrid", _SECRET, sendgrid_raw),
    "sparkpost": ("sparkpost", _SECRET, sparkpost),
}
#: Those that say what they found out about the sender.
SAYING = ("mailgun", "mailgun, raw", "postmark", "sendgrid", "sendgrid, raw")
