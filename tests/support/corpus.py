"""Answers as mail programs write them, typed by hand: what must be read out of each.

``TO`` stands for the ticket's address. Bytes, because half of what goes wrong are encodings.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class Example:
    """``text``: what its writer wrote; ``quoted``: a part of what is folded away ("": nothing is); ``refused``: how the
    reason begins that it is not taken in; ``files``: names."""

    name: str
    raw: bytes
    text: str = ""
    quoted: str = ""
    refused: str = ""
    files: tuple[str, ...] = ()


def mail(
    body: bytes | str, *, headers: str = "", content: str = "text/plain; charset=utf-8", message_id: str = ""
) -> bytes:
    """Headers of a person's mail, more ``headers``, and the body as it is."""
    named = message_id or abs(hash(str(body) + headers))
    head = (
        "From: Ada Buyer <buyer@example.com>\r\nTo: Shop <TO>\r\nSubject: Re: The app is silent\r\n"
        f"Date: Thu, 05 Mar 2026 12:30:00 +0000\r\nMessage-ID: <{named}@mail.example>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: {content}\r\n{headers}"
    )
    return (head.rstrip("\r\n") + "\r\n\r\n").encode() + (body.encode() if isinstance(body, str) else body)


def multipart(*parts: tuple[str, bytes | str], kind: str = "mixed") -> tuple[bytes, str]:
    pieces = [
        f"--B\r\n{head}\r\n\r\n".encode() + (body.encode() if isinstance(body, str) else body) for head, body in parts
    ]
    return b"\r\n".join([*pieces, b"--B--\r\n"]), f'multipart/{kind}; boundary="B"'


def attached(name: str, content_type: str, content: bytes, how: str = "attachment") -> tuple[str, bytes]:
    head = (
        f'Content-Type: {content_type}\r\nContent-Disposition: {how}; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64"
    )
    head += f"\r\nContent-ID: <{name}>" if how == "inline" else ""
    return head, base64.encodebytes(content)


TEXT = "Content-Type: text/plain; charset=utf-8"
HTML = "Content-Type: text/html; charset=utf-8"


def _with(*parts: tuple[str, bytes | str], kind: str = "mixed", headers: str = "") -> bytes:
    body, content = multipart(*parts, kind=kind)
    return mail(body, content=content, headers=headers)


