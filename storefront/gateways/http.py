"""The one HTTP client: every call to an outside company goes through here.

``request`` is for addresses we configured ourselves. ``request_guarded`` is for hosts that a buyer or a message named:
it takes a bare host, rebuilds the address itself and connects only to a public one.

Both look the name up once and connect to exactly that answer, follow no redirect, obey no proxy variable, and end
within a total time limit even if the other side sends one byte at a time, and within what is left of the caller's own
(``core.time_limits``). No secret reaches an error or a log line: addresses are named without their query, webhook
secrets in paths are masked, bodies never appear.
"""

from __future__ import annotations

import json as jsonlib
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http import client as http_client
from typing import Any
from urllib.parse import urlencode

from storefront.core.time_limits import ConcurrencyExceeded, TimeLimitExceeded, outside_call
from storefront.gateways.connection import (
    Deadline,
    PinnedConnection,
    is_public_address,
    resolve_within,
    system_resolve,
)
from storefront.gateways.errors import Busy, Unavailable
from storefront.gateways.targets import AddressRefused, Target, configured_target, guarded_target

__all__ = ["MAX_BODY", "AddressRefused", "HttpClient", "HttpResponse"]

logger = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
_RETRY_STATUSES = frozenset({429, 502, 503, 504})
_MAX_RETRIES = 3


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


@dataclass(frozen=True, slots=True)
class _Call:
    target: Target
    body: bytes | None
    headers: dict[str, str]


class HttpClient:
    """Stateless and safe to share between threads; every call opens and closes its own connection.

    Times are seconds. ``total_timeout`` covers everything including look-up and repeats. ``allow_loopback``
    allows plain http to a loopback host and port (demo and tests only). ``guarded_ports`` are the only ports
    ``request_guarded`` uses; the first one is the default. ``resolve(host, port)`` returns the addresses of a
    name. ``ca_bundle`` replaces the usual list of certificate authorities.
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
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._total_timeout = total_timeout
        self._max_body = max_body
        self._allow_loopback = allow_loopback
        self._guarded_ports = tuple(guarded_ports)
        self._resolve = resolve
        self._ca_bundle = ca_bundle
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

        :param json: a value, or JSON already encoded as bytes
        :param form: fields, or a form already encoded, or another text whose ``headers`` say what it is
        :param retries: how often to repeat after a network fault or 429/502/503/504; only for calls that do
            the same thing when repeated (at most 3)
        :raises ConfigurationError: the address is neither https nor an allowed loopback one
        :raises Unavailable: no complete answer; the outcome is unknown
        :raises Busy: too many calls are waiting, or the caller's time is over (``core.time_limits``); nothing was sent
        """
        target = configured_target(method, url, allow_loopback=self._allow_loopback)
        return self._send(_Call(target, *_encode(target, json, form, headers)), retries)

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
        return self._send(_Call(target, *_encode(target, json, form, headers)), retries)

    def _send(self, call: _Call, retries: int) -> HttpResponse:
        try:
            with outside_call(self._total_timeout) as seconds, Deadline(seconds) as deadline:
                return self._send_within(deadline, call, retries)
        except (ConcurrencyExceeded, TimeLimitExceeded) as exc:
            raise Busy(f"{call.target.label}: not asked ({type(exc).__name__})", code="busy") from exc

    def _send_within(self, deadline: Deadline, call: _Call, retries: int) -> HttpResponse:
        address = self._address(call.target, deadline)
        attempts = 1 + min(max(retries, 0), _MAX_RETRIES)
        for attempt in range(attempts):
            is_last = attempt == attempts - 1
            try:
                response = self._attempt(call, address, deadline)
            except Unavailable:
                if is_last or deadline.is_over:
                    raise
            else:
                if is_last or response.status not in _RETRY_STATUSES:
                    return response
            # Spread out, so that many workers do not come back at the same moment.
            self._sleep(min(0.2 * 2**attempt * random.uniform(0.5, 1.5), deadline.remaining()))  # noqa: S311
        raise Unavailable(f"{call.target.label}: gave up", code="network")

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

    def _attempt(self, call: _Call, address: str, deadline: Deadline) -> HttpResponse:
        target, started, fault = call.target, time.monotonic(), ""
        connection = PinnedConnection(
            target, address, connect_timeout=self._connect_timeout, read_timeout=self._read_timeout,
            deadline=deadline, ca_bundle=self._ca_bundle,
        )  # fmt: skip
        try:
            with closing(connection):
                connection.request(target.method, target.path, body=call.body, headers=call.headers)
                with connection.getresponse() as raw:
                    response = HttpResponse(raw.status, _headers(raw), self._read(raw, target, deadline))
        except (http_client.HTTPException, OSError, ValueError) as exc:
            fault = type(exc).__name__
        # Raised out here: the library's own exception may quote what it was given and must not be chained.
        if fault or deadline.is_over:
            code = "timeout" if deadline.is_over or "Timeout" in fault else "network"
            logger.warning("%s: no answer (%s)", target.label, fault or code)
            raise Unavailable(f"{target.label}: no answer ({code})", code=code)
        logger.info("%s: %d in %.3f s", target.label, response.status, time.monotonic() - started)
        return response

    def _read(self, raw: http_client.HTTPResponse, target: Target, deadline: Deadline) -> bytes:
        if (raw.getheader("Content-Encoding") or "identity").lower() != "identity":
            raise Unavailable(f"{target.label}: compressed answer, which was not asked for", code="malformed")
        is_too_large = raw.length is not None and raw.length > self._max_body
        body = b"" if is_too_large else raw.read(self._max_body + 1)
        if deadline.is_over:
            raise TimeoutError
        if is_too_large or len(body) > self._max_body:
            raise Unavailable(f"{target.label}: answer is too large", code="too_large")
        if raw.length:  # of what was announced so much did not come
            raise http_client.IncompleteRead(b"", raw.length)
        return body


def _encode(
    target: Target, json: Any, form: Mapping[str, str] | str | None, headers: Mapping[str, str] | None
) -> tuple[bytes | None, dict[str, str]]:
    # No compression is asked for, so that a small answer cannot unfold into a huge one.
    merged = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "storefront"}
    merged |= {**(headers or {}), "Host": target.netloc}
    if json is not None:
        body = json if isinstance(json, bytes) else jsonlib.dumps(json).encode()
        return body, merged | {"Content-Type": "application/json"}
    if form is not None:
        body = (form if isinstance(form, str) else urlencode(form)).encode()
        return body, {"Content-Type": "application/x-www-form-urlencoded"} | merged
    return None, merged


def _headers(raw: http_client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): raw.getheader(name) or "" for name in raw.headers}
