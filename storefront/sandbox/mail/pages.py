"""The mailbox in a browser. A mail's own HTML is shown in a frame that can run nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from storefront.sandbox.mail.messages import Message
from storefront.sandbox.server import Response

_STYLE = """
*{box-sizing:border-box}body{margin:0;background:#f6f8fb;color:#1a2233;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.note{background:#7a4b00;color:#fff;text-align:center;padding:.5rem 1rem;font-size:.9rem;font-weight:600}
main{max-width:56rem;margin:0 auto;padding:1.25rem}h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.5rem 0 .5rem}
.card{background:#fff;border:1px solid #dbe1ea;border-radius:14px;overflow:hidden}
.mail{display:block;padding:.85rem 1.1rem;border-top:1px solid #e8ecf2;color:inherit;text-decoration:none}
.mail:first-child{border-top:0}.mail:hover{background:#f0f4ff}.mail strong{display:block}
.muted{color:#56607a;font-size:.92rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;
margin:0;padding:1rem 1.1rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:34rem;border:0;background:#fff}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0;
padding:1rem 1.1rem;font:0.95rem/1.5 ui-monospace,monospace}a{color:#1f4fd8}
a:focus-visible{outline:3px solid #3b6cf6;outline-offset:-2px}
"""
_FRAME = "allow-popups allow-popups-to-escape-sandbox"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; frame-ancestors 'self'"


def _document(title: str, content: str, status: int = 200) -> Response:
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f'<style>{_STYLE}</style></head><body><div class="note" role="note">Sandbox: no mail leaves this machine</div>'
        f"<main>{content}</main></body></html>"
    )
    return Response(
        html, status, {"Content-Security-Policy": f"{_POLICY}; frame-src 'self'", "Cache-Control": "no-store"}
    )


def mailbox(messages: Sequence[Message]) -> Response:
    """Newest first."""
    rows = "".join(
        f'<a class="mail" href="/m/{message.id}"><strong>{escape(message.subject) or "(no subject)"}</strong>'
        f'<span class="muted">To {escape(message.to)} &middot; '
        f'<time datetime="{message.received_at}">{_time(message)}</time></span></a>'
        for message in messages
    )
    empty = '<p class="muted">No mails yet. What the shop sends appears here; reload the page.</p>'
    return _document("Mailbox", f"<h1>Mailbox</h1>{f'<div class=card>{rows}</div>' if rows else empty}")


def message_page(message: Message) -> Response:
    fields = {
        "From": message.sender,
        "To": message.to,
        "Cc": message.cc,
        "Bcc": message.bcc,
        "Reply-To": message.reply_to,
        "Sent": _time(message),
        "Tag": message.tag,
        **message.headers,
    }
    headers = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in fields.items() if value)
    files = "".join(
        f'<li><a href="/m/{message.id}/attachments/{index}">{escape(each["name"])}</a></li>'
        for index, each in enumerate(message.attachments)
    )
    parts = [f'<p><a href="/">&larr; Mailbox</a></p><h1>{escape(message.subject)}</h1><dl class="card">{headers}</dl>']
    if files:
        parts.append(f"<h2>Attachments</h2><ul>{files}</ul>")
    if message.html:
        framed = escape(f'<base target="_blank">{message.html}')
        parts.append(
            f'<h2>HTML</h2><p class="muted"><a href="/m/{message.id}/html">Open alone</a></p>'
            f'<div class="card"><iframe title="HTML part" sandbox="{_FRAME}" srcdoc="{framed}"></iframe></div>'
        )
    if message.text:
        parts.append(f'<h2>Text</h2><div class="card"><pre>{_linked(message.text)}</pre></div>')
    if "+" in message.reply_to:
        parts.append(_answer_form(message))
    return _document(message.subject or "Mail", "".join(parts))


def _answer_form(message: Message) -> str:
    """Answer as the reader of the mail; the company hands the answer over to the shop."""
    return (
        f'<h2>Answer as {escape(message.to)}</h2><form class="card" method="post" action="/m/{message.id}/reply">'
        '<p style="padding:0 1.1rem"><label for="text">Your text</label><br>'
        '<textarea id="text" name="text" rows="5" style="width:100%;font:inherit" required></textarea><br>'
        '<button style="font:inherit;padding:.4rem 1rem">Send</button></p></form>'
    )


def replied(message: Message, problem: str) -> Response:
    said = f"Not handed over: {escape(problem)}" if problem else "Your answer was handed over to the shop."
    return _document("Answer", f'<p><a href="/m/{message.id}">&larr; The mail</a></p><h1>{said}</h1>')


def html_part(message: Message) -> Response:
    """The mail's HTML alone, as a document without rights."""
    return Response(message.html, headers={"Content-Security-Policy": f"sandbox {_FRAME}; {_POLICY}"})


def missing() -> Response:
    return _document("Not found", "<h1>There is no such mail</h1>", 404)


def _time(message: Message) -> str:
    return f"{message.received_at[:10]} {message.received_at[11:19]} UTC"


def _linked(text: str) -> str:
    """Escaped text with its addresses as links that open in a new tab."""
    pieces = re.split(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)\]'])", text)
    return "".join(
        f'<a href="{escape(piece)}" target="_blank" rel="noopener">{escape(piece)}</a>' if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
