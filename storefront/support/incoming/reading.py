"""A received mail as plain values: which ticket, who wrote, what, which files. Reads anything without raising."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from anymail.inbound import AnymailInboundMessage

from storefront.core.uploads import checking
from storefront.core.user_input import characters
from storefront.support import reply_address
from storefront.support.incoming import automatic, html_text, quotes

#: Characters of text that are kept, and bytes of all files together: the mail waits in the database for the worker.
MOST_TEXT, MOST_QUOTED, MOST_BYTES = 20_000, 40_000, 10 * 1024 * 1024
#: Pictures in the text that are smaller are the writer's signature.
LOGO = 10 * 1024


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """``number``: of the ticket; ``sender``: a bare address, lower case; ``digest``: the same for every copy of the
    mail; ``files``: names and Base64; ``left_out``: names of files that were too large or too many. ``refused``: why it
    is not taken in; ``is_unproven``: who received it says that it is not from the sender's domain."""

    number: str
    digest: str
    sender: str = ""
    text: str = ""
    quoted: str = ""
    files: list[dict[str, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    refused: str = ""
    is_unproven: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> IncomingMail:
        return cls(**data)


def read(mail: AnymailInboundMessage, *, is_unproven: bool = False) -> IncomingMail | None:
    """The mail, or None if it is to no ticket."""
    number = next(filter(None, map(reply_address.read, _recipients(mail))), None)
    if number is None:
        return None
    sender, digest = _sender(mail), _digest(mail)
    refused = automatic.why(mail, sender=sender) if sender else "no sender"
    if refused:
        return IncomingMail(number=number, digest=digest, refused=refused)
    text, quoted = quotes.split(_body(mail))
    files, left_out = _files(mail)
    if not text and not files:
        return IncomingMail(number=number, digest=digest, refused="empty")
    return IncomingMail(
        number=number, digest=digest, sender=sender, text=text[:MOST_TEXT], quoted=quoted[:MOST_QUOTED], files=files,
        left_out=left_out, is_unproven=is_unproven,
    )  # fmt: skip


def _recipients(mail: AnymailInboundMessage) -> Iterable[str]:
    if mail.envelope_recipient:
        yield str(mail.envelope_recipient)
    for name in ("To", "Cc", "Bcc"):
        yield from _addresses(mail, name)


def _sender(mail: AnymailInboundMessage) -> str:
    """The one address in From; "" if there is none, or several."""
    found = _addresses(mail, "From")
    return found[0].lower() if len(found) == 1 and len(found[0]) <= 254 and found[0].isprintable() else ""


def _addresses(mail: AnymailInboundMessage, name: str) -> list[str]:
    try:
        return [address.addr_spec for address in mail.get_address_header(name) if "@" in address.addr_spec]
    except automatic.BROKEN:
        return []


def _digest(mail: AnymailInboundMessage) -> str:
    """Of its Message-ID; a mail without one is known by its content."""
    named = automatic.header(mail, "Message-ID")
    if not named:
        named = repr([automatic.header(mail, "Date"), _addresses(mail, "From"), _body(mail)])
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _body(mail: AnymailInboundMessage) -> str:
    """The plain text; that of the HTML where there is no other."""
    text = _part(mail, "text/plain")
    if not text.strip():
        text = html_text.text_of(_part(mail, "text/html"))
    return characters.many_lines(text[: MOST_TEXT + MOST_QUOTED])


def _part(mail: AnymailInboundMessage, content_type: str) -> str:
    """The first part of a type that is no attachment, in whatever encoding it is, or says to be."""
    try:
        parts = [part for part in mail.walk() if part.get_content_type() == content_type and not part.is_attachment()]
        content = parts[0].get_payload(decode=True) if parts else None
        named = parts[0].get_content_charset() if parts else None
    except automatic.BROKEN:
        return ""
    return _decoded(content if isinstance(content, bytes) else b"", named or "utf-8")


def _decoded(content: bytes, named: str) -> str:
    for charset in (named, "utf-8", "cp1251"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", "replace")


def _files(mail: AnymailInboundMessage) -> tuple[list[dict[str, str]], list[str]]:
    files: list[dict[str, str]] = []
    left_out: list[str] = []
    total = 0
    for name, content in _contents(mail):
        total += len(content)
        if len(files) == checking.MOST_FILES or total > MOST_BYTES:
            left_out.append(name)
        else:
            files.append({"name": name, "content": base64.b64encode(content).decode()})
    return files, left_out[:20]


def _contents(mail: AnymailInboundMessage) -> Iterable[tuple[str, bytes]]:
    """Attachments, and pictures in the text that are no logo."""
    for part in mail.walk():
        name, content = _file(part)
        if content:
            yield name, content


def _file(part: AnymailInboundMessage) -> tuple[str, bytes]:
    """Name and content of a part that is a file; no content for any other. Apple Mail shows files in the text, too."""
    try:
        if part.is_multipart() or not (part.is_attachment() or part.is_inline()):
            return "", b""
        content, name = part.get_payload(decode=True), part.get_filename() or ""
        is_logo = _is_in_the_text(part) and len(content or b"") <= LOGO
    except automatic.BROKEN:
        return "", b""
    return ("", b"") if is_logo or not isinstance(content, bytes) else (checking.plain_name(name), content)


def _is_in_the_text(part: AnymailInboundMessage) -> bool:
    """Whether it is a picture that the HTML shows."""
    is_named = automatic.header(part, "Content-ID").strip("<>") != ""
    return part.is_inline() and part.get_content_maintype() == "image" and is_named
