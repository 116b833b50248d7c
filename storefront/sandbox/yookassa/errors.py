"""Refusals in YooKassa's words (https://yookassa.ru/developers/using-api/response-handling/response-format)."""

from __future__ import annotations

import uuid

from storefront.sandbox.control import Refusal
from storefront.sandbox.server import Response

#: what a shop is told that may not save methods of payment
NO_AUTOPAYMENTS = "This store can't make recurring payments. Contact the YooMoney manager to learn more"


class ApiError(Refusal):
    def __init__(self, status: int, code: str, description: str, parameter: str = "") -> None:
        super().__init__(f"{code} {parameter} {description}")
        self.status = status
        self.body = {"type": "error", "id": str(uuid.uuid4()), "code": code, "description": description}
        if parameter:
            self.body["parameter"] = parameter

    def response(self) -> Response:
        return Response(dict(self.body), self.status)


def invalid(parameter: str, description: str = "Invalid parameter value") -> ApiError:
    return ApiError(400, "invalid_request", description, parameter)


def missing(what: str = "object") -> ApiError:
    return ApiError(404, "not_found", f"The {what} doesn't exist or access to it is denied")


def broken(status: int) -> Response:
    """The service's own trouble; 202 is a request that is still being worked on."""
    if status == 202:
        return Response({"type": "processing", "description": "Request accepted", "retry_after": 1800}, 202)
    code = "too_many_requests" if status == 429 else "internal_server_error"
    return ApiError(status, code, "The request was not processed").response()
