"""Trouble on request: what the stand-in does wrong, how often, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from storefront.sandbox.control import Faults
from storefront.sandbox.server import Response

KINDS = frozenset(
    {
        "expired_token", "unauthorized", "removed", "forbidden", "no_access", "insufficient_scope", "rate_limit",
        "query_limit", "overload", "deleted", "deleted_500", "server_error", "moved", "html", "slow", "malformed",
        "huge", "drop",
        "wrong_member_id", "wrong_client_id", "not_installed", "wrong_client", "expires_in_only",
        "no_tokens", "duplicate", "hold", "lost", "wrong_application_token",
    }
)  # fmt: skip

# kind: (status, code, description)
_REFUSALS: dict[str, tuple[int, str, str]] = {
    "expired_token": (401, "expired_token", "The access token provided has expired."),
    "unauthorized": (401, "NO_AUTH_FOUND", "Wrong authorization data"),
    "removed": (401, "APPLICATION_NOT_FOUND", "Application not found"),
    "not_installed": (401, "NOT_INSTALLED", "Application not installed"),
    "forbidden": (403, "ACCESS_DENIED", "REST API is available only on commercial plans."),
    "no_access": (403, "user_access_error", "The user does not have access to the application."),
    "insufficient_scope": (403, "insufficient_scope", "The request requires higher privileges"),
    "query_limit": (503, "QUERY_LIMIT_EXCEEDED", "Too many requests"),
    "overload": (503, "OVERLOAD_LIMIT", "REST API is blocked due to overload."),
    "deleted": (410, "PORTAL_DELETED", "Portal was deleted"),
    "deleted_500": (500, "PORTAL_DELETED", "Public part is closed"),
    "server_error": (500, "INTERNAL_SERVER_ERROR", "Internal server error"),
    "wrong_client": (200, "wrong_client", "Wrong client"),
}


@dataclass
class Fault:
    """``method`` is a REST method, "oauth/token", "oauth/app.info", "event.<NAME>" or "*"; ``count`` -1: always."""

    method: str
    kind: str
    count: int = 1
    portal: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}, known: {', '.join(sorted(KINDS))}")


class PortalFaults(Faults[Fault]):
    def take(self, method: str, portal: str = "") -> Fault | None:
        """The fault for this call, used up by it."""
        return self.next(lambda fault: fault.method in (method, "*") and fault.portal in ("", portal))


def refusal(kind: str) -> Response | None:
    """The plain error answer a fault stands for, None for the kinds that need more than that."""
    if kind not in _REFUSALS:
        return None
    status, code, description = _REFUSALS[kind]
    return Response({"error": code, "error_description": description}, status)


def broken(kind: str) -> Response | None:
    """Answers that are no answers."""
    if kind == "html":
        return Response("<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>", 502)
    if kind == "malformed":
        return Response(b'{"result":{"ID":', 200, {"Content-Type": "application/json"})
    if kind == "huge":
        return Response(b'{"result":"' + b"x" * (2 * 1024 * 1024) + b'"}', 200, {"Content-Type": "application/json"})
    if kind == "drop":
        return Response(drop=True)
    return None
