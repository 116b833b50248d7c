"""A sink for the mails of each company: takes a mail where its interface does, and answers as it answers.

Written from the companies' own documentation; what anymail makes of a mail is read back into one form.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl

from storefront.sandbox.server import Request, Response, StandIn

ID = "sink-id-1"


@dataclass
class Mail:
    """``headers`` in lower case, without those that have fields of their own; ``proof``: how the sender was known."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    reply_to: str
    proof: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Interface:
    """``path`` takes mails, ``key`` is the header that proves the sender, ``answer`` what a taken mail is answered."""

    path: str
    key: str
    read: Callable[[Request, str], Mail]
    answer: Callable[[Mail], Response]
    settings: Mapping[str, str]


def _address(value: Any) -> str:
    """Of an address however it is written: text, an object, or a list of one of them."""
    if isinstance(value, list):
        (value,) = value
    if isinstance(value, dict):
        value = next(each for name, each in value.items() if name.lower() in ("email", "address"))
        value = value["email"] if isinstance(value, dict) else value
    return parseaddr(value)[1]


def _headers(value: Any) -> dict[str, str]:
    """Of a mapping, or of a list of pairs."""
    if isinstance(value, list):
        value = {pair.get("name", pair.get("key")): pair["value"] for pair in value}
    return {name.lower(): text for name, text in (value or {}).items()}


def json_mail(
    *, to: str, sender: str, text: str, html: str, reply_to: str, headers: str = "headers", subject: str = "subject"
) -> Callable[[Request, str], Mail]:
    """A mail in JSON, whose parts are at paths such as "message.to"; a reply-to may be among the headers."""

    def read(request: Request, proof: str) -> Mail:
        data = request.json()

        def at(path: str) -> Any:
            found = data
            for name in path.split("."):
                found = found[int(name)] if isinstance(found, list) else (found or {}).get(name)
            return found

        others = _headers(at(headers))
        answers = others.pop("reply-to", None) or at(reply_to)
        return Mail(
            _address(at(to)), _address(at(sender)), at(subject), at(text), at(html), _address(answers), proof, others
        )

    return read


def mailgun_mail(request: Request, proof: str) -> Mail:
    fields = dict(parse_qsl(request.body.decode()))
    others = {name[2:].lower(): text for name, text in fields.items() if name.startswith("h:")}
    return Mail(
        _address(fields["to"]), _address(fields["from"]), fields["subject"], fields["text"], fields["html"],
        _address(others.pop("reply-to")), proof, others,
    )  # fmt: skip


def told(body: Any, status: int = 200, **headers: str) -> Callable[[Mail], Response]:
    return lambda mail: Response(body(mail) if callable(body) else body, status, dict(headers))


FROM_DATA = {"to": "to", "sender": "from", "reply_to": "reply_to"}
INTERFACES = {
    "brevo": Interface(
        "/smtp/email", "api-key",
        json_mail(to="to", sender="sender", text="textContent", html="htmlContent", reply_to="replyTo"),
        told({"messageId": ID}, 201), {"BREVO_API_KEY": "key"},
    ),
    "mailersend": Interface(
        "/email", "authorization", json_mail(**FROM_DATA, text="text", html="html"),
        told(b"", 202, **{"X-Message-Id": ID, "Content-Type": "text/html"}), {"MAILERSEND_API_TOKEN": "key"},
    ),
    "mailgun": Interface(
        "/shop.example/messages", "authorization", mailgun_mail,
        told({"id": ID, "message": "Queued. Thank you."}), {"MAILGUN_API_KEY": "key"},
    ),
    "mailjet": Interface(
        "/send", "authorization",
        json_mail(
            to="Messages.0.To", sender="Globals.From", text="Globals.TextPart", html="Globals.HTMLPart",
            reply_to="Globals.ReplyTo", headers="Globals.Headers", subject="Globals.Subject",
        ),
        told(lambda mail: {"Messages": [{"Status": "success", "To": [{"Email": mail.to, "MessageID": ID}]}]}),
        {"MAILJET_API_KEY": "key", "MAILJET_SECRET_KEY": "secret"},
    ),
    "mailtrap": Interface(
        "/send", "api-token", json_mail(**FROM_DATA, text="text", html="html"),
        told({"success": True, "message_ids": [ID]}), {"MAILTRAP_API_TOKEN": "key"},
    ),
    "mandrill": Interface(
        "/messages/send.json", "",
        json_mail(
            to="message.to", sender="message.from_email", text="message.text", html="message.html", reply_to="none",
            headers="message.headers", subject="message.subject",
        ),
        told(lambda mail: [{"email": mail.to, "status": "sent", "_id": ID}]), {"MANDRILL_API_KEY": "key"},
    ),
    "postal": Interface(
        "/api/v1/send/message", "x-server-api-key",
        json_mail(**FROM_DATA, text="plain_body", html="html_body"),
        told(lambda mail: {"status": "success", "data": {"messages": {mail.to: {"id": ID, "token": "t"}}}}),
        {"POSTAL_API_KEY": "key"},
    ),
    "postmark": Interface(
        "/email", "x-postmark-server-token",
        json_mail(
            to="To", sender="From", text="TextBody", html="HtmlBody", reply_to="ReplyTo", headers="none",
            subject="Subject",
        ),
        told(lambda mail: {"ErrorCode": 0, "Message": "OK", "MessageID": ID, "To": mail.to}),
        {"POSTMARK_SERVER_TOKEN": "key"},
    ),
    "resend": Interface(
        "/emails", "authorization", json_mail(**FROM_DATA, text="text", html="html"), told({"id": ID}),
        {"RESEND_API_KEY": "key"},
    ),
    "scaleway": Interface(
        "/emails", "x-auth-token", json_mail(**FROM_DATA, text="text", html="html", headers="additional_headers"),
        told(lambda mail: {"emails": [{"mail_rcpt": mail.to, "id": ID, "status": "new"}]}),
        {"SCALEWAY_SECRET_KEY": "key", "SCALEWAY_PROJECT_ID": "project"},
    ),
    "sparkpost": Interface(
        "/transmissions/", "authorization",
        json_mail(
            to="recipients", sender="content.from", text="content.text", html="content.html",
            reply_to="content.reply_to", headers="content.headers", subject="content.subject",
        ),
        told({"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": ID}}),
        {"SPARKPOST_API_KEY": "key"},
    ),
    "unisender_go": Interface(
        "/email/send.json", "x-api-key",
        json_mail(
            to="message.recipients", sender="message.from_email", text="message.body.plaintext",
            html="message.body.html", reply_to="message.reply_to", headers="message.headers", subject="message.subject",
        ),
        told(lambda mail: {"status": "success", "job_id": ID, "emails": [mail.to]}), {"UNISENDER_GO_API_KEY": "key"},
    ),
}  # fmt: skip


class Sink(StandIn):
    """Takes the mails of one company."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.interface = INTERFACES[name]
        self.mails: list[Mail] = []
        self.requests: list[Request] = []
        self.route("POST", self.interface.path.replace(".", r"\."), self._take)

    def anymail(self, name: str) -> dict[str, str]:
        """What the shop needs to send here."""
        return {**self.interface.settings, f"{name.upper()}_API_URL": self.base_url}

    def _take(self, request: Request) -> Response:
        self.requests.append(request)
        proof = request.headers.get(self.interface.key, "") if self.interface.key else request.json()["key"]
        mail = self.interface.read(request, proof)
        self.mails.append(mail)
        return self.interface.answer(mail)


def postmark_headers(request: Request) -> dict[str, str]:
    return {each["Name"].lower(): each["Value"] for each in json.loads(request.body)["Headers"]}