EXAMPLES = [
    Example(
        "gmail",
        mail("It works now, thank you!\n\nOn Thu, Mar 5, 2026 at 1:00 PM Northbridge <TO> wrote:\n\n> Hello Ada,\n>\n"
             "> Restart it.\n"),
        "It works now, thank you!", "> Restart it.",
    ),
    Example(
        "gmail, whose line is broken in two",
        mail("Yes.\n\nOn Thu, Mar 5, 2026 at 1:00 PM Northbridge Software\n<TO> wrote:\n\n> Restart it.\n"),
        "Yes.", "> Restart it.",
    ),
    Example(
        "gmail in Russian",
        mail("Заработало, спасибо!\n\nчт, 5 мар. 2026\u202fг. в 16:00, Northbridge <TO>:\n\n> Здравствуйте!\n"
             "> Перезапустите.\n"),
        "Заработало, спасибо!", "> Перезапустите.",
    ),
    Example(
        "gmail, html only",
        mail('<div dir="ltr">It works<br>now.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On '
             'Thu, Mar 5, 2026 at 1:00 PM Northbridge &lt;<a href="mailto:TO">TO</a>&gt; wrote:<br></div><blockquote '
             'class="gmail_quote"><p>Restart it.</p></blockquote></div>', content="text/html; charset=utf-8"),
        "It works\nnow.", "> Restart it.",
    ),
    Example(
        "outlook on Windows",
        mail("Works.\r\n\r\nBest regards\r\nAda\r\n\r\n________________________________\r\nFrom: Northbridge <TO>\r\n"
             "Sent: Thursday, March 5, 2026 1:00 PM\r\nTo: Ada\r\nSubject: The app\r\n\r\nRestart it.\r\n"),
        "Works.\n\nBest regards\nAda", "Restart it.",
    ),
    Example(
        "outlook without a rule",
        mail("Works.\r\n\r\nFrom: Northbridge <TO>\r\nSent: Thursday, March 5, 2026 1:00 PM\r\nTo: Ada\r\n\r\n"
             "Restart it.\r\n"),
        "Works.", "Restart it.",
    ),
    Example(
        "outlook in Russian",
        mail("Работает.\n\n-----Исходное сообщение-----\nОт: Northbridge\nОтправлено: 5 марта 2026 г. 16:00\n\n"
             "Перезапустите.\n"),
        "Работает.", "Перезапустите.",
    ),
    Example(
        "outlook in German",
        mail("Läuft.\n\nVon: Northbridge <TO>\nGesendet: Donnerstag, 5. März 2026 13:00\nAn: Ada\n\nNeu starten.\n"),
        "Läuft.", "Neu starten.",
    ),
    Example(
        "outlook on the web, html only",
        mail('<html><head><style>p {margin:0}</style></head><body><div>Works.</div><div id="appendonsend"></div><hr>'
             '<div id="divRplyFwdMsg"><b>From:</b> Northbridge<br><b>Sent:</b> Thursday</div><div>Restart it.</div>'
             "</body></html>", content="text/html; charset=utf-8"),
        "Works.", "Restart it.",
    ),
    Example(
        "apple mail",
        mail("It works.\n\nSent from my iPhone\n\n> On 5 Mar 2026, at 13:00, Northbridge <TO> wrote:\n> \n"
             "> Restart it.\n"),
        "It works.\n\nSent from my iPhone", "> Restart it.",
    ),
    Example(
        "apple mail in Russian",
        mail("Работает.\n\n5 марта 2026 г., в 16:00, Northbridge <TO> написал(а):\n\n> Перезапустите.\n"),
        "Работает.", "> Перезапустите.",
    ),
    Example(
        "yandex",
        mail('Спасибо!\n\n05.03.2026, 16:00, "Northbridge" <TO>:\n\nПерезапустите приложение.\n\n-- \nАда\n'),
        "Спасибо!", "Перезапустите приложение.",
    ),
    Example(
        "mail.ru",
        mail("Спасибо!\n\n\n--\nАда\n\n\nЧетверг,  5 марта 2026, 16:00 +03:00 от Northbridge <TO>:\n>Перезапустите.\n"),
        "Спасибо!\n\n--\nАда", "Перезапустите.",
    ),
    Example(
        "thunderbird, below the quotation",
        mail("On 05.03.26 13:00, Northbridge wrote:\n> Restart it.\n> Then look.\n\nDone, it works.\n"),
        "Done, it works.", "> Then look.",
    ),
    Example(
        "thunderbird, between the lines: nothing is cut off",
        mail("On 05.03.26 13:00, Northbridge wrote:\n> Restart it.\nDone.\n> Which version?\nFour.\n"),
        "On 05.03.26 13:00, Northbridge wrote:\n> Restart it.\nDone.\n> Which version?\nFour.",
    ),
    Example(
        "a person who writes 'From:' themselves",
        mail("The log says:\nFrom: 10.0.0.1\nTo: 10.0.0.2\nand nothing else.\n"),
        "The log says:\nFrom: 10.0.0.1\nTo: 10.0.0.2\nand nothing else.",
    ),
    Example("a plain new mail", mail("Hello?\n"), "Hello?"),
    Example(
        "html with a script and an image from elsewhere",
        mail('<p>Look</p><script>alert(1)</script><img src="https://evil.example/x.png"><p>here &amp; there</p>',
             content="text/html; charset=utf-8"),
        "Look\nhere & there",
    ),
    Example(
        "both parts: the plain one counts",
        _with((TEXT, "Plain words."), (HTML, "<p>Other words.</p>"), kind="alternative"),
        "Plain words.",
    ),
    Example(
        "windows-1251",
        mail("Не работает\n".encode("cp1251"), content="text/plain; charset=windows-1251"),
        "Не работает",
    ),
    Example(
        "koi8-r in base64",
        mail(base64.encodebytes("Привет".encode("koi8-r")), content="text/plain; charset=koi8-r",
             headers="Content-Transfer-Encoding: base64\r\n"),
        "Привет",
    ),
    Example("an encoding that does not exist", mail("Grüße", content="text/plain; charset=x-unknown"), "Grüße"),
    Example("says utf-8 and is not", mail("Не работает".encode("cp1251")), "Не работает"),
    Example(
        "quoted-printable with NUL and escapes",
        mail("Caf=C3=A9=00=1B[31m red", headers="Content-Transfer-Encoding: quoted-printable\r\n"),
        "Café  [31m red",
    ),
    Example(
        "a receipt",
        _with((TEXT, "The receipt."), attached("receipt.pdf", "application/pdf", b"%PDF-1.7\n%%EOF")),
        "The receipt.", files=("receipt.pdf",),
    ),
    Example(
        "a file with a path for a name, and a logo in the signature",
        _with((TEXT, "See."), attached("../../etc/cron.d/x.png", "image/png", PNG),
              attached("logo.png", "image/png", PNG, how="inline")),
        "See.", files=("x.png",),
    ),
    Example("nothing but a file", _with((TEXT, ""), attached("scan.png", "image/png", PNG)), "", files=("scan.png",)),
    Example("nothing at all", mail("\r\n \r\n"), refused="empty"),
    Example("an answering machine", mail("Away.", headers="Auto-Submitted: auto-replied\r\n"), refused="automatic"),
    Example("yandex's answering machine", mail("Я в отпуске.", headers="X-Autoreply: yes\r\n"), refused="automatic"),
    Example("an old answering machine", mail("Away.", headers="Precedence: auto_reply\r\n"), refused="automatic"),
    Example("a newsletter", mail("News!", headers="Precedence: bulk\r\n"), refused="automatic"),
    Example("a mailing list", mail("Hi all", headers="List-Id: <list.example>\r\n"), refused="a mailing list"),
    Example(
        "a bounce",
        _with((TEXT, "Delivery failed."), ("Content-Type: message/delivery-status", "Status: 5.1.1"),
              kind="report").replace(b"buyer@example.com", b"MAILER-DAEMON@mx.example"),
        refused="a bounce",
    ),
    Example("a bounce without a sender", mail("Failed.", headers="Return-Path: <>\r\n"), refused="a bounce"),
    Example(
        "a person's mail that says it is no machine's", mail("It is me.", headers="Auto-Submitted: no\r\n"), "It is me."
    ),
    Example("no sender", mail("Hi").replace(b"From: Ada Buyer <buyer@example.com>\r\n", b""), refused="no sender"),
    Example("two senders", mail("Hi").replace(b"<buyer@example.com>", b"<buyer@example.com>, <x@y.example>"),
            refused="no sender"),
    Example("our own mail", mail("x").replace(b"buyer@example.com", b"support@northbridge.example"), refused="our own"),
]  # fmt: skip
