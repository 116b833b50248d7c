"""A mail of the shop reaches every company that README names, by anymail's own backend and the shop's settings."""

from __future__ import annotations

import re
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storefront.core.mail_companies import COMPANIES, SMTP
from storefront.notifications import outbox
from storefront.notifications.delivery import message_id
from storefront.notifications.models import OutboxMessage, OutboxStatus
from tests.notifications.every_mail import enqueue
from tests.notifications.sinks import ID, INTERFACES, Sink, postmark_headers

pytestmark = pytest.mark.django_db

README = Path(__file__).resolve().parents[2] / "README.md"
KEY = "order:1"


@pytest.fixture(autouse=True)
def shop_of_its_own_domain(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = '"Shop, Inc." <orders@shop.example>'


def test_readme_names_exactly_these() -> None:
    table = README.read_text().partition("### Mail")[2].partition("**Bounces")[0]
    named = {name: backend for name, backend in re.findall(r"^\| ([A-Z][\w ]+) \| `(\w+)` \|", table, re.M)}
    assert named == {COMPANIES[name].name: name for name in INTERFACES}
    for name in INTERFACES:
        row = re.search(rf"^\|.*\| `{name}` \|.*$", table, re.M)
        assert row and all(f"`{needed}`" in row[0] for needed in [*COMPANIES[name].needs])
        assert COMPANIES[name].signed_by in row[0] or COMPANIES[name].signing_package


def send(name: str, settings: Any) -> tuple[OutboxMessage, Sink]:
    with Sink(name) as sink:
        settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
        settings.ANYMAIL = sink.anymail(name)
        enqueue(key=KEY)
        outbox.deliver_due()
    return OutboxMessage.objects.get(), sink


@pytest.mark.parametrize("name", INTERFACES)
def test_a_mail_reaches_the_company_whole(name: str, settings: Any) -> None:
    row, sink = send(name, settings)
    assert row.status == OutboxStatus.SENT, row.last_error
    (arrived,) = sink.mails
    assert (arrived.to, arrived.sender) == ("buyer@example.com", "orders@shop.example")
    assert "SO-7K3M-9QXD" in arrived.subject and "http://testserver/pay/token.sig/" in arrived.text
    assert "<html" in arrived.html and "€192.00" in arrived.html
    assert arrived.reply_to == settings.SUPPORT_EMAIL
    assert arrived.proof and "key" in _plain(arrived.proof)


@pytest.mark.parametrize("name", INTERFACES)
def test_it_carries_its_own_id_and_says_that_a_machine_wrote_it(name: str, settings: Any) -> None:
    _row, sink = send(name, settings)
    headers = postmark_headers(sink.requests[0]) if name == "postmark" else sink.mails[0].headers
    if name == "mailersend":  # which takes headers of its Enterprise plan only
        assert headers == {}
        return
    assert headers["message-id"] == message_id(KEY)
    assert headers["auto-submitted"] == "auto-generated"


def test_companies_that_know_a_mail_again_get_the_id_by_which_they_do(settings: Any) -> None:
    """The same at every try: of the mail's key, and of nothing that changes."""
    stable = message_id(KEY).strip("<>")
    _row, resend = send("resend", settings)
    assert resend.requests[0].headers["idempotency-key"] == stable
    OutboxMessage.objects.all().delete()
    _row, brevo = send("brevo", settings)
    expected = str(uuid.uuid5(uuid.NAMESPACE_URL, stable.partition("@")[0]))
    assert brevo.mails[0].headers["idempotencykey"] == expected
    OutboxMessage.objects.all().delete()
    _row, postmark = send("postmark", settings)
    data = postmark.requests[0].json()
    assert data["Metadata"] == {"mail_id": stable.partition("@")[0]}
    assert postmark_headers(postmark.requests[0])["x-pm-keepid"] == "true"


@pytest.mark.parametrize("name", INTERFACES)
def test_the_companys_own_id_is_kept_so_that_its_messages_are_understood(name: str, settings: Any) -> None:
    row, sink = send(name, settings)
    if name == "unisender_go":  # anymail gives the id, and the company sends it back with its messages
        assert row.provider_reference == sink.requests[0].json()["message"]["recipients"][0]["metadata"]["anymail_id"]
    else:
        assert row.provider_reference == ID


def _plain(proof: str) -> str:
    """Basic authentication in plain text."""
    import base64

    kind, _, text = proof.partition(" ")
    return base64.b64decode(text).decode() if kind == "Basic" else proof


# A mail server ------------------------------------------------------------------------------------------------------


class MailServer:
    """As much of RFC 5321 as one mail needs. ``refuses``: what it answers to a recipient."""

    def __init__(self, refuses: str = "") -> None:
        self.refuses = refuses
        self.taken: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 sink\r\n")
            for line in lines:
                verb = line[:4].upper().strip()
                if verb == b"DATA":
                    connection.sendall(b"354 go on\r\n")
                    mail = iter(lines.readline, b".\r\n")
                    self.taken.append(b"".join(mail).decode())
                refused = verb == b"RCPT" and self.refuses
                connection.sendall(f"{self.refuses if refused else '250 ok'}\r\n".encode())
                if verb == b"QUIT":
                    return


@pytest.fixture
def smtp(settings: Any, request: Any) -> Iterator[MailServer]:
    server = MailServer(getattr(request, "param", ""))
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = SMTP, "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = False
    yield server
    server.close()


def test_a_mail_reaches_a_mail_server(smtp: MailServer) -> None:
    enqueue(key=KEY)
    outbox.deliver_due()
    assert OutboxMessage.objects.get().status == OutboxStatus.SENT
    (mail,) = smtp.taken
    assert f"Message-ID: {message_id(KEY)}" in mail and "Auto-Submitted: auto-generated" in mail
    assert "multipart/alternative" in mail


@pytest.mark.parametrize(
    ("smtp", "is_bad"),
    [("550 5.1.1 no such user", True), ("550 5.7.1 relaying denied", False), ("550 blocked", False)],
    indirect=["smtp"],
)
def test_what_a_mail_server_says_of_the_address_counts_and_what_it_says_of_us_does_not(
    smtp: MailServer, is_bad: bool
) -> None:
    from storefront.notifications.models import MailAddress

    enqueue(key=KEY)
    outbox.deliver_due()
    assert OutboxMessage.objects.get().status == (OutboxStatus.WITHHELD if is_bad else OutboxStatus.DEAD)
    assert MailAddress.objects.exists() is is_bad
