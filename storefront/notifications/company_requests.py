"""Requests of the mail company as anymail's views expect them."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from anymail.exceptions import AnymailConfigurationError, AnymailError
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.urls import reverse

#: What anymail's views raise for a malformed body.
UNREADABLE = (
    AnymailError, AnymailConfigurationError, ValueError, KeyError, IndexError, TypeError, AttributeError,
    AssertionError, OverflowError, RecursionError, OSError, SuspiciousOperation,
)  # fmt: skip


class CompanyRequest(WSGIRequest):
    """A request whose body was read already, and measured: Django's own limit for forms does not hold for it."""

    def __init__(self, environ: dict[str, Any], raw: bytes) -> None:
        super().__init__(environ)
        self.raw = raw

    @property
    def body(self) -> bytes:  # type: ignore[override]
        return self.raw


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
