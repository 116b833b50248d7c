"""Pages inside a portal's frame: their security headers, and a bearer token instead of cookies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

from storefront.licensing.states import PortalRole

_SALT = "storefront.licensing.bitrix24.page"
#: How long a page in a frame may poll for its status; then the app has to be opened again.
BEARER_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Bearer:
    """The viewer of an embedded page: one user of one installation."""

    installation_id: int
    user_id: int
    role: PortalRole


def bearer_token(bearer: Bearer) -> str:
    return signing.dumps(
        {"i": bearer.installation_id, "u": bearer.user_id, "r": str(bearer.role)}, salt=_SALT, compress=False
    )


def raw_bearer(request: HttpRequest) -> str:
    """The token of ``Authorization: Bearer <token>``, unchecked; "" if there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def read_bearer(request: HttpRequest) -> Bearer | None:
    """The bearer of ``Authorization: Bearer <token>``, None if absent, forged or older than an hour."""
    try:
        content: dict[str, Any] = signing.loads(raw_bearer(request), salt=_SALT, max_age=BEARER_SECONDS)
    except signing.BadSignature:
        return None
    return Bearer(content["i"], content["u"], PortalRole(content.get("r", PortalRole.UNKNOWN)))


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, ancestors: Sequence[str], status: int = 200
) -> HttpResponse:
    """Render a page that only the origins ``ancestors`` may frame (none: nobody). It is never cached."""

    def view(request: HttpRequest) -> HttpResponse:
        return render(request, template, context, status=status)

    directives: dict[str, Any] = {"frame-ancestors": list(dict.fromkeys(ancestors)) or ["'none'"]}
    if context.get("portal_script"):
        script = urlsplit(settings.BITRIX24_JS_URL)
        directives["script-src"] = ["'self'", f"{script.scheme}://{script.netloc}"]
    response = cast(HttpResponse, csp_replace(directives)(view)(request))
    response.xframe_options_exempt = True  # type: ignore[attr-defined]  # frame-ancestors replaces it
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = get_language() or settings.LANGUAGE_CODE
    patch_vary_headers(response, ["Authorization"])
    return response
