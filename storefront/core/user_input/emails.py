"""E-mail addresses: the one spelling under which they are stored, compared and looked up."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from storefront.core.user_input import characters, hosts

MAX_LENGTH = 254
#: What is pasted around an address may be longer; nobody pastes more than this.
MAX_TYPED = 1000
#: RFC 5321 dot-string: what every mail company delivers to. Quoted local parts and other alphabets are not.
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_{|}~`-]+(?:\.[a-z0-9!#$%&'*+/=?^_{|}~`-]+)*")
_ENDING = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_MARKDOWN = re.compile(r"\[[^\]]*\]\(\s*(?:mailto:)?([^)\s]+)\s*\)", re.IGNORECASE)
_NAMED = re.compile(r"<([^<>]*@[^<>]*)>")
_MAILTO = re.compile(r"(?:mailto\s*:|e-?mail\s*:)\s*([^?]*)(?:\?.*)?", re.IGNORECASE | re.DOTALL)

#: Where most people have their mail; also names close to these that exist, so that they are not asked about.
PROVIDERS = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.es hotmail.com hotmail.de hotmail.fr
    hotmail.co.uk hotmail.it hotmail.es live.com live.de live.fr live.nl msn.com yahoo.com yahoo.de yahoo.fr yahoo.es
    yahoo.it yahoo.co.uk yahoo.co.in yahoo.co.jp yahoo.com.br ymail.com rocketmail.com icloud.com me.com mac.com aol.com
    gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de arcor.de posteo.de mailbox.org proton.me
    protonmail.com tutanota.com tuta.com zoho.com fastmail.com mail.com email.com orange.fr wanadoo.fr free.fr
    laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it wp.pl o2.pl onet.pl interia.pl seznam.cz comcast.net
    verizon.net att.net sbcglobal.net btinternet.com mail.ru inbox.ru list.ru bk.ru internet.ru yandex.ru yandex.com
    yandex.by yandex.kz ya.ru rambler.ru uol.com.br bol.com.br terra.com.br qq.com 163.com 126.com naver.com
    """.split()
)
#: Shorter names have too many real neighbours.
_LONG_ENOUGH = 7
#: Endings that do not exist, or hardly ever stand where they are typed.
_ENDINGS = {
    "con": "com", "cmo": "com", "ocm": "com", "comm": "com", "vom": "com", "xom": "com", "cim": "com", "coom": "com",
    "cpm": "com", "om": "com", "ruu": "ru", "rru": "ru", "dee": "de", "nett": "net", "ner": "net", "orgg": "org",
}  # fmt: skip


class EmailError(ValueError):
    """The text is no address that mail reaches. ``code`` says why, ``suggestion`` what may have been meant.

    Codes: empty, too_long, several, no_at, quoted, local_part, address_literal, single_label, domain, look_alike,
    not_public.
    """

    def __init__(self, code: str, suggestion: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.suggestion = suggestion


def read(text: str) -> str:
    """The address in ``text`` in lower-case ASCII, its domain as IDNA. Idempotent.

    Unseen characters, quotes, 'mailto:' and a name in front are left out, full-width letters read as plain ones.

    :raises EmailError: no address, or one that mail companies do not deliver to
    """
    if len(text) > MAX_TYPED:
        raise EmailError("too_long")
    bare = _bare(text)
    try:
        return _read(bare)
    except EmailError as exc:
        raise EmailError(exc.code, _repaired(bare)) from None


def spelling(text: str) -> str:
    """The one spelling under which an address is stored and compared; what cannot be read is only lower-cased."""
    try:
        return read(text)
    except EmailError:
        return text.strip().lower()


def suggestion(address: str) -> str:
    """What was probably meant by a possible ``address`` (as ``read`` returns it): gmial.com -> gmail.com, else ""."""
    local, _at, domain = address.rpartition("@")
    meant = "" if domain in PROVIDERS else hosts.latin_twin(domain) or _ending_meant(domain) or _provider_meant(domain)
    return f"{local}@{meant}" if meant else ""


def _bare(text: str) -> str:
    text = characters.plain_signs(text).strip()
    for pattern in (_MARKDOWN, _NAMED):
        if match := pattern.search(text):
            text = match[1]
    text = characters.unquoted(text, ".,;:!?…。")
    if match := _MAILTO.fullmatch(text):
        text = match[1]
    return re.sub(r"\s*([@.])\s*", r"\1", text.strip()).lower()


def _read(bare: str) -> str:
    if not bare:
        raise EmailError("empty")
    if bare.count("@") > 1:
        raise EmailError("quoted" if '"' in bare else "several")
    local, at, domain = bare.partition("@")
    if not at or not local or not domain:
        raise EmailError("no_at")
    if '"' in local:
        raise EmailError("quoted")
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise EmailError("local_part")
    address = f"{local}@{_domain(domain)}"
    if len(address) > MAX_LENGTH:
        raise EmailError("too_long")
    return address


def _domain(typed: str) -> str:
    if typed.startswith("[") or re.fullmatch(r"[0-9.]+|[0-9a-f]*:[0-9a-f:.]*", typed.strip("[]")):
        raise EmailError("address_literal")
    domain = hosts.to_ascii(typed.rstrip("."))
    if domain is None:
        raise EmailError("domain")
    if "." not in domain:
        raise EmailError("single_label")
    if not _ENDING.fullmatch(domain.rpartition(".")[2]):
        raise EmailError("domain")
    if hosts.mixes_scripts(domain):
        raise EmailError("look_alike")
    if domain.endswith(hosts.NOT_PUBLIC):
        raise EmailError("not_public")
    return domain


def _repaired(bare: str) -> str:
    """The address after the slips that make it impossible are undone, "" if that does not help."""
    local, _at, domain = re.sub(r"@+", "@", bare).partition("@")
    domain = re.sub(r"[.,;\s]+", ".", domain).strip(".")
    if domain and "." not in domain:
        domain = next((name for name in ("gmail.com", *sorted(PROVIDERS)) if name.split(".")[0] == domain), domain)
    domain = hosts.latin_twin(hosts.to_ascii(domain) or "") or domain
    try:
        return _read(f"{re.sub(r'[.]+', '.', local).strip('.')}@{domain}")
    except EmailError:
        return ""


def _ending_meant(domain: str) -> str:
    name, _dot, ending = domain.rpartition(".")
    return f"{name}.{_ENDINGS[ending]}" if ending in _ENDINGS else ""


def _provider_meant(domain: str) -> str:
    near = [
        provider
        for provider in PROVIDERS
        if len(provider) >= _LONG_ENOUGH and OSA.distance(domain, provider, score_cutoff=1) <= 1
    ]
    return min(near, default="")
