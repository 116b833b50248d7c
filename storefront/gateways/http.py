"""The one HTTP client: every call to an outside company goes through here.

Two doors. ``request`` is for addresses we configured ourselves. ``request_guarded`` is for hosts that a buyer
or a message named: it takes a bare host, rebuilds the address itself and connects only to a public one.
Both look the name up once and connect to exactly that answer, follow no redirect, obey no proxy variable, and
end within a total time limit even if the other side sends one byte at a time, and within what is left of the errand's
own (``core.time_limits``). No secret reaches an error or a
log line: addresses are named without their query, webhook secrets in paths are masked, bodies never appear.
"""

from __future__ import annotations

import json as jsonlib
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests
from urllib3.exceptions import HTTPError

from storefront.core.time_limits import ConcurrencyExceeded, TimeLimitExceeded, outside_call
from storefront.gateways.errors import Busy, Unavailable
from storefront.gateways.targets import AddressRefused, Target, configured_target, guarded_target
from storefront.gateways.transport import Deadline, PinnedAdapter, is_public_address, resolve_within, system_resolve

__all__ = ["MAX_BODY", "AddressRefused", "HttpClient", "HttpResponse"]

logger = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
_RETRY_STATUSES = frozenset({429, 502, 503, 504})
_MAX_RETRIES = 3
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer. ``headers`` keys are lower-case; ``body`` is complete and within the size limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the decoded body. Raises ``Unavailable`` (code ``malformed``) for anything that is not JSON."""
        try:
            return jsonlib.loads(self.body)
        except (ValueError, RecursionError):
            pass
        raise Unavailable(f"answer with status {self.status} is not JSON", code="malformed")


class _Session(requests.Session):
    """A session for one call. It sees no redirects: even a library told not to follow one reads its whole body."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class HttpClient:
    """Stateless and safe to share between threads; every call opens and closes its own connection.

    Times are seconds. ``total_timeout`` covers everything including look-up and repeats. ``allow_loopback``
    lets both doors use plain http to a loopback host and port (demo and tests only). ``guarded_ports`` are the
    only ports ``request_guarded`` uses; the first one is the default. ``resolve(host, port)`` returns the
    addresses of a name. ``ca_bundle`` replaces the usual list of certificate authorities.
    """

    def __init__(
        self,
        *,
        connect_timeout: float = 3.0,
        read_timeout: float = 10.0,
        total_timeout: float = 10.0,
        max_body: int = MAX_BODY,
        allow_loopback: bool = False,
        guarded_ports: Sequence[int] = (443, 8443),
        resolve: Callable[[str, int], Sequence[str]] = system_resolve,
        ca_bundle: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._timeouts = (connect_timeout, read_timeout)
        self._total_timeout = total_timeout
        self._max_body = max_body
        self._allow_loopback = allow_loopback
        self._guarded_ports = tuple(guarded_ports)
        self._resolve = resolve
        self._verify: str | bool = ca_bundle or True
        self._sleep = sleep

    def request(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        retries: int = 0,
    ) -> HttpResponse:
        """Call an address of ours (never one that a visitor named).

        :param form: fields, or a form already encoded
        :param retries: how often to repeat after a network fault or 429/502/503/504; only for calls that do
            the same thing when repeated (at most 3)
        :raises ConfigurationError: the address is neither https nor an allowed loopback one
        :raises Unavailable: no complete answer; the outcome is unknown
        :raises Busy: too many wait already, or the errand's time is over (``core.time_limits``); nothing was sent
        """
        target = configured_target(method, url, allow_loopback=self._allow_loopback)
        return self._send(target, json, form, headers, retries)

    def request_guarded(
        self,
        method: str,
        host: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        retries: int = 0,
    ) -> HttpResponse:
        """Call a host that somebody else named, over https, if it is a public one.

        :param host: bare ``name`` or ``name:port``, as ``PortalAddress.host``
        :param path: absolute path, chosen by us
        :raises AddressRefused: not a plain host name, a port we do not use, or not a public address
        :raises Unavailable: no complete answer; the outcome is unknown
        """
        target = guarded_target(method, host, path, ports=self._guarded_ports, allow_loopback=self._allow_loopback)
        return self._send(target, json, form, headers, retries)

    def _send(
        self,
        target: Target,
        json: Any,
        form: Mapping[str, str] | str | None,
        headers: Mapping[str, str] | None,
        retries: int,
    ) -> HttpResponse:
        try:
            with outside_call(self._total_timeout) as seconds:
                return self._send_within(seconds, target, json, form, headers, retries)
        except (ConcurrencyExceeded, TimeLimitExceeded) as exc:
            raise Busy(f"{target.label}: not asked ({type(exc).__name__})", code="busy") from exc

    def _send_within(
        self,
        seconds: float,
        target: Target,
        json: Any,
        form: Mapping[str, str] | str | None,
        headers: Mapping[str, str] | None,
        retries: int,
    ) -> HttpResponse:
        body, all_headers = _encode(json, form, headers)
        attempts = 1 + min(max(retries, 0), _MAX_RETRIES)
        with Deadline(seconds) as deadline:
            address = self._address(target, deadline)
            for attempt in range(attempts):
                is_last = attempt == attempts - 1
                try:
                    response = self._attempt(target, address, body, all_headers, deadline)
                except Unavailable:
                    if is_last or deadline.is_over:
                        raise
                else:
                    if is_last or response.status not in _RETRY_STATUSES:
                        return response
                # Spread out, so that many workers do not come back at the same moment.
                self._sleep(min(0.2 * 2**attempt * random.uniform(0.5, 1.5), deadline.remaining()))  # noqa: S311
        raise Unavailable(f"{target.label}: gave up", code="network")

    def _address(self, target: Target, deadline: Deadline) -> str:
        """Look the name up once and return the one address to connect to."""
        addresses = resolve_within(self._resolve, target.host, target.port, deadline.remaining())
        if not addresses:
            raise Unavailable(f"{target.label}: the name could not be looked up", code="dns")
        if target.is_guarded and not all(is_public_address(address) for address in addresses):
            raise AddressRefused(f"{target.label}: not a public address", code="not_public")
        if target.must_be_loopback and not all(address in ("127.0.0.1", "::1") for address in addresses):
            raise AddressRefused(f"{target.label}: not a loopback address", code="not_loopback")
        return sorted(addresses, key=lambda address: ":" in address)[0]

    def _attempt(
        self, target: Target, address: str, body: bytes | None, headers: Mapping[str, str], deadline: Deadline
    ) -> HttpResponse:
        started, fault = time.monotonic(), ""
        with _Session() as session:
            session.trust_env = False
            session.mount(target.url.split(":")[0] + "://", PinnedAdapter(address, target.host, deadline))
            try:
                with session.request(
                    target.method, target.url, data=body, headers=dict(headers), timeout=self._timeouts,
                    allow_redirects=False, stream=True, verify=self._verify,
                ) as raw:  # fmt: skip
                    response = HttpResponse(raw.status_code, _lower(raw.headers), self._read(raw, target, deadline))
            except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
                fault = type(exc).__name__
        # Raised out here: the library's own exception quotes the whole address and must not be chained.
        if fault or deadline.is_over:
            code = "timeout" if deadline.is_over or "Timeout" in fault else "network"
            logger.warning("%s: no answer (%s)", target.label, fault or code)
            raise Unavailable(f"{target.label}: no answer ({code})", code=code)
        logger.info("%s: %d in %.3f s", target.label, response.status, time.monotonic() - started)
        return response

    def _read(self, raw: requests.Response, target: Target, deadline: Deadline) -> bytes:
        if raw.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Unavailable(f"{target.label}: compressed answer, which was not asked for", code="malformed")
        length = raw.headers.get("Content-Length", "")
        body = bytearray()
        if not (length.isdigit() and int(length) > self._max_body):
            while chunk := raw.raw.read1(_CHUNK):
                body += chunk
                if len(body) > self._max_body or deadline.is_over:
                    break
            else:
                return bytes(body)
        if deadline.is_over:
            raise requests.ReadTimeout
        raise Unavailable(f"{target.label}: answer is too large", code="too_large")


def _encode(
    json: Any, form: Mapping[str, str] | str | None, headers: Mapping[str, str] | None
) -> tuple[bytes | None, dict[str, str]]:
    # No compression is asked for, so that a small answer cannot unfold into a huge one.
    merged = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "storefront"}
    merged.update(headers or {})
    if json is not None:
        merged["Content-Type"] = "application/json"
        return jsonlib.dumps(json).encode(), merged
    if form is not None:
        merged["Content-Type"] = "application/x-www-form-urlencoded"
        return (form if isinstance(form, str) else urlencode(form)).encode(), merged
    return None, merged


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}
