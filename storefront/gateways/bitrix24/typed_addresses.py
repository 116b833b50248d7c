"""'Your Bitrix24 address' as people paste it: out of mails, chats, search engines, in quotes, with slips of the keys.

Says which host it names, or why none, and what may have been meant. Like ``addresses`` it lets nothing of the text out
but names of hosts.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from phonenumbers import SUPPORTED_REGIONS
from rapidfuzz.distance import OSA

from storefront.core.user_input import characters, emails, hosts
from storefront.gateways.bitrix24.addresses import (
    DEFAULT_ZONES,
    MAX_INPUT,
    PortalAddress,
    PortalAddressError,
    PortalKind,
    normalise_portal,
)

_MARKDOWN = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)[^)]*\)")
#: https//, https:/, http;//, ttps://, hxxps:// and a colon without slashes.
_SCHEME_SLIP = re.compile(
    r"(?:h?t{1,3}ps?|hxxps?)(?:\s*[:;.]?\s*[/\\]+|\s*:(?!/)|\s+(?=[a-z0-9-]+\.))\s*", re.IGNORECASE
)
_BRACKETED_IP = re.compile(r"(?:https?://)?\[[0-9a-f:.]+\]", re.IGNORECASE)
#: Addresses inside other addresses: after one or two rounds of unquoting, and as Proofpoint writes them.
_INNER = re.compile(r"https?(?::|-3A)[/_]{1,2}([A-Za-z0-9.-]+(?::[0-9]+)?)", re.IGNORECASE)
_BING = re.compile(r"[?&]u=a1([A-Za-z0-9_-]+)")
#: Search engines, mail filters, redirects and sites that everybody knows: nobody's Bitrix24.
_FAMOUS_FAMILY = re.compile(
    r"(?:.*\.)?(?:google|yandex|yahoo|amazon|bing|ebay)\.(?:[a-z]{2,4}|com?\.[a-z]{2})", re.IGNORECASE
)
_FAMOUS = tuple(
    """
    facebook.com instagram.com youtube.com linkedin.com twitter.com x.com t.co vk.com vk.ru ok.ru mail.ru ya.ru
    rambler.ru wikipedia.org duckduckgo.com baidu.com microsoft.com office.com office.net office365.com
    outlook.com live.com sharepoint.com apple.com icloud.com whatsapp.com wa.me telegram.org t.me github.com
    bit.ly goo.gl tinyurl.com clck.ru web.archive.org translate.goog urldefense.com proofpoint.com cudasvc.com
    slack.com slack-redir.net umblr.com mimecast.com mimecastprotect.com secure-web.cisco.com checkpoint.com
    avanan.click trendmicro.com sophos.com barracudanetworks.com paypal.com stripe.com
    """.split()
)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_MOST = 3


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """``address`` is possible; if there is a ``question``, ask whether one of ``suggestions`` was meant, or it is
    really this one."""

    address: PortalAddress
    suggestions: tuple[str, ...] = ()
    question: bool = False


def read(
    raw: str | None, *, allow_loopback: bool = False, zones: Sequence[str] = DEFAULT_ZONES, usual_zone: str = "com"
) -> TypedAddress:
    """Read what somebody typed or pasted. Opens no connection.

    :param usual_zone: the zone to suggest where only a name was typed
    :raises PortalAddressError: it names no portal; ``suggestions`` says what may have been meant
    """
    return _Reader(allow_loopback, tuple(zones), usual_zone).read(raw)


class _Reader:
    def __init__(self, allow_loopback: bool, zones: tuple[str, ...], usual_zone: str) -> None:
        self.allow_loopback = allow_loopback
        self.zones = zones
        self.usual_zones = tuple(dict.fromkeys(zone for zone in (usual_zone, "com") if zone in zones))

    def read(self, raw: str | None) -> TypedAddress:
        text = _tidy(raw)
        words = text.split()
        if len(words) > 1:
            raise PortalAddressError("several", self._possible([*words, ".".join(words)]))
        text = self._unwrapped(text)
        code = ""
        try:
            return self._doubted(self._host(text), text)
        except PortalAddressError as exc:
            code = exc.code
        # Out here, so that the first exception is not chained to another one.
        return self._impossible(text, code)

    def _impossible(self, text: str, code: str) -> TypedAddress:
        suggestions = self._possible(self._meant(text, code))
        if code == "unknown_zone":
            with contextlib.suppress(PortalAddressError):  # Bitrix24 may have opened a zone that we do not know
                return TypedAddress(self._host(text, any_zone=True), suggestions, question=True)
        raise PortalAddressError(code, suggestions)

    def _host(self, text: str, *, any_zone: bool = False) -> PortalAddress:
        return normalise_portal(text, allow_loopback=self.allow_loopback, zones=self.zones, any_zone=any_zone)

    def _possible(self, texts: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for text in texts:
            try:
                host = self._host(text).host
            except PortalAddressError:
                continue
            if not _is_famous(host):
                found[host] = None
        return tuple(found)[:_MOST]

    def _unwrapped(self, text: str) -> str:
        """The address inside one of a mail filter or search engine.

        :raises PortalAddressError: a famous site without one
        """
        for _round in range(4):
            if not _is_famous(_authority(text)):
                return text
            inner = _inner(text)
            if not inner:
                break
            text = inner
        raise PortalAddressError("website")

    def _doubted(self, address: PortalAddress, text: str) -> TypedAddress:
        if not address.is_known_zone:
            slips = () if _is_new_zone(address.host) else self._possible(self._near(address.host))
            return TypedAddress(address, slips, question=bool(slips))
        if address.kind is not PortalKind.CUSTOM:
            return TypedAddress(address)
        inner = _inner(text)
        near = [*([inner] if ".bitrix24." in inner else []), *self._near(address.host), hosts.latin_twin(address.host)]
        suggestions = tuple(host for host in self._possible(near) if host != address.host)
        is_website = address.host.startswith("www.")
        return TypedAddress(address, suggestions, bool(suggestions) or is_website)

    def _meant(self, text: str, code: str) -> Iterator[str]:
        host = _authority(text)
        name = host.removesuffix(".bitrix24")
        if (
            ("." not in host or name != host)
            and _NAME.fullmatch(name)
            and not re.fullmatch(r"localhost|[0-9]+|0x[0-9a-f]+", name)
        ):
            yield from (f"{name}.bitrix24.{zone}" for zone in self.usual_zones)
        if "@" in text.split("/")[0]:
            yield from (meant for meant in (host.rpartition("@")[2], host.replace("@", ".")) if ".bitrix24." in meant)
        yield hosts.latin_twin(hosts.to_ascii(host) or "")
        yield from self._near(re.sub(r"[,;]", ".", host))

    def _near(self, host: str) -> Iterator[str]:
        """Cloud portals whose names are a slip or two away."""
        if match := re.fullmatch(r"(?:.*\.)?([a-z0-9-]+)\.bitrix24\.([a-z.]+)", host):
            ending, last = match[2], match[2].rpartition(".")[2]
            exact = [zone for zone in (ending, last) if zone in self.zones]
            near = exact[:1] or [zone for zone in self.zones if OSA.distance(zone, ending) <= 1]
            yield from (f"{match[1]}.bitrix24.{zone}" for zone in near)
        for zone in sorted(self.zones, key=len, reverse=True):
            if host.endswith((f".{zone}", f"bitrix24{zone.replace('.', '')}")):
                cut = host.removesuffix(f".{zone}").removesuffix(f"bitrix24{zone.replace('.', '')}")
                rest = cut if host.endswith(f".{zone}") else f"{cut}bitrix24"
                if name := _name_before_bitrix24(rest):
                    yield f"{name}.bitrix24.{zone}"


def _is_new_zone(host: str) -> bool:
    """Whether the ending is a country's where Bitrix24 may be new, rather than a slip of ``com``."""
    ending = host.partition(".bitrix24.")[2]
    return ending.upper() in SUPPORTED_REGIONS and OSA.distance("com", ending) > 1


