"""What lies under the HTTP client: which addresses are public, one look-up, a pinned connection, a hard deadline."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPConnection
from typing import Self

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from storefront.gateways.targets import Target

_UNICAST_V6 = ipaddress.ip_network("2000::/3")
# Ranges the standard library calls global, or did in some releases, although they lead back inside, to a
# translator, or nowhere (IANA special-purpose registries).
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3",
        "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
    )
)  # fmt: skip


def is_public_address(text: str) -> bool:
    """Whether ``text`` is a unicast address on the open internet that stands for itself.

    Addresses that carry another one inside (mapped, NAT64, 6to4, Teredo) are refused whatever they carry.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if address.version == 6 and (address not in _UNICAST_V6 or address.ipv4_mapped):
        return False
    return not any(address in block for block in _NOT_PUBLIC if block.version == address.version)


def system_resolve(host: str, port: int) -> list[str]:
    """All addresses of ``host``, as the system's resolver sees them."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def resolve_within(resolve: Callable[[str, int], Sequence[str]], host: str, port: int, seconds: float) -> list[str]:
    """Look ``host`` up, waiting at most ``seconds``; an empty list means no answer."""
    answer: list[str] = []

    def look_up() -> None:
        with suppress(OSError, UnicodeError):
            answer.extend(resolve(host, port))

    # The system's resolver takes no time limit, so it runs beside us and is left behind when it is too slow.
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(seconds)
    return [] if thread.is_alive() else answer


class Deadline:
    """The moment at which every connection watched here is cut, even one that keeps sending a byte at a time."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.is_over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._sockets:
                watched.close()
            self._sockets.clear()

    def remaining(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self._ends - time.monotonic())

    def watch(self, connection: socket.socket) -> None:
        """Cut ``connection`` when the time is over. A duplicate is kept, because TLS takes the original apart;
        shutting either down ends both."""
        with self._lock:
            self._sockets.append(connection.dup())
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            for watched in self._sockets:
                with suppress(OSError):
                    watched.shutdown(socket.SHUT_RDWR)


class PinnedConnection(HTTPConnection):
    """A connection to one address, while TLS and the Host header speak of the target's name.

    The certificate is verified against the name, so a wrong answer from the look-up gains nothing. Follows no redirect,
    uses no proxy.

    :param ca_bundle: path of the trusted authorities; None for the usual list
    """

    def __init__(
        self, target: Target, address: str, *, connect_timeout: float, read_timeout: float, deadline: Deadline,
        ca_bundle: str | None,
    ) -> None:  # fmt: skip
        # Not 0, which would mean: do not wait at all.
        super().__init__(address, target.port, timeout=max(0.001, min(connect_timeout, deadline.remaining())))
        self._target = target
        self._read_timeout = read_timeout
        self._deadline = deadline
        self._ca_bundle = ca_bundle

    def connect(self) -> None:
        connection = socket.create_connection((self.host, self.port), self.timeout)
        self._deadline.watch(connection)
        if self._target.is_tls:
            connection = _trusting(self._ca_bundle).wrap_socket(connection, server_hostname=self._target.host)
        connection.settimeout(self._read_timeout)
        self.sock = connection


@lru_cache(maxsize=4)
def _trusting(ca_bundle: str | None) -> ssl.SSLContext:
    """Verifies certificate and name. Reading the list costs more than the rest of a call, so it is read once."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["http/1.1"])
    context.load_verify_locations(cafile=ca_bundle or DEFAULT_CA_BUNDLE_PATH)
    return context
