"""The HTTP client against servers that misbehave, and against hosts it must never reach."""

from __future__ import annotations

import contextlib
import gzip
import logging
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from storefront.gateways.connection import is_public_address
from storefront.gateways.errors import ConfigurationError, GatewayError, Unavailable
from storefront.gateways.http import AddressRefused, HttpClient
from storefront.gateways.masking import mask_secrets

Script = Callable[[socket.socket, bytes], None]


class Listener:
    """A raw server on loopback: reads one request per connection, then runs ``script``. Counts connections."""

    def __init__(self, script: Script, context: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.connections = 0
        self.requests: list[bytes] = []
        self.closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.settimeout(10)
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            received = _read_request(connection)
            if received:
                self.requests.append(received)
                self._script(connection, received)
            connection.close()

    def close(self) -> None:
        self.closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)


def _read_request(connection: socket.socket) -> bytes:
    """Head and body; a body left unread would turn the closing into a reset. Empty if the client hung up."""
    received = b""
    while True:
        head, blank, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if blank and len(body) >= int(length[1] if length else 0):
            return received
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk


Listen = Callable[..., Listener]


@pytest.fixture
def listen() -> Iterator[Listen]:
    listeners: list[Listener] = []

    def start(script: Script, context: ssl.SSLContext | None = None) -> Listener:
        listeners.append(Listener(script, context))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


def answer(body: bytes = b'{"ok":true}', status: str = "200 OK", *headers: str) -> Script:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    message = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    return lambda connection, request: connection.sendall(message)


def client(**options: Any) -> HttpClient:
    settings: dict[str, Any] = {
        "connect_timeout": 2.0, "read_timeout": 5.0, "total_timeout": 5.0, "allow_loopback": True,
        "sleep": lambda seconds: None,
    }  # fmt: skip
    return HttpClient(**{**settings, **options})


# What is sent


def test_json_is_posted_to_the_named_host_without_asking_for_compression(listen: Listen) -> None:
    server = listen(answer())

    response = client().request_guarded("POST", f"localhost:{server.port}", "/rest/profile.json", json={"auth": "x"})

    assert (response.status, response.json()) == (200, {"ok": True})
    head = server.requests[0].decode().lower()
    assert head.startswith("post /rest/profile.json http/1.1\r\n")
    assert f"\r\nhost: localhost:{server.port}\r\n" in head
    assert "\r\naccept-encoding: identity\r\n" in head


