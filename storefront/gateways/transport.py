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
from typing import Any, Self

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

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
    """A point in time at which every connection registered here is cut, whatever it is doing."""

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
        """Cut ``connection`` when the time is over.

        A duplicate is kept because TLS takes the original apart; shutting either down ends both.
        """
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


class _WatchedConnection(HTTPConnection):
    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline = deadline

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        self._deadline.watch(connection)
        return connection


class _WatchedTLSConnection(HTTPSConnection):
    def __init__(self, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline = deadline

    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        self._deadline.watch(connection)
        return connection


@lru_cache(maxsize=4)
def _trusting(ca_bundle: str | None) -> ssl.SSLContext:
    """The TLS settings of every connection that trusts these authorities (None: the usual list): certificate and
    name are verified. Reading the list costs more than the rest of a call, so it is read once."""
    context: ssl.SSLContext = create_urllib3_context()
    context.load_verify_locations(cafile=ca_bundle or DEFAULT_CA_BUNDLE_PATH)
    return context


class PinnedAdapter(HTTPAdapter):
    """Connects to one address only, while TLS and the Host header speak of the name.

    The certificate is verified against the name, so a wrong answer from the look-up gains nothing.
    """

    def __init__(self, address: str, name: str, deadline: Deadline) -> None:
        super().__init__()
        self._address = address
        self._name = name
        self._deadline = deadline

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host_params: Any
        pool_kwargs: Any
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(*args, **kwargs)
        host_params["host"] = self._address
        if host_params["scheme"] == "https":
            pool_kwargs["server_hostname"] = self._name
            pool_kwargs["ssl_context"] = _trusting(pool_kwargs.get("ca_certs"))
        return host_params, pool_kwargs

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)
        if url.lower().startswith("https"):
            # The pool's own context holds these already; named once more they would be read for every connection.
            conn.ca_certs = conn.ca_cert_dir = None

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _WatchedTLSConnection if pool.scheme == "https" else _WatchedConnection
        pool.conn_kw["deadline"] = self._deadline
        return pool

    def add_headers(self, request: Any, **kwargs: Any) -> None:
        """Name the host ourselves: the connection knows only the address."""
        netloc = request.url.split("/", 3)[2]
        request.headers["Host"] = netloc
