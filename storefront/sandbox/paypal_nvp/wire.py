"""Requests and answers in PayPal's form: names and values, HTTP 200 whatever happened."""

from __future__ import annotations

import secrets
import time
from urllib.parse import unquote_plus, urlencode

from storefront.sandbox.control import Refusal
from storefront.sandbox.server import Request, Response

FORM = "application/x-www-form-urlencoded"
#: code -> short message, long message
ERRORS = {
    "10001": ("Internal Error", "Internal Error"),
    "10002": ("Security error", "Security header is not valid"),
    "10004": ("Transaction refused because of an invalid argument. See additional error messages for details.", ""),
    "10007": ("Permission denied", "You do not have permission to perform this operation."),
    "10009": ("Transaction refused", "You can not refund this transaction."),
    "10405": ("Transaction refused because of an invalid argument.", "CancelURL is invalid."),
    "10404": ("Transaction refused because of an invalid argument.", "ReturnURL is invalid."),
    "10406": ("Transaction refused because of an invalid argument.", "The PayerID value is invalid."),
    "10410": ("Invalid token", "Invalid token."),
    "10411": ("This Express Checkout session has expired.", "This Express Checkout session has expired."),
    "10412": ("Duplicate invoice", "Payment has already been made for this InvoiceID."),
    "10413": ("Invalid totals", "The totals of the cart item amounts do not match order amounts."),
    "10415": ("Completed already", "A successful transaction has already been completed for this token."),
    "10416": ("Too many attempts", "You have exceeded the maximum number of payment attempts for this token."),
    "10417": ("Transaction cannot complete", "Instruct the customer to use an alternative payment method."),
    "10422": ("Customer must choose new funding sources.", "The customer must return to PayPal to select new funding."),
    "10444": ("Currency differs", "The transaction currency specified must be the same as previously specified."),
    "10485": ("Payment not authorized", "Payment has not been authorized by the user."),
    "10486": ("This transaction couldn't be completed.", "Please redirect your customer to PayPal."),
    "10525": ("Invalid data", "This transaction cannot be processed. The amount to be charged is zero."),
    "10605": ("Transaction refused because of an invalid argument.", "Currency is not supported."),
    "10755": ("Transaction refused", "This currency is not supported."),
    "11607": ("Duplicate Request", "A successful transaction has already been completed for this request."),
    "81002": ("Unspecified Method", "Method Specified is not Supported"),
    "81100": ("Missing Parameter", "A required parameter is missing."),
}


class NvpError(Refusal):
    """A refusal by code; ``detail`` says what was wrong."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}")
        self.code, self.detail = code, detail

    def response(self) -> Response:
        return answer("Failure", errors=[(self.code, self.detail)])


def fields_of(request: Request) -> list[tuple[str, str]]:
    """The fields of a request. With another content type than a form's NOTIFYURL is not decoded, as seen since 2024."""
    is_form = request.headers.get("content-type", "").split(";")[0].strip() == FORM
    pairs = [part.partition("=")[::2] for part in request.body.decode("utf-8", "replace").split("&") if part]
    return [
        (name, value if name.endswith("NOTIFYURL") and not is_form else unquote_plus(value)) for name, value in pairs
    ]


def answer(
    ack: str,
    fields: dict[str, str] | None = None,
    *,
    errors: list[tuple[str, str]] | None = None,
    at: float | None = None,
) -> Response:
    """``errors``: code and what was wrong, "" for PayPal's usual sentence; ``at``: the time it tells, else now."""
    body = {
        **(fields or {}),
        "TIMESTAMP": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "CORRELATIONID": secrets.token_hex(7)[:13],
        "ACK": ack,
        "VERSION": "119",
        "BUILD": "57781512",
    }
    for number, (code, detail) in enumerate(errors or []):
        short, long = ERRORS[code]
        body |= {
            f"L_ERRORCODE{number}": code,
            f"L_SHORTMESSAGE{number}": short,
            f"L_LONGMESSAGE{number}": detail or long,
            f"L_SEVERITYCODE{number}": "Error" if ack.startswith("Failure") else "Warning",
        }
    return Response(urlencode(body).encode(), headers={"Content-Type": "text/plain; charset=utf-8"})
