"""Refusals in PayPal's words (https://developer.paypal.com/api/rest/responses/)."""

from __future__ import annotations

import secrets
from typing import Any

from storefront.sandbox.control import Refusal
from storefront.sandbox.server import Response

_MESSAGES = {
    "INVALID_REQUEST": "Request is not well-formed, syntactically incorrect, or violates schema.",
    "NOT_AUTHORIZED": "Authorization failed due to insufficient permissions.",
    "RESOURCE_NOT_FOUND": "The specified resource does not exist.",
    "UNPROCESSABLE_ENTITY": "The requested action could not be performed, semantically incorrect, or failed business "
    "validation.",
}


class ApiError(Refusal):
    """``name`` is the error's, ``issue`` that of its one detail; ``links`` as PayPal adds to some."""

    def __init__(
        self,
        status: int,
        name: str,
        issue: str = "",
        *,
        field: str = "",
        message: str = "",
        links: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(issue or name)
        self.status = status
        self.name = name
        detail = {"issue": issue, "description": message or issue} | ({"field": field} if field else {})
        self.body: dict[str, Any] = {
            "name": name,
            "message": message or _MESSAGES.get(name, name),
            "debug_id": secrets.token_hex(7),
            "links": links or [],
        } | ({"details": [detail]} if issue else {})

    def response(self) -> Response:
        return Response(self.body, self.status, {"PayPal-Debug-Id": self.body["debug_id"]})


def invalid(field: str, issue: str = "INVALID_PARAMETER_SYNTAX") -> ApiError:
    return ApiError(400, "INVALID_REQUEST", issue, field=field)


def refused(issue: str, *, field: str = "", links: list[dict[str, str]] | None = None) -> ApiError:
    return ApiError(422, "UNPROCESSABLE_ENTITY", issue, field=field, links=links)


def missing() -> ApiError:
    return ApiError(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
