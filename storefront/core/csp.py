"""Content-Security-Policy: strict, except for the back offices, whose pages have inline scripts."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

#: Still nothing from other hosts: only inline scripts and styles (Wagtail's date pickers).
RELAXED = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "frame-ancestors": [SELF],
}


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp's middleware with a looser policy for settings.CSP_RELAXED_PREFIXES.

    A page previewed by an editor keeps the strict policy of its own address, but may be framed by the back office:
    Wagtail renders it by an inner request that passes through all middleware.

    A page that needs more sources sets ``request.csp_sources`` while it is rendered: directives and the sources to add.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if _is_preview(request):
            response.headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: Any = super().get_policy_parts(request, response, report_only)
        if parts.replace is None and request.path_info.startswith(tuple(settings.CSP_RELAXED_PREFIXES)):
            parts.replace = RELAXED
        elif parts.replace is None and _is_preview(request):
            parts.replace = {"frame-ancestors": [SELF]}
        elif sources := getattr(request, "csp_sources", None):
            parts.update = {**(parts.update or {}), **sources}
        return parts


def _is_preview(request: HttpRequest) -> bool:
    """Set by Wagtail on its inner request; nothing that a visitor sends can set it."""
    return bool(getattr(request, "is_preview", False))
