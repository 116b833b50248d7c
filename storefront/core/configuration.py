"""Rules for the configuration, pure functions over plain values: called by the settings before anything starts (wsgi,
worker and commands alike), and again by the system checks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf.locale import LANG_INFO

from storefront.core import provider_settings, sandbox_keys

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Settings that none of the sandbox's keys may be in.
_SECRETS = (
    "SECRET_KEY", "SALT_KEY", "STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS", "MAIL_WEBHOOK_SECRETS",
    "TWOCHECKOUT_SECRET_KEYS", "TWOCHECKOUT_BUY_LINK_SECRET", "PAYPAL_CLIENT_SECRET",
    "PAYPAL_NVP_PASSWORD", "PAYPAL_NVP_SIGNATURE", "SBERBANK_PASSWORD", "SBERBANK_CALLBACK_KEYS", "PAYMASTER_TOKEN",
    "YOOKASSA_SECRET_KEY", "SIMPLEPAY_ACCOUNTS", "WEBMONEY_PURSES", "WEBMONEY_INVOICE_PURSES",
    "SIMPLEPAY_PRO_KEY", "SIMPLEPAY_PRO_RESULT_KEYS",
)  # fmt: skip
#: Settings that hold a provider's address.
_PROVIDERS = (
    "STRIPE_API_BASE", "PAYPAL_API_BASE", "PAYPAL_NVP_API_BASE", "TWOCHECKOUT_API_BASE", "TWOCHECKOUT_CHECKOUT_BASE",
    "SBERBANK_API_BASE", "PAYMASTER_API_BASE", "YOOKASSA_API_BASE", "SIMPLEPAY_API_BASE", "WEBMONEY_API_BASE",
    "SIMPLEPAY_PRO_API_BASE", "VIES_API_BASE",
)  # fmt: skip
#: Shorter signing keys can be guessed; Django's own generator makes 50 characters.
MIN_SECRET_KEY = 40
#: The entry of TRUSTED_PROXIES that stands for a proxy on a unix socket, which has no address.
UNIX = "unix"

#: https://docs.stripe.com/keys: secret and restricted keys, live and test.
STRIPE_KEY = r"(sk|rk)_(live|test)_\S+"
AMOUNTS_FORM = "amounts with their currency, 500 EUR, 50000 RUB"
#: https://developer.paypal.com/api/rest/requests/#link-apirequests
PAYPAL_NVP_SANDBOX = "https://api-3t.sandbox.paypal.com"
PAYPAL_LIVE, PAYPAL_SANDBOX = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"
#: How keys begin by which no money is real.
_TEST_KEYS = {"STRIPE_API_KEY": ("sk_test_", "rk_test_"), "YOOKASSA_SECRET_KEY": ("test_",)}
#: Addresses where no money is real: setting -> address, and whose it is.
_SANDBOXES = {
    "PAYPAL_API_BASE": (PAYPAL_SANDBOX, "PayPal's"),
    "PAYPAL_NVP_API_BASE": (PAYPAL_NVP_SANDBOX, "PayPal's"),
    "SIMPLEPAY_API_BASE": (provider_settings.SIMPLEPAY_SANDBOX, "SimplePay's"),
}
SBERBANK_LIVE = "https://ecommerce.sberbank.ru/ecomm/gw/partner/api/v1"
_SBERBANK_TEST = ("ecomtest.sberbank.ru", "3dsec.sberbank.ru")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MAIL_WEBHOOK_SECRET_FORM = "name:password, the password of 20 and more letters, digits and . _ ~ -"  # noqa: S105  (a form)
BITRIX24_APPS_FORM = '[{"code": "...", "client_id": "...", "client_secret": "..."}], each code and client_id once'
_APP_EXTRAS = ("name", "bitrix24_code")


def webhook_secret(text: str) -> str:
    """A signing secret as Stripe shows it. Raises ValueError."""
    if not text.startswith("whsec_"):
        raise ValueError
    return text


def long_secret(text: str) -> str:
    """A secret without blanks that cannot be guessed. Raises ValueError."""
    if not re.fullmatch(r"\S{10,}", text):
        raise ValueError
    return text


def paypal_webhook_id(text: str) -> str:
    """The id of a webhook as PayPal's dashboard shows it. Raises ValueError."""
    if not re.fullmatch(r"[A-Z0-9-]{8,50}", text, re.ASCII):
        raise ValueError
    return text