def test_proxy_variables_are_ignored(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, server = listen(answer()), listen(answer())
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{proxy.host}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert client().request("GET", f"http://{server.host}/").status == 200
    assert (proxy.connections, server.connections) == (0, 1)


def test_a_redirect_is_handed_back_and_not_followed(listen: Listen) -> None:
    inner = listen(answer())
    server = listen(answer(b"", "302 Found", f"Location: http://{inner.host}/secret"))

    for response in (
        client().request("GET", f"http://{server.host}/"),
        client().request_guarded("POST", server.host, "/rest/profile.json", json={}),
    ):
        assert response.status == 302
        assert response.headers["location"] == f"http://{inner.host}/secret"
    assert inner.connections == 0


# Limits


def _drip(part: bytes) -> Script:
    """Send ``part``, then one byte at a time for ever."""

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall(part)
        while True:  # ends when the client hangs up
            time.sleep(0.02)
            connection.sendall(b"x")

    return script


@pytest.mark.parametrize(
    "part",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 "],
    ids=["body", "header", "status line"],
)
def test_an_answer_that_drips_is_cut_at_the_total_limit(listen: Listen, part: bytes) -> None:
    server = listen(_drip(part))

    with pytest.raises(Unavailable) as unknown:
        client(total_timeout=0.3).request("GET", f"http://{server.host}/")

    assert unknown.value.code == "timeout"


def test_a_tls_handshake_that_never_ends_is_cut_at_the_total_limit(
    listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = listen(lambda connection, request: None)
    _redirect_connections(monkeypatch, silent.port)

    with pytest.raises(Unavailable) as unknown:
        client(resolve=_answers("93.184.216.34"), total_timeout=0.3).request_guarded("GET", "b24.firma.de", "/")

    assert unknown.value.code == "timeout"


def test_silence_is_unavailable(listen: Listen) -> None:
    server = listen(lambda connection, request: server.closing.wait(5) and None)

    with pytest.raises(Unavailable) as unknown:
        client(read_timeout=0.1).request("GET", f"http://{server.host}/")

    assert unknown.value.code == "timeout"


def test_a_look_up_that_hangs_is_unavailable() -> None:
    gate = threading.Event()

    def hang(host: str, port: int) -> Sequence[str]:
        gate.wait(10)
        return ["93.184.216.34"]

    with pytest.raises(Unavailable) as unknown:
        client(resolve=hang, total_timeout=0.1).request_guarded("GET", "b24.firma.de", "/")
    gate.set()

    assert unknown.value.code == "dns"


@pytest.mark.parametrize("headers", [b"Content-Length: 3000", b"Connection: close"], ids=["announced", "unannounced"])
def test_a_huge_answer_is_refused(listen: Listen, headers: bytes) -> None:
    server = listen(lambda c, request: c.sendall(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n\r\n" + b"x" * 3000))

    with pytest.raises(Unavailable) as unknown:
        client(max_body=2000).request("GET", f"http://{server.host}/")

    assert unknown.value.code == "too_large"


def test_a_huge_answer_is_refused_even_beside_a_redirect(listen: Listen) -> None:
    server = listen(answer(b"x" * 3000, "302 Found", "Location: https://["))

    with pytest.raises(Unavailable) as unknown:
        client(max_body=2000).request("GET", f"http://{server.host}/")

    assert unknown.value.code == "too_large"


def test_an_answer_of_exactly_the_limit_is_read(listen: Listen) -> None:
    server = listen(answer(b"x" * 2000))

    assert len(client(max_body=2000).request("GET", f"http://{server.host}/").body) == 2000


def test_a_compressed_answer_is_refused_unread(listen: Listen) -> None:
    server = listen(answer(gzip.compress(b"0" * 10_000_000), "200 OK", "Content-Encoding: gzip"))

    with pytest.raises(Unavailable) as unknown:
        client().request("GET", f"http://{server.host}/")

    assert unknown.value.code == "malformed"


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"nonsense\r\n\r\n"],
    ids=["nothing", "half a body", "not http"],
)
def test_a_broken_answer_is_unavailable(listen: Listen, sent: bytes) -> None:
    server = listen(lambda connection, request: connection.sendall(sent))

    with pytest.raises(Unavailable):
        client().request("GET", f"http://{server.host}/")


def test_a_closed_port_is_unavailable() -> None:
    closed = Listener(answer())
    closed.close()

    with pytest.raises(Unavailable) as unknown:
        client().request("GET", f"http://{closed.host}/")

    assert unknown.value.code == "network"


@pytest.mark.parametrize("body", [b"<html>Bad Gateway</html>", b'{"result":', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_is_unavailable(listen: Listen, body: bytes) -> None:
    server = listen(answer(body))

    response = client().request("GET", f"http://{server.host}/")

    with pytest.raises(Unavailable) as unknown:
        response.json()
    assert unknown.value.code == "malformed"


# Repeats


def _moody(*statuses: str) -> Script:
    queue = list(statuses)
    return lambda connection, request: answer(b"{}", queue.pop(0))(connection, request)


def test_nothing_is_repeated_unless_asked(listen: Listen) -> None:
    server = listen(_moody("503 Busy", "200 OK"))

    assert client().request("POST", f"http://{server.host}/", json={}).status == 503
    assert server.connections == 1


def test_a_call_that_asks_is_repeated_after_a_busy_answer(listen: Listen) -> None:
    server = listen(_moody("503 Busy", "429 Busy", "200 OK"))

    assert client().request("POST", f"http://{server.host}/", json={}, retries=2).status == 200
    assert server.connections == 3


def test_a_call_that_asks_is_repeated_after_a_broken_connection(listen: Listen) -> None:
    scripts = [lambda connection, request: None, answer()]
    server = listen(lambda connection, request: scripts.pop(0)(connection, request))

    assert client().request("GET", f"http://{server.host}/", retries=1).status == 200


def test_repeats_are_bounded(listen: Listen) -> None:
    server = listen(answer(b"{}", "503 Busy"))

    assert client().request("GET", f"http://{server.host}/", retries=1000).status == 503
    assert server.connections == 4


def test_a_definite_no_is_not_repeated(listen: Listen) -> None:
    server = listen(answer(b"{}", "401 Unauthorized"))

    assert client().request("GET", f"http://{server.host}/", retries=3).status == 401
    assert server.connections == 1


# Secrets


def test_no_secret_reaches_an_error_or_a_log_line(listen: Listen, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    broken, good = listen(lambda connection, request: None), listen(answer())
    secrets = {"auth": "s3cr3t", "client_secret": "s3cr3t"}

    client().request("POST", f"http://{good.host}/rest/1/s3cr3t/profile?auth=s3cr3t", form=secrets)
    with pytest.raises(Unavailable) as unknown:
        client().request(
            "POST", f"http://{broken.host}/rest/1/s3cr3t/x?auth=s3cr3t", json=secrets, headers={"X-Key": "s3cr3t"}
        )

    assert "s3cr3t" not in repr(unknown.value) + unknown.value.message + caplog.text
    assert unknown.value.__context__ is None and unknown.value.__cause__ is None
    assert "/rest/1/***/profile" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "GET https://acme.bitrix24.com/rest/1/s3cr3t/profile",
        "/oauth/token/?client_secret=s3cr3t&code=s3cr3t",
        'sent {"access_token": "s3cr3t", "refresh_token":"s3cr3t"}',
        "AUTH_ID=s3cr3t REFRESH_ID=s3cr3t application_token: s3cr3t",
    ],
)
def test_masking_takes_secrets_out_of_text(text: str) -> None:
    assert "s3cr3t" not in mask_secrets(text)


# Hosts that somebody else named


def _answers(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: list(addresses)


NOT_PUBLIC = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.254", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "127.1", "2130706433", "0x7f000001", "", "x",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_leads_inside_is_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "2606:4700::1111"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["93.184.216.34", "127.0.0.1"], ["127.0.0.1", "93.184.216.34"], ["::ffff:127.0.0.1"]],
    ids=str,
)
def test_a_name_that_leads_inside_is_refused_before_any_connection(listen: Listen, addresses: list[str]) -> None:
    inner = listen(answer())
    guarded = client(resolve=_answers(*addresses), guarded_ports=(443, inner.port))

    with pytest.raises(AddressRefused) as refused:
        guarded.request_guarded("POST", f"portal.evil.com:{inner.port}", "/rest/profile.json", json={"auth": "x"})

    assert refused.value.code == "not_public"
    assert inner.connections == 0


SPELLINGS = [
    "127.0.0.1:{port}", "127.1:{port}", "2130706433:{port}", "0x7f000001:{port}", "0177.0.0.1:{port}",
    "0x7f.0.0.1:{port}", "127.0.0.1.:{port}", "①②⑦.⓪.⓪.①:{port}", "ⓛocalhost:{port}", "localhost:{port}",
    "localhost.:{port}", "[::1]:{port}", "[::ffff:127.0.0.1]:{port}", "[::]:{port}", "0.0.0.0:{port}",
    "127.0.0.1:{port}\\@good.bitrix24.com", "good.bitrix24.com@127.0.0.1:{port}", "127.0.0.1:{port}/good.bitrix24.com",
    "127.0.0.1:{port}#good.bitrix24.com", "127.0.0.1:{port}?good.bitrix24.com", "127.0.0.1%2f:{port}",
    "good.bitrix24.com%2e127.0.0.1:{port}", "good.bitrix24.com\r\nHost: x:{port}", "http://127.0.0.1:{port}",
    "//127.0.0.1:{port}", " 127.0.0.1:{port}", "127.0.0.1:{port} ", "127.0.0.1 :{port}", "127。0。0。1:{port}",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_an_inner_host_is_ever_connected_to(listen: Listen, spelling: str) -> None:
    inner = listen(answer())
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    guarded = client(allow_loopback=False, resolve=resolve, guarded_ports=(443, inner.port))
    with pytest.raises(AddressRefused):
        guarded.request_guarded("POST", spelling.format(port=inner.port), "/rest/profile.json", json={"auth": "x"})

    assert (inner.connections, asked) == (0, [])


@pytest.mark.parametrize("spelling", [s for s in SPELLINGS if s.partition(":{")[0] not in ("127.0.0.1", "localhost")])
def test_the_demo_opens_no_other_door(listen: Listen, spelling: str) -> None:
    inner = listen(answer())

    if spelling == "[::1]:{port}":  # a loopback host like the others, where only nobody listens
        expected: type[GatewayError] = Unavailable
    else:
        expected = AddressRefused
    with pytest.raises(expected):
        client().request_guarded("POST", spelling.format(port=inner.port), "/rest/profile.json", json={"auth": "x"})

    assert inner.connections == 0


def test_the_listener_of_these_tests_does_count(listen: Listen) -> None:
    """Control run: the same listener, asked through a door that is open."""
    inner = listen(answer())

    client().request_guarded("POST", inner.host, "/rest/profile.json", json={"auth": "x"})

    assert inner.connections == 1


def test_the_demo_does_not_believe_a_resolver_about_localhost() -> None:
    with pytest.raises(AddressRefused):
        client(resolve=_answers("10.0.0.8")).request_guarded("GET", "localhost:8000", "/")


@pytest.mark.parametrize("host", ["b24.firma.de:22", "b24.firma.de:8000", "b24.firma.de:80"])
def test_only_web_ports_are_used(host: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        client(resolve=_answers("93.184.216.34")).request_guarded("GET", host, "/")

    assert refused.value.code == "bad_port"


@pytest.mark.parametrize("path", ["rest", "/rest/../x", "/rest?x=1", "/rest#x", "/a b", "/x\r\ny", "@evil.com/", ""])
def test_a_guarded_path_is_plain(path: str) -> None:
    guarded = client(resolve=_answers("93.184.216.34"), total_timeout=0.2)

    with pytest.raises(AddressRefused) as refused:
        guarded.request_guarded("GET", "b24.firma.de", path)
    assert refused.value.code == "bad_path"


@pytest.mark.parametrize(
    "url", ["http://example.com/", "http://10.0.0.8/", "ftp://127.0.0.1/", "https://u:p@example.com/"]
)
def test_our_own_addresses_are_https(url: str) -> None:
    with pytest.raises(ConfigurationError):
        client().request("GET", url)


def test_plain_http_to_loopback_is_for_the_demo_only() -> None:
    with pytest.raises(ConfigurationError):
        client(allow_loopback=False).request("GET", "http://127.0.0.1:8000/")


# Pinned connections


def _redirect_connections(monkeypatch: pytest.MonkeyPatch, port: int) -> list[tuple[str, int]]:
    """Let connections to any address end at a loopback port, and return the addresses they were meant for."""
    meant: list[tuple[str, int]] = []
    connect = socket.create_connection

    def redirected(address: tuple[str, int], timeout: Any = None, **options: Any) -> socket.socket:
        meant.append(address)
        return connect(("127.0.0.1", port), timeout if isinstance(timeout, int | float) else 5)

    monkeypatch.setattr(socket, "create_connection", redirected)
    return meant


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    """A certificate for b24.firma.de from an authority of our own: (path of the bundle, server context)."""
    folder = tmp_path_factory.mktemp("tls")
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "b24.firma.de")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("b24.firma.de")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    bundle, private = folder / "cert.pem", folder / "key.pem"
    bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle, private)
    return str(Path(bundle)), context


def test_the_checked_address_is_connected_to_under_the_name(
    listen: Listen, authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, context = authority
    names: list[str | None] = []
    context.sni_callback = lambda connection, name, _: names.append(name)
    server = listen(answer(), context)
    meant = _redirect_connections(monkeypatch, server.port)
    looked_up: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        # The second answer would lead inside: a name must not be looked up again after the check.
        looked_up.append(host)
        return ["93.184.216.34"] if len(looked_up) == 1 else ["127.0.0.1"]

    guarded = client(allow_loopback=False, resolve=resolve, ca_bundle=bundle)
    response = guarded.request_guarded("POST", "b24.firma.de", "/rest/profile.json", json={"auth": "x"})

    assert response.status == 200
    assert (looked_up, meant, names) == (["b24.firma.de"], [("93.184.216.34", 443)], ["b24.firma.de"])
    assert b"\r\nhost: b24.firma.de\r\n" in server.requests[0].lower()


def test_a_certificate_of_another_name_is_not_spoken_to(
    listen: Listen, authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, context = authority
    server = listen(answer(), context)
    _redirect_connections(monkeypatch, server.port)

    guarded = client(resolve=_answers("93.184.216.34"), ca_bundle=bundle)
    with pytest.raises(Unavailable):
        guarded.request_guarded("POST", "b24.other.de", "/rest/profile.json", json={"auth": "x"})

    assert server.requests == []


def test_authorities_of_one_client_are_not_trusted_by_another(
    listen: Listen, authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, context = authority
    server = listen(answer(), context)
    _redirect_connections(monkeypatch, server.port)
    resolve = _answers("93.184.216.34")

    assert client(resolve=resolve, ca_bundle=bundle).request_guarded("POST", "b24.firma.de", "/").status == 200
    with pytest.raises(Unavailable):
        client(resolve=resolve).request_guarded("POST", "b24.firma.de", "/")

    assert len(server.requests) == 1


def test_an_unknown_certificate_authority_is_not_spoken_to(
    listen: Listen, authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = listen(answer(), authority[1])
    _redirect_connections(monkeypatch, server.port)

    with pytest.raises(Unavailable):
        client(resolve=_answers("93.184.216.34")).request_guarded("POST", "b24.firma.de", "/", json={"auth": "x"})

    assert server.requests == []
