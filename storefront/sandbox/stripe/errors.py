"""Refusals in Stripe's own form."""

from __future__ import annotations

from typing import Any

from storefront.sandbox.control import Refusal
from storefront.sandbox.server import Response


class ApiError(Refusal):
    """A refusal: HTTP status, machine code and, where one is to blame, the parameter.

    ``executed``: the request was right and was tried, so this answer is repeated for its idempotency key; a refusal
    by validation is not. ``more``: what else the error holds, such as the payment intent that was refused.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str = "",
        kind: str = "invalid_request_error",
        executed: bool = False,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.executed = executed
        self.error: dict[str, Any] = {"type": kind, "message": message, **(more or {})}
        if code:
            self.error["code"] = code
        if param:
            self.error["param"] = param

    def response(self) -> Response:
        return Response({"error": self.error}, self.status)


def missing(what: str, object_id: str, *, param: str = "id") -> ApiError:
    return ApiError(404, "resource_missing", f"No such {what}: '{object_id}'", param=param)