def mail_webhook_secret(text: str) -> str:
    """A name and a password as they stand in a web address (https://name:password@...). Raises ValueError."""
    if not re.fullmatch(r"[\w.~-]+:[\w.~-]{20,}", text, re.ASCII):
        raise ValueError
    return text


def amount(text: str) -> str:
    """An amount with its currency, ``500.00 EUR``. Raises ValueError."""
    if not re.fullmatch(r"\d{1,10}(\.\d{1,3})? [A-Z]{3}", text, re.ASCII):
        raise ValueError
    return text


def by_currency(amounts: Iterable[str]) -> dict[str, Decimal]:
    """Amounts as ``amount`` reads them, by currency; of two in one currency the smaller."""
    pairs = [(entry[-3:], Decimal(entry[:-4])) for entry in amounts]
    return {currency: min(figure for each, figure in pairs if each == currency) for currency, _figure in pairs}


def json_object(value: Any) -> dict[str, Any]:
    """Raises ValueError for anything but an object."""
    if not isinstance(value, dict):
        raise ValueError
    return value


def bitrix24_apps(value: Any) -> list[dict[str, Any]]:
    """The seller's Bitrix24 applications (BITRIX24_APPS_FORM; may be added: ``name``, what marketers read, and
    ``bitrix24_code``, the code by which portals open it). Raises ValueError, KeyError or TypeError."""
    needed = ("code", "client_id", "client_secret")
    apps = [{name: app[name] for name in (*needed, *(extra for extra in _APP_EXTRAS if extra in app))} for app in value]
    if not all(isinstance(text, str) and text.strip() for app in apps for text in app.values()):
        raise ValueError
    for name in ("code", "client_id"):
        if len({app[name] for app in apps}) != len(apps):
            raise ValueError
    return apps


