"""2Checkout's REST API, version 6.0: https://docs.2checkout.com/api-reference/reference/order"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.http import HttpClient, HttpResponse
from storefront.gateways.json_body import decode, word
from storefront.gateways.payments.twocheckout import signatures

Order = Mapping[str, Any]
#: Orders on one page of a list.
PAGE = 50
MOST_PAGES = 400
#: 2Checkout's number of an order.
NUMBER = re.compile(r"[0-9]{6,20}", re.ASCII)


class Api:
    """Every call carries a stamp of its own, so that a clock that is wrong is refused. ``key``: the account's secret
    key; ``is_live``: whether orders or test orders are asked for."""

    def __init__(
        self, *, http: HttpClient, base: str, code: str, key: str, is_live: bool, clock: Callable[[], datetime]
    ) -> None:
        self._http, self._base, self._code, self._key, self._clock = http, base, code, key, clock
        self._kind = "NO" if is_live else "ONLY"

    def order(self, number: str) -> Order:
        """One order by 2Checkout's number of it (``RefNo``). Raises NotFound."""
        if not NUMBER.fullmatch(number):
            raise NotFound("not a number of an order")
        return _object(self._ask("GET", f"orders/{number}/"))

    def orders(self, *, since: datetime, reference: str = "") -> Iterator[Order]:
        """Orders placed since that day, all of them or those that carry a reference."""
        asked = {"StartDate": since.strftime("%Y-%m-%d"), "IncludeTestOrders": self._kind, "Limit": str(PAGE)}
        if reference:
            asked["ExternalRefNo"] = reference
        for page in range(1, MOST_PAGES + 1):
            answer = _object(self._ask("GET", f"orders/?{urlencode(asked | {'Page': str(page)})}"))
            items = answer.get("Items")
            if not isinstance(items, list):
                raise Unavailable("a list of orders without its items", code="unreadable_answer")
            for item in items:
                order = _object(item)
                if not reference or order.get("ExternalReference") == reference:
                    yield order
            if len(items) < PAGE:
                return
        raise Unavailable("more orders than can be read", code="too_many")

    def give_back(self, number: str, body: Mapping[str, Any]) -> None:
        """Refund an order. Raises Declined for a definite no."""
        if self._ask("POST", f"orders/{number}/refund/", body) is not True:
            raise Declined("2Checkout did not take the refund", code="not_refunded")

    def first_answer(self) -> Mapping[str, str]:
        """The headers of the answer to a question that is never refused to a known key."""
        asked = {"Limit": "1", "Page": "1", "IncludeTestOrders": self._kind}
        answer = self._call("GET", f"orders/?{urlencode(asked)}")
        _checked(answer)
        return answer.headers

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return _checked(self._call(method, path, body))

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> HttpResponse:
        header = signatures.authentication(self._code, self._key, now=self._clock())
        return self._http.request(
            method, f"{self._base}/rest/6.0/{path}", json=body, headers={"X-Avangate-Authentication": header}
        )


def _checked(answer: HttpResponse) -> Any:
    """The decoded answer. A refusal may come with any status, 200 among them: its body has an ``error_code``."""
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"2Checkout answered {answer.status}", code=f"http_{answer.status}")
    try:
        body = decode(answer.body)
        code = word(body.get("error_code")) if isinstance(body, Mapping) else ""
    except (ValueError, TypeError) as exc:
        raise Unavailable(f"an answer with status {answer.status} cannot be read", code="unreadable_answer") from exc
    if answer.status in (401, 403) or code in _KEY_REFUSED:
        raise ConfigurationError(
            f"2Checkout refuses the merchant code, the secret key or the clock ({code or 'no code'})"
        )
    if answer.status == 404 or code in _UNKNOWN:
        raise NotFound("2Checkout does not know this order", code=code)
    if code:
        raise Declined(f"2Checkout refused ({code})", code=code.lower())
    if not 200 <= answer.status < 300:
        raise Unavailable(f"2Checkout answered {answer.status}", code=f"http_{answer.status}")
    return body


def _object(value: Any) -> Order:
    if not isinstance(value, Mapping):
        raise Unavailable("an answer that is no object", code="unreadable_answer")
    return value


#: The vendor lists no codes; these are told by its answers.
_KEY_REFUSED = frozenset({"AUTHENTICATION_ERROR", "INVALID_HASH", "INVALID_DATE", "FORBIDDEN", "UNAUTHORIZED"})
_UNKNOWN = frozenset({"ORDER_NOT_FOUND", "NOT_FOUND"})
