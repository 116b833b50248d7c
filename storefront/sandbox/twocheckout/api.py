"""The REST API 6.0 of orders, refused in its own words."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.server import Request, Response
from storefront.sandbox.twocheckout.orders import Orders
from storefront.sandbox.twocheckout.signing import mac
from storefront.sandbox.twocheckout.state import ApiError, Object, State

#: Seconds that a stamp may differ from the service's clock.
TOLERANCE = 300
_HEADER = re.compile(r'code="(?P<code>[^"]*)" date="(?P<date>[^"]*)" hash="(?P<hash>[0-9a-f]*)" algo="(?P<algo>[^"]*)"')
_DIGESTS = {"sha256": "sha256", "sha3-256": "sha3_256"}
_FILTERS = frozenset(
    "ApproveStatus Newer Status StartDate EndDate PartnerOrders ExternalRefNo IncludeTestOrders Page Limit".split()
)


class Api:
    def __init__(self, state: State, orders: Orders, faults: LineFaults, *, code: str, key: str) -> None:
        self._state, self._orders, self._faults = state, orders, faults
        self.code, self.key = code, key
        self.requests: list[dict[str, Any]] = []
        self.polite = False  # refusals come with HTTP 200
        self.lists_refunds = True  # False: refunds are taken, and the orders do not show them yet

    def serve(self, act: Callable[[Request], Any]) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            self.requests.append({"method": request.method, "path": request.path, "query": request.query})
            return self._faults.around(request, lambda: self._answered(request, act))

        return handle

    def _answered(self, request: Request, act: Callable[[Request], Any]) -> Response:
        try:
            self._authenticate(request)
            return Response(json.dumps(act(request)).encode(), headers={"Content-Type": "application/json"})
        except ApiError as refusal:
            response = refusal.response()
            if self.polite:  # a refusal may come with any status
                response.status = 200
            return response

    def one(self, request: Request) -> Object:
        with self._state.reading():
            return self._shown(self._state.order(request.params["number"]))

    def _shown(self, order: Object) -> Object:
        if self.lists_refunds:
            return dict(order)
        return order | {"Refunds": None, "Status": "COMPLETE" if order["Status"] == "REFUND" else order["Status"]}

    def many(self, request: Request) -> Object:
        """Orders of the last seven days, or since a day, newest first."""
        query = request.query
        if unknown := query.keys() - _FILTERS:
            raise ApiError(400, "INVALID_PARAMETER", f"Unknown: {', '.join(sorted(unknown))}")
        page, limit = _number(query, "Page", 1), _number(query, "Limit", 10)
        kind = query.get("IncludeTestOrders", "NO")
        if kind not in ("YES", "NO", "ONLY") or not 1 <= limit <= 100 or page < 1:
            raise ApiError(400, "INVALID_PARAMETER", "IncludeTestOrders, Page or Limit is wrong.")
        week_ago = datetime.fromtimestamp(self._state.clock(), UTC) - timedelta(days=7)
        since = query.get("StartDate") or week_ago.strftime("%Y-%m-%d")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
            raise ApiError(400, "INVALID_PARAMETER", "StartDate is Y-m-d.")
        with self._state.reading():
            found = [
                order
                for order in reversed(self._state.orders.values())
                if order["OrderDate"][:10] >= since
                and query.get("ExternalRefNo") in (None, order["ExternalReference"])
                and query.get("Status") in (None, order["Status"])
                and (kind == "YES" or (order["PaymentDetails"]["Type"] == "TEST") == (kind == "ONLY"))
            ]
        part = [self._shown(order) for order in found[(page - 1) * limit : page * limit]]
        return {"Items": part, "Pagination": {"Page": page, "Limit": limit, "Count": len(found)}}

    def refund(self, request: Request) -> bool:
        try:
            asked = request.json()
        except ValueError:
            raise ApiError(400, "INVALID_JSON", "The body is not JSON.") from None
        return self._orders.refund(request.params["number"], asked)

    def _authenticate(self, request: Request) -> None:
        match = _HEADER.fullmatch(request.headers.get("x-avangate-authentication", ""))
        if match is None or match["algo"] not in _DIGESTS:
            raise ApiError(401, "AUTHENTICATION_ERROR", "Authentication needed for this resource.")
        expected = mac(self.key, (match["code"], match["date"]), _DIGESTS[match["algo"]])
        if match["code"] != self.code or not hmac.compare_digest(expected, match["hash"]):
            raise ApiError(401, "AUTHENTICATION_ERROR", "Invalid hash provided.")
        try:
            stamp = datetime.strptime(match["date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise ApiError(401, "AUTHENTICATION_ERROR", "Invalid date.") from None
        if abs(self._state.clock() - stamp) > TOLERANCE:
            raise ApiError(401, "AUTHENTICATION_ERROR", "The request date is too far from the current date.")


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdigit():
        raise ApiError(400, "INVALID_PARAMETER", f"{name} is a number.")
    return int(text)