def refusals(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(code, sentence) of everything in ``values``, settings by name, that a production shop must not run with.

    The sentences name settings and public addresses, never a key.
    """
    for name, url in _provider_addresses(values):
        if not is_public(url):
            yield "E001", f"{name} points to {url!r}, which is not a public https address."
    if not values.get("ALLOW_TEST_KEYS"):
        yield from _tests_alone(values)
    if values["BITRIX24_ALLOW_LOOPBACK"]:
        yield "E003", "BITRIX24_ALLOW_LOOPBACK is for the demo and the tests."
    if not is_public(values["SITE_URL"]):
        yield "E004", f"SITE_URL is {values['SITE_URL']!r}, which is not a public https address."
    elif not _is_served(urlsplit(values["SITE_URL"]).hostname or "", values["ALLOWED_HOSTS"]):
        yield "E010", "ALLOWED_HOSTS does not hold the host of SITE_URL."
    if len(values["SECRET_KEY"]) < MIN_SECRET_KEY:
        yield "E005", f"SECRET_KEY is shorter than {MIN_SECRET_KEY} characters."
    if not values["SINGLE_PROCESS"]:
        for name, is_shared in _shared_stores(values):
            if not is_shared:
                yield "E011", f"{name} is not redis://...: every process would count and remember for itself."
    if values["SHOP_CURRENCIES"] and values["SHOP_CURRENCY"] not in values["SHOP_CURRENCIES"]:
        yield "E014", "SHOP_CURRENCIES does not hold SHOP_CURRENCY."
    if bool(values["EMAIL_HOST_USER"]) != bool(values["EMAIL_HOST_PASSWORD"]):
        yield "E012", "EMAIL_HOST_USER and EMAIL_HOST_PASSWORD go together."
    chat = values["BITRIX24_CHAT_URL"]
    if chat and not (is_public(chat) and urlsplit(chat).path.endswith(".js")):
        yield "E008", f"BITRIX24_CHAT_URL is {chat!r}, which is not the public https address of a script."
    if values["WEBMONEY_INVOICE_PURSES"] and not values["WEBMONEY_WMID"]:
        yield "E016", "WEBMONEY_INVOICE_PURSES needs WEBMONEY_WMID."
    for name in _SECRETS:
        keys = [values[name]] if isinstance(values[name], str) else values[name]
        if sandbox_keys.SECRETS.intersection(keys):
            shown = "FIELD_ENCRYPTION_KEYS" if name == "SALT_KEY" else name
            yield "E006", f"{shown} holds a key of the sandbox, which everybody knows."


def _tests_alone(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What lets nobody pay real money: keys, hosts and modes for tests."""
    for name, beginnings in _TEST_KEYS.items():
        if values[name].startswith(beginnings):
            yield "E002", f"{name} is a test key (ALLOW_TEST_KEYS=true admits one, for a rehearsal)."
    for name, (address, whose) in _SANDBOXES.items():
        if values[name] == address:
            yield "E002", f"{name} is {whose} sandbox (ALLOW_TEST_KEYS=true admits it, for a rehearsal)."
    if urlsplit(values["SBERBANK_API_BASE"]).hostname in _SBERBANK_TEST:
        yield "E002", "SBERBANK_API_BASE is a test host of the bank's (ALLOW_TEST_KEYS=true admits it)."
    for name in ("PAYMASTER_TEST", "TWOCHECKOUT_TEST_ORDERS", "WEBMONEY_TEST_MODE", "SIMPLEPAY_PRO_TEST"):
        if values[name]:
            yield "E015", f"{name} lets nobody pay real money (ALLOW_TEST_KEYS=true admits it)."


def unreadable_proxies(entries: Sequence[str]) -> Iterator[str]:
    """One sentence for each entry of TRUSTED_PROXIES that is no address, no network, or trusts everybody."""
    for entry in entries:
        try:
            trusted = proxy_networks([entry])
        except ValueError:
            yield f"TRUSTED_PROXIES: {entry!r} is neither an address nor a network nor '{UNIX}'."
            continue
        if any(network.prefixlen == 0 for network in trusted):
            yield f"TRUSTED_PROXIES: {entry!r} would believe every visitor about their own address."


def unknown_languages(codes: Sequence[str]) -> Iterator[str]:
    """One sentence for each entry of LANGUAGES that names no language, or one a second time."""
    for at, code in enumerate(codes):
        if "name_local" not in LANG_INFO.get(code, {}):
            yield f"LANGUAGES: {code!r} is no code of a language, such as en, ru, de or pt-br."
        elif code in codes[:at]:
            yield f"LANGUAGES: {code!r} is named twice."


def shared_folders(media: Path, private: Path) -> Iterator[str]:
    """A sentence if public and private uploads share a folder, so that serving one would serve the other."""
    media, private = media.resolve(), private.resolve()
    if media in (private, *private.parents) or private in media.parents:
        yield "PRIVATE_MEDIA_ROOT: must be neither MEDIA_ROOT nor inside of it nor around it."


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
    for name in _PROVIDERS:
        yield name, values[name]
    for url in values["BITRIX24_OAUTH_SERVERS"]:
        yield "BITRIX24_OAUTH_SERVERS", url
    yield "BITRIX24_JS_URL", values["BITRIX24_JS_URL"]
    for name, value in values["ANYMAIL"].items():
        if name.upper().endswith("_URL"):
            yield f"ANYMAIL[{name}]", str(value)


def _is_served(host: str, allowed: Sequence[str]) -> bool:
    return any(host == entry or (entry.startswith(".") and f".{host}".endswith(entry)) for entry in allowed)


def _shared_stores(values: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The stores that all processes must share: each counting for itself would multiply every limit."""
    yield "CACHE_URL", "redis" in values["CACHES"]["default"]["BACKEND"].lower()
    yield "THROTTLE_STORAGE_URL", values["THROTTLE_STORAGE_URL"].startswith("redis")