def _name_before_bitrix24(rest: str) -> str:
    """``acme`` out of acme.bitrix.24, acme.bitirx24, acme-bitrix24 and acmebitrix24; "" if it is none of these."""
    labels = rest.split(".")
    for count in (1, 2):
        middle = "".join(labels[-count:]).replace("-", "")
        if len(labels) == count + 1 and OSA.distance(middle, "bitrix24") <= 2 and _NAME.fullmatch(labels[0]):
            return labels[0]
    match = re.fullmatch(r"([a-z0-9-]*[a-z0-9])-?bitrix24", rest)
    return match[1] if match else ""


def _tidy(raw: str | None) -> str:
    if len(raw or "") > MAX_INPUT:
        raise PortalAddressError("too_long")
    text = characters.visible(raw or "").translate(str.maketrans("：／．。＠", ":/..@")).strip()
    if match := _MARKDOWN.search(text):
        text = match[1]
    if not _BRACKETED_IP.match(text):
        text = characters.unquoted(text, ".,;:!?…，、")
    while match := _SCHEME_SLIP.match(text):
        text = text[match.end() :]
    text = re.sub(r"\s*([.:/])\s*", r"\1", text)
    return text if _BRACKETED_IP.match(text) else characters.unquoted(text, ".,;:!?…，、")


def _authority(text: str) -> str:
    """What stands before the first slash, in lower case; only to compare, never to connect to."""
    text = re.sub(r"^(?:https?:)?/+", "", text, flags=re.IGNORECASE)
    return re.split(r"[/?#\\]", text, maxsplit=1)[0].lower().rstrip(".")


def _is_famous(host: str) -> bool:
    host = host.partition(":")[0]
    is_mail = host.removeprefix("www.") in emails.PROVIDERS
    is_known = any(host == site or host.endswith(f".{site}") for site in _FAMOUS)
    return is_mail or is_known or bool(_FAMOUS_FAMILY.fullmatch(host))


def _inner(text: str) -> str:
    """The host of the first address inside an address, "" if there is none."""
    rest = re.split(r"[/?#]", re.sub(r"^(?:https?:)?/+", "", text, flags=re.IGNORECASE), maxsplit=1)[1:]
    inside = unquote(unquote(rest[0])) if rest else ""
    if match := _BING.search(f"?{inside}"):
        try:
            inside = base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)).decode("ascii", "ignore")
        except (binascii.Error, ValueError):
            return ""
    match = _INNER.search(inside)
    return match[1].rstrip(".") if match else ""
