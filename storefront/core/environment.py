"""Configuration from environment variables.

An absent or empty variable has its default. So has an invalid one, so that reading goes on and ``refuse()``, at the end
of the settings, names everything invalid at once. Values are never shown: any of them may be a secret pasted into the
wrong variable.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping
from email.headerregistry import Address
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

T = TypeVar("T")

_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}", re.IGNORECASE)


class Environment:
    """The variables of a process, read by type. ``problems``: a sentence for each invalid one."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.problems: list[str] = []

    def refuse(self) -> None:
        """Raise ImproperlyConfigured if a variable is invalid."""
        if self.problems:
            raise ImproperlyConfigured(
                "Not configured, see README:\n" + "\n".join(f"- {text}" for text in self.problems)
            )

    def has(self, name: str) -> bool:
        """Whether a variable is set and not empty."""
        return bool(self._variables.get(name, "").strip())

    def text(self, name: str, *, default: str = "", pattern: str = "", what: str = "") -> str:
        """One line of text; ``pattern`` must match all of it, ``what`` describes it."""

        def read(text: str) -> str:
            if any(ord(character) < 32 for character in text) or (pattern and not re.fullmatch(pattern, text)):
                raise ValueError
            return text

        return self._read(name, default, read, what or "one line of text")

    def boolean(self, name: str, *, default: bool) -> bool:
        def read(text: str) -> bool:
            if text.lower() not in _TRUE | _FALSE:
                raise ValueError
            return text.lower() in _TRUE

        return self._read(name, default, read, "true or false")

    def integer(self, name: str, *, default: int, at_least: int = 0, at_most: int | None = None) -> int:
        def read(text: str) -> int:
            return _between(int(text), at_least, at_most)

        return self._read(name, default, read, f"a whole number {_range(at_least, at_most)}")

    def entries(
        self, name: str, *, default: Iterable[str] = (), each: Callable[[str], str] = str, what: str = ""
    ) -> list[str]:
        """Comma-separated entries, stripped; ``each`` parses one or raises ValueError."""

        def read(text: str) -> list[str]:
            return [each(entry.strip()) for entry in text.split(",") if entry.strip()]

        return self._read(name, list(default), read, what or "a list, separated by commas")

    def choice(self, name: str, *, default: str, among: Iterable[str]) -> str:
        known = tuple(among)

        def read(text: str) -> str:
            if text not in known:
                raise ValueError
            return text

        return self._read(name, default, read, f"one of {', '.join(known)}")

    def json(self, name: str, *, default: T, check: Callable[[Any], T], what: str) -> T:
        """JSON; ``check`` returns it or raises ValueError, KeyError or TypeError."""
        return self._read(name, default, lambda text: check(json.loads(text)), f"JSON: {what}")

    def url(self, name: str, *, default: str) -> str:
        """A web address with its path."""
        return self._read(name, default, url, "a web address that begins with https://")

    def origin(self, name: str, *, default: str) -> str:
        """Scheme, host and port of a site, without a path; a final slash is removed."""
        return self._read(name, default, origin, "https:// and a host, without a path")

    def host(self, name: str, *, default: str) -> str:
        return self._read(name, default, host, "the name or address of a machine")

    def email(self, name: str, *, default: str) -> str:
        return self._read(name, default, email, "one e-mail address")

    def mailbox(self, name: str, *, default: str) -> str:
        """An e-mail address with or without a name before it: ``Acme, Inc. <shop@acme.example>``. The name is quoted
        where mail needs it."""
        return self._read(name, default, mailbox, "one e-mail address, or a name and <an e-mail address>")

    def path(self, name: str, *, default: Path) -> Path:
        def read(text: str) -> Path:
            if not Path(text).is_absolute():
                raise ValueError
            return Path(text)

        return self._read(name, default, read, "a path from the root")

    def time_zone(self, name: str, *, default: str) -> str:
        def read(text: str) -> str:
            if text in {"localtime", "Factory"}:  # files of the machine that say nothing to a reader
                raise ValueError(text)
            return ZoneInfo(text).key

        return self._read(name, default, read, "a time zone such as Europe/Berlin")

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """Django's settings of a database, from postgres://user:password@host/name or sqlite:///path."""

        def read(text: str) -> dict[str, Any]:
            if urlsplit(text).scheme not in ("postgres", "postgresql", "sqlite"):
                raise ValueError
            return dict(environ.Env.db_url_config(text))

        return self._read(name, read(default), read, "postgres://user:password@host/name or sqlite:///path")

    def cache(self, name: str, *, default: str) -> dict[str, Any]:
        """Django's settings of a cache, from redis://host/number."""

        def read(text: str) -> dict[str, Any]:
            if urlsplit(text).scheme not in ("redis", "rediss", "locmemcache", "filecache"):
                raise ValueError
            ours = {"BACKEND": "storefront.core.caching.ForgivingRedisCache"} if text.startswith("redis") else {}
            return dict(environ.Env.cache_url_config(text)) | ours

        return self._read(name, read(default), read, "redis://host/number")

    def _read(self, name: str, default: T, read: Callable[[str], T], what: str) -> T:
        text = self._variables.get(name, "").strip()
        if not text:
            return default
        try:
            return read(text)
        except (ValueError, KeyError, TypeError, ZoneInfoNotFoundError, OSError):
            problem = f"{name} must be {what}."
            if problem not in self.problems:
                self.problems.append(problem)
            return default


def host(text: str) -> str:
    """A host name or an IP address, without port. Raises ValueError."""
    if len(text) > 253 or not (_HOST.fullmatch(text) or _is_address(text)):
        raise ValueError
    return text


def allowed_host(text: str) -> str:
    """An entry of ALLOWED_HOSTS: a host, or a dot and a domain for all hosts below it. Raises ValueError."""
    if text.startswith("["):
        host(text[1:-1])
    else:
        host(text.removeprefix("."))
    return text


def url(text: str) -> str:
    """A whole http or https address. Raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or re.search(r"[\s\\]", text):
        raise ValueError
    _ = parts.port  # raises ValueError if it is none
    host(parts.hostname)
    return text


def origin(text: str) -> str:
    """Scheme, host and port. Raises ValueError for more than that."""
    text = url(text).rstrip("/")
    parts = urlsplit(text)
    if parts.path or parts.query or parts.fragment:
        raise ValueError
    return text


def email(text: str) -> str:
    """One bare e-mail address. Raises ValueError."""
    try:
        validate_email(text)
    except ValidationError as exc:
        raise ValueError from exc
    return text


def mailbox(text: str) -> str:
    """One e-mail address with or without a name, as it stands in a mail's From. Raises ValueError.

    https://www.rfc-editor.org/rfc/rfc5322#section-3.4: a name with a comma or another special must be quoted.
    """
    name, bracket, rest = text.rpartition("<")
    if not bracket:
        return email(text)
    if not rest.endswith(">") or any(character in name for character in "<>"):
        raise ValueError
    address = email(rest[:-1].strip())
    name = name.strip()
    if name.startswith('"'):
        name = parseaddr(f"{name} <{address}>")[0]
    if not name:
        return address
    Address(display_name=name, addr_spec=address)  # raises ValueError for what no header can hold
    return formataddr((name, address))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _between(number: Any, at_least: Any, at_most: Any) -> Any:
    if not number >= at_least or (at_most is not None and number > at_most):  # not >=: NaN is refused too
        raise ValueError
    return number


def _range(at_least: float, at_most: float | None) -> str:
    return f"from {at_least} to {at_most}" if at_most is not None else f"not below {at_least}"
