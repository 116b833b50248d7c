"""What the writer of an answer wrote, apart from the mail that their program repeats below or above it.

There is no standard for that, only habits of programs: "On ..., ... wrote:" before lines with ">", a header block
without any sign. Where it is not clear, nothing is cut off.
"""

from __future__ import annotations

import re

#: "On Thu, 5 Mar 2026 at 12:00, Shop <support@...> wrote:" in the languages of the shop's customers.
_WROTE = re.compile(
    r"(on|am|le|el|il|op|em|w dniu|dne)\b.{5,300}\b"
    r"(wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|napisał\(a\)|napsal\(a\))\b.{0,100}:",
    re.IGNORECASE,
)
#: A time, then an address or a Russian "wrote": '05.03.2026, 12:00, "Shop" <support@...>:'.
_AT = re.compile(
    r".{0,60}\b\d{1,2}:\d{2}\b.{0,250}(<[^<>\s]+@[^<>\s]+>|@\S+|пишет|писал|написал\(а\)|написала?)\s*:", re.IGNORECASE
)
_SEPARATOR = re.compile(
    r"[-_ ]{2,}\s*(original message|original-nachricht|ursprüngliche nachricht|forwarded message|исходное сообщение|"
    r"пересылаемое сообщение|пересланное сообщение|message d'origine|mensaje original)\s*[-_ ]{2,}",
    re.IGNORECASE,
)
_RULE = re.compile(r"_{10,}")
_FROM = re.compile(r"\*?(from|от|von|de|da)\s?:\*?\s+\S.*", re.IGNORECASE)
_SENT = re.compile(r"\*?(sent|date|отправлено|дата|gesendet|datum|envoyé|enviado|inviato)\s?:\*?\s+\S.*", re.IGNORECASE)
#: Lines over which an attribution may be broken, and within which a header block must name a date.
_BROKEN_OVER, _HEADERS = 4, 5


def split(text: str) -> tuple[str, str]:
    """What was written, and what is quoted ("" if nothing is)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    at = _beginning(lines)
    if at is None:
        own, quoted = _trailing(lines)
    elif any(_is_quoted(line) for line in lines[at:]) and _written_after(lines, at):
        own, quoted = _bottom(lines, at)
    else:
        own, quoted = lines[:at], lines[at:]
    written = "\n".join(own).strip()
    return (written, "\n".join(quoted).strip()) if written else (text.strip(), "")


def _beginning(lines: list[str]) -> int | None:
    """Where the repeated mail begins."""
    for at, line in enumerate(lines):
        plain = line.strip()
        if _is_quoted(line) or not plain:
            continue
        if _SEPARATOR.fullmatch(plain) or _is_attribution(lines, at) or _is_header_block(lines, at):
            return at
    return None


def _is_attribution(lines: list[str], at: int) -> bool:
    joined = ""
    for line in lines[at : at + _BROKEN_OVER]:
        if _is_quoted(line) or not line.strip():
            return False
        joined = f"{joined} {line.strip()}".strip()
        if _WROTE.fullmatch(joined) or _AT.fullmatch(joined):
            return True
    return False


def _is_header_block(lines: list[str], at: int) -> bool:
    plain = lines[at].strip()
    if _RULE.fullmatch(plain):
        following = [line.strip() for line in lines[at + 1 :] if line.strip()]
        return bool(following) and bool(_FROM.fullmatch(following[0]))
    if not _FROM.fullmatch(plain):
        return False
    return any(_SENT.fullmatch(line.strip()) for line in lines[at + 1 : at + 1 + _HEADERS])


def _trailing(lines: list[str]) -> tuple[list[str], list[str]]:
    """Without an attribution: the lines with ">" at the end."""
    end = len(lines)
    while end and (_is_quoted(lines[end - 1]) or not lines[end - 1].strip()):
        end -= 1
    return lines[:end], [line for line in lines[end:] if _is_quoted(line)]


def _written_after(lines: list[str], at: int) -> bool:
    """Whether something stands below the first quoted line that is not quoted itself."""
    first = next(index for index in range(at, len(lines)) if _is_quoted(lines[index]))
    return any(line.strip() and not _is_quoted(line) for line in lines[first:])


def _bottom(lines: list[str], at: int) -> tuple[list[str], list[str]]:
    """An answer below the quotation; one between its lines is kept whole."""
    last = max(index for index in range(at, len(lines)) if _is_quoted(lines[index]))
    first = next(index for index in range(at, len(lines)) if _is_quoted(lines[index]))
    is_between = any(line.strip() and not _is_quoted(line) for line in lines[first:last])
    if is_between:
        return lines, []
    return lines[:at] + lines[last + 1 :], lines[at : last + 1]


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")
