"""The text of a mail that has only HTML. Nothing is rendered; quoted parts get "> " before their lines."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: Characters of HTML that are read; the rest of a longer mail is left out.
MOST = 2_000_000
#: Their content is no text.
_UNSEEN = frozenset({"head", "style", "script", "title", "template", "noscript", "object", "svg"})
_BLOCKS = frozenset(
    {"p", "div", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "pre", "section", "blockquote"}
)
#: Elements without an end.
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track"}
)
#: What mail programs put around the mail they answer: Gmail, Yahoo, ProtonMail, Yandex; and before it: Outlook.
_QUOTES = re.compile(r"\b(gmail_quote|yahoo_quoted|protonmail_quote|ya-quote)\b")
_OUTLOOK = frozenset({"appendonsend", "divRplyFwdMsg", "mail-editor-reference-message-container"})
SEPARATOR = "-----Original Message-----"


def text_of(html: str) -> str:
    """Plain text, a line for each block."""
    reader = _Reader()
    reader.feed(html[:MOST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        #: Open elements: name, and whether they are unseen or a quotation.
        self._open: list[tuple[str, bool, bool]] = []
        self._unseen = self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS or tag in ("br", "hr"):
            self._end_line(is_break=tag == "br")
        if values.get("id") in _OUTLOOK and not self._quoted:
            self._lines.append(SEPARATOR)
        if tag in _VOID:
            return
        is_unseen = tag in _UNSEEN
        is_quote = tag == "blockquote" or bool(_QUOTES.search(values.get("class", "")))
        self._open.append((tag, is_unseen, is_quote))
        self._unseen += is_unseen
        self._quoted += is_quote

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _unseen, _quote in self._open):
            return
        if tag in _BLOCKS:
            self._end_line()
        while self._open:
            name, is_unseen, is_quote = self._open.pop()
            self._unseen -= is_unseen
            self._quoted -= is_quote
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._line.append(data)

    def _end_line(self, *, is_break: bool = False) -> None:
        text = " ".join("".join(self._line).split())
        self._line.clear()
        if text or is_break:
            self._lines.append(f"> {text}".rstrip() if self._quoted else text)

    def text(self) -> str:
        self._end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()
