"""The API: every call carries user name and password, and nearly every answer has status 200."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.sberbank import fields as forms
from storefront.sandbox.sberbank.bindings import Bindings
from storefront.sandbox.sberbank.orders import STATES, Orders
from storefront.sandbox.sberbank.state import ApiError, Object, State
from storefront.sandbox.server import Request, Response

Fields = dict[str, str]


class Api:
    """``page``: the address of the pay page, to which an order's id is added."""

    def __init__(
        self,
        state: State,
        orders: Orders,
        bindings: Bindings,
        faults: LineFaults,
        *,
        user: str,
        password: str,
        page: str,
    ) -> None:
        self._state, self._orders, self._bindings, self._faults = state, orders, bindings, faults
        self._keys, self._page = {"userName": user, "password": password}, page
        self.requests: list[dict[str, Any]] = []

    def serve(self, call: str, act: Callable[[Fields], Object]) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            self.requests.append({"call": call, "path": request.path})
            return self._faults.around(request, lambda: self._answered(request, call, act))

        return handle

    def _answered(self, request: Request, call: str, act: Callable[[Fields], Object]) -> Response:
        try:
            is_json = call == "recurrentPayment"
            kind = request.headers.get("content-type", "").partition(";")[0]
            if kind != ("application/json" if is_json else "application/x-www-form-urlencoded"):
                raise ApiError(5, "The content type is not supported")
            given = forms.json_fields(call, request.body) if is_json else dict(request.form)
            self._authenticate(given)
            body = act(forms.checked(call, given))
        except ApiError as refusal:
            if call != "recurrentPayment":
                return refusal.response()
            error = {"code": str(refusal.code), "description": refusal.message, "message": refusal.message}
            return Response({"success": False, "error": error})
        return Response(json.dumps(body).encode(), headers={"Content-Type": "application/json;charset=UTF-8"})

    def _authenticate(self, given: Fields) -> None:
        for name, value in self._keys.items():
            if not hmac.compare_digest(given.get(name, "").encode(), value.encode()):
                raise ApiError(5, "Access denied")

    def register(self, fields: Fields) -> Object:
        if not int(fields["amount"]) and "VERIFY" not in fields.get("features", ""):
            raise ApiError(5, "[amount] is wrong")
        if "clientId" in fields or "bindingId" in fields:
            self._bindings.check_allowed()
        with self._state.changing():
            if "bindingId" in fields:
                binding = self._state.binding(fields["bindingId"])
                if binding["clientId"] != fields.get("clientId") or binding["bindingStatus"] != "1":
                    raise ApiError(5, "[bindingId] is wrong")
            order = self._orders.register(fields)
        page = self._page.format(language=fields.get("language", "ru"))
        return {"orderId": order["_id"], "formUrl": f"{page}?mdOrder={order['_id']}"}

    def status(self, fields: Fields) -> Object:
        with self._state.changing():
            return self._orders.seen(self._find(fields))

    def decline(self, fields: Fields) -> Object:
        self._orders.decline(self._find(fields))
        return {"errorCode": 0}

    def refund(self, fields: Fields) -> Object:
        extra = json.loads(fields.get("jsonParams", "{}"))
        if extra.keys() - {"externalRefundId"}:
            raise ApiError(5, "[jsonParams] is wrong")
        order = self._state.order(fields["orderId"])
        self._orders.refund(order, int(fields["amount"]), key=extra.get("externalRefundId", ""))
        return {"errorCode": "0", "errorMessage": "Success"}

    def orders(self, fields: Fields) -> Object:
        """By the day of registration, the latest first."""
        wanted = set(fields["transactionStates"].split(","))
        if not wanted <= set(STATES.values()) or fields.get("searchByCreatedDate") != "true":
            raise ApiError(5, "[transactionStates] is wrong")
        begin, end = (_moscow(fields[name]) for name in ("from", "to"))
        if begin >= end:
            raise ApiError(5, "[to] is before [from]")
        page, size = int(fields.get("page", 0)), int(fields["size"])
        with self._state.changing():
            seen = [self._orders.seen(each) for each in reversed(self._state.orders.values())]
        found = [
            each
            for each in seen
            if begin * 1000 <= each["date"] <= end * 1000 and each["paymentAmountInfo"]["paymentState"] in wanted
        ]
        part = found[page * size : (page + 1) * size]
        return {"errorCode": "0", "orderStatuses": part, "totalCount": len(found), "page": page, "pageSize": size}

    def bindings(self, fields: Fields) -> Object:
        self._bindings.check_allowed()
        inactive = fields.get("showInactive") == "true"
        with self._state.reading():
            return {"errorCode": "0", "bindings": self._bindings.of_client(fields["clientId"], inactive=inactive)}

    def bindings_by_id(self, fields: Fields) -> Object:
        self._bindings.check_allowed()
        inactive = fields.get("showInactive") == "true"
        with self._state.reading():
            return {"errorCode": "0", "bindings": self._bindings.by_id(fields["bindingId"], inactive=inactive)}

    def unbind(self, fields: Fields) -> Object:
        self._bindings.check_allowed()
        self._bindings.unbind(fields["bindingId"])
        return {"errorCode": "0", "errorMessage": "Success"}

    def recurrent(self, fields: Fields) -> Object:
        self._bindings.check_allowed()
        if not int(fields["amount"]):
            raise ApiError(5, "[amount] is wrong")
        order = self._bindings.charge(fields)
        return {"success": True, "data": {"orderId": order["_id"]}, "orderStatus": self._orders.seen(order)}

    def _find(self, fields: Fields) -> Object:
        return self._state.order(fields.get("orderId", ""), number=fields.get("orderNumber", ""))


def _moscow(text: str) -> float:
    try:
        return (datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(hours=3)).timestamp()
    except ValueError:
        raise ApiError(5, "[from] or [to] is wrong") from None
