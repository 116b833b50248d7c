"""A very small threaded HTTP server: the ground all stand-ins are built on."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

MAX_BODY = 1024 * 1024


@dataclass
class Request:
    """One incoming request. ``headers`` keys are lower-case; ``params`` are the path's named groups.

    ``query`` keeps the last value of a repeated name; ``raw_query`` is the text as it came.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    params: dict[str, str] = field(default_factory=dict)
    raw_query: str = ""

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def json(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass
class Response:
    """What a handler answers. ``body`` may be bytes, text (HTML) or anything JSON can write.

    Faults of the wire can be asked for: ``drop`` closes the connection without a word, ``cut_to`` promises the
    whole body but closes after so many bytes of it, ``pace`` is a pause after every byte of it, in seconds.
    """

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    cut_to: int | None = None
    pace: float = 0.0

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str):
            self.headers.setdefault("Content-Type", "text/html; charset=utf-8")
            return self.body.encode()
        self.headers.setdefault("Content-Type", "application/json")
        return json.dumps(self.body).encode()


def redirect(location: str, status: int = 303) -> Response:
    return Response(b"", status, {"Location": location})


Handler = Callable[[Request], Response]


class _Server(ThreadingHTTPServer):
    """Remembers its open connections, so that a stopped stand-in is really gone for clients that keep them alive."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is its own affair; a bug of ours is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def wake(self) -> None:
        """Let ``serve_forever`` look up at once, which is asked to end. (Elsewhere than on Linux it does so anyway.)"""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close_connections(self) -> None:
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class StandIn:
    """A stand-in server: subclass it, add routes in ``__init__`` with ``self.route``, then start it.

    Usable as a context manager; ``port=0`` takes a free port. ``base_url`` has no trailing slash.
    """

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1") -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []
        stand_in = self

        class _Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else every kept-alive answer waits 40 ms for an ACK

            def _serve(self) -> None:
                stand_in._serve(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _serve

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: the stand-ins keep their own record of requests."""

        self._server = _Server((host, port), _Handler)
        self._thread: threading.Thread | None = None
        self.host = host
        self.port: int = self._server.server_address[1]
        self.base_url = f"http://{host}:{self.port}"

    def route(self, method: str, pattern: str, handler: Handler) -> None:
        """Register a handler; ``pattern`` is a full-match regular expression with named groups."""
        self._routes.append((method, re.compile(pattern), handler))

    def start(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.wake()
        self._server.shutdown()
        self._server.server_close()
        self._server.close_connections()
        if self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def not_found(self, request: Request) -> Response:
        """Answer for a path no route matches; stand-ins override it to speak their provider's error language."""
        return Response({"error": "not found"}, 404)

    def dispatch(self, request: Request) -> Response:
        for method, pattern, handler in self._routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                request.params = match.groupdict()
                return handler(request)
        return self.not_found(request)

    def _serve(self, http: BaseHTTPRequestHandler) -> None:
        length = int(http.headers.get("Content-Length") or 0)
        if length > MAX_BODY:
            http.send_error(413)
            return
        parts = urlsplit(http.path)
        request = Request(
            method="GET" if http.command == "HEAD" else http.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={key.lower(): value for key, value in http.headers.items()},
            body=http.rfile.read(length) if length else b"",
            raw_query=parts.query,
        )
        response = self.dispatch(request)
        body = response.encoded()
        if response.drop:
            http.close_connection = True
            return
        try:
            http.send_response_only(response.status)
            own = {"Server": http.version_string(), "Date": http.date_time_string()}
            for key, value in (own | response.headers).items():
                http.send_header(key, value)
            http.send_header("Content-Length", str(len(body)))
            http.end_headers()
            if http.command != "HEAD":
                step = 1 if response.pace else MAX_BODY
                for start in range(0, len(body[: response.cut_to]), step):
                    http.wfile.write(body[: response.cut_to][start : start + step])
                    time.sleep(response.pace)
            if response.cut_to is not None:
                http.close_connection = True
        except (BrokenPipeError, ConnectionResetError):
            http.close_connection = True
