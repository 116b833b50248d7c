"""Requests of the mail company as anymail's views expect them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailConfigurationError, AnymailError
from django.conf import settings
from django.core.exceptions import SuspiciousOperation, TooManyFilesSent
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters

#: What anymail's views raise for a malformed body.
UNREADABLE = (
    AnymailError, AnymailConfigurationError, ValueError, KeyError, IndexError, TypeError, AttributeError,
    AssertionError, OverflowError, RecursionError, OSError, SuspiciousOperation,
)  # fmt: skip


#: Fields and files of one form.
MOST_PARTS = 1000


class CompanyRequest(WSGIRequest):
    """A request whose body was read already, and measured: Django's own limit for forms does not hold for it, neither
    for the body nor for one of its fields, which may be a whole mail."""

    def __init__(self, environ: dict[str, Any], raw: bytes) -> None:
        super().__init__(environ)
        self.raw = raw

    @property
    def body(self) -> bytes:  # type: ignore[override]
        return self.raw

    def parse_file_upload(self, META: Any, post_data: Any) -> tuple[QueryDict, MultiValueDict[str, Any]]:
        """The fields and files of a form, https://www.rfc-editor.org/rfc/rfc7578."""
        encoding = self.encoding or settings.DEFAULT_CHARSET
        fields, files = QueryDict(mutable=True, encoding=encoding), MultiValueDict[str, Any]()
        for number, (options, content_type, content) in enumerate(_parts(META.get("CONTENT_TYPE", ""), self.raw)):
            if number == MOST_PARTS:
                raise TooManyFilesSent
            name = options.get("name", "")
            if "filename" not in options:
                fields.appendlist(name, content.decode(encoding, "replace"))
            elif options["filename"]:
                files.appendlist(name, SimpleUploadedFile(options["filename"], content, content_type))
        return fields, files


def request_of(body: bytes, headers: Mapping[str, str], *, hook: str) -> CompanyRequest:
    """The request for anymail's views, at the shop's public address ``/hooks/<hook>/``, which some companies sign."""
    site = urlsplit(settings.SITE_URL)
    kept = {name: value for name, value in headers.items() if "forwarded" not in name}
    fields = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in kept.items()}
    environ: dict[str, Any] = fields | {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": reverse("hook", args=[hook]),
        "SERVER_NAME": site.hostname,
        "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
        "HTTP_HOST": site.netloc,
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": BytesIO(body),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
    }
    return CompanyRequest(environ, body)


def _parts(form_type: str, body: bytes) -> Iterator[tuple[dict[str, str], str, bytes]]:
    """Of each part: the options of its Content-Disposition, its type, its content as it is."""
    boundary = parse_header_parameters(form_type)[1].get("boundary", "")
    if not boundary:
        raise MultiPartParserError("no boundary")
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode("ascii"))[1:]:
        if part.startswith(b"--"):
            return
        head, _blank, content = part.partition(b"\r\n\r\n")
        lines = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")]
        headers = {name.strip().lower(): value.strip() for name, _colon, value in lines}
        _kind, options = parse_header_parameters(headers.get("content-disposition", ""))
        yield options, headers.get("content-type", "application/octet-stream"), content
