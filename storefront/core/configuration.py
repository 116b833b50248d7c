"""What a production shop must not be configured with. Pure rules over plain values: the settings themselves ask
them before anything starts (wsgi, worker and command alike), and the system checks ask them again."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf.locale import LANG_INFO

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

#: The keys of the demo and the tests. They are published with the source, so they protect nothing.
SANDBOX_SECRET_KEY = "sandbox-only-secret-key-of-no-value-0123456789"  # noqa: S105  (throw-away)
SANDBOX_ENCRYPTION_KEY = "sandbox-only-salt-of-no-value"
SANDBOX_STRIPE_KEY = "sk_test_sandbox"
SANDBOX_WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105  (throw-away)
SANDBOX_KEYS = frozenset({SANDBOX_SECRET_KEY, SANDBOX_ENCRYPTION_KEY, SANDBOX_STRIPE_KEY, SANDBOX_WEBHOOK_SECRET})
#: Shorter signing keys can be guessed; Django's own generator makes 50 characters.
MIN_SECRET_KEY = 40
#: The entry of TRUSTED_PROXIES that stands for a proxy on a unix socket, which has no address.
UNIX = "unix"


def refusals(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(code, sentence) of everything in ``values``, settings by name, that a production shop must not run with.

    The sentences name settings and public addresses, never a key.
    """
    for name, url in _provider_addresses(values):
        if not is_public(url):
            yield "E001", f"{name} points to {url!r}, which is not a public https address."
    if values["STRIPE_API_KEY"].split("_")[1:2] == ["test"] and not values.get("ALLOW_TEST_KEYS"):
        yield "E002", "STRIPE_API_KEY is a test key (ALLOW_TEST_KEYS=true admits one, for a rehearsal)."
    if values["BITRIX24_ALLOW_LOOPBACK"]:
        yield "E003", "BITRIX24_ALLOW_LOOPBACK is for the demo and the tests."
    if not is_public(values["SITE_URL"]):
        yield "E004", f"SITE_URL is {values['SITE_URL']!r}, which is not a public https address."
    if len(values["SECRET_KEY"]) < MIN_SECRET_KEY:
        yield "E005", f"SECRET_KEY is shorter than {MIN_SECRET_KEY} characters."
    chat = values["BITRIX24_CHAT_URL"]
    if chat and not (is_public(chat) and urlsplit(chat).path.endswith(".js")):
        yield "E008", f"BITRIX24_CHAT_URL is {chat!r}, which is not the public https address of a script."
    for name in ("SECRET_KEY", "SALT_KEY", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS"):
        held = [values[name]] if isinstance(values[name], str) else values[name]
        if SANDBOX_KEYS.intersection(held):
            shown = "FIELD_ENCRYPTION_KEYS" if name == "SALT_KEY" else name
            yield "E006", f"{shown} holds a key of the sandbox, which everybody knows."


def unreadable_proxies(entries: Sequence[str]) -> Iterator[str]:
    """One sentence for each entry of TRUSTED_PROXIES that is no address, no network, or trusts everybody."""
    for entry in entries:
        try:
            trusted = proxy_networks([entry])
        except ValueError:
            yield f"TRUSTED_PROXIES: {entry!r} is neither an address nor a network nor '{UNIX}'."
            continue
        if any(network.prefixlen == 0 for network in trusted):
            yield f"TRUSTED_PROXIES: {entry!r} would believe every visitor about his own address."


def unknown_languages(codes: Sequence[str]) -> Iterator[str]:
    """One sentence for each entry of LANGUAGES that names no language, or one a second time."""
    for at, code in enumerate(codes):
        if "name_local" not in LANG_INFO.get(code, {}):
            yield f"LANGUAGES: {code!r} is no code of a language, such as en, ru, de or pt-br."
        elif code in codes[:at]:
            yield f"LANGUAGES: {code!r} is named twice."


def proxy_networks(entries: Sequence[str]) -> tuple[IPNetwork, ...]:
    """The networks in TRUSTED_PROXIES. Raises ValueError for an entry that is none."""
    return tuple(ipaddress.ip_network(entry, strict=False) for entry in entries if entry != UNIX)


def is_public(url: str) -> bool:
    """Whether the address is https to a host that is neither this machine nor in a private network."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return False
    if parts.scheme != "https" or not host or host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return not host.replace(".", "").isdigit()


def _provider_addresses(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "STRIPE_API_BASE", values["STRIPE_API_BASE"]
    for url in values["BITRIX24_OAUTH_SERVERS"]:
        yield "BITRIX24_OAUTH_SERVERS", url
    yield "BITRIX24_JS_URL", values["BITRIX24_JS_URL"]
    for name, value in values["ANYMAIL"].items():
        if name.upper().endswith("_URL"):
            yield f"ANYMAIL[{name}]", str(value)
