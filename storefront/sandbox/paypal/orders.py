"""Orders and their captures: made, agreed to on the page, taken by the merchant, certain later."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from storefront.sandbox.paypal import money
from storefront.sandbox.paypal.errors import ApiError, missing, refused
from storefront.sandbox.paypal.people import payer
from storefront.sandbox.paypal.state import LIFE, Emit, Object, State, new_id, shown, told
from storefront.sandbox.paypal.vault import Vault

#: what a buyer may pay by, and what becomes of it: refused, or pending for a reason
WAYS = {"balance": "", "declined": "INSTRUMENT_DECLINED", "echeck": "ECHECK", "review": "PENDING_REVIEW"}
WAYS |= {"unilateral": "UNILATERAL"}
MOST_TRIES = 10


class Orders:
    def __init__(self, state: State, emit: Emit, vault: Vault, *, base_url: str, merchant_id: str) -> None:
        self._state, self._emit, self._vault = state, emit, vault
        self._base, self._merchant = base_url, merchant_id

    def create(self, asked: Object) -> Object:
        unit = copy.deepcopy(asked["purchase_units"][0])
        money.check_unit(unit)
        order_id, now = new_id(), self._state.now()
        has_source = "payment_source" in asked
        source = asked.get("payment_source", {}).get("paypal", {})
        self._vault.check(source)
        token = self._vault.token_of(source, unit["amount"]["value"]) if "vault_id" in source else None
        unit = {"reference_id": "default", **unit}
        unit["payee"] = {"email_address": "seller@northbridge.example", "merchant_id": self._merchant}
        order: Object = {
            "id": order_id,
            "intent": asked["intent"],
            "status": "PAYER_ACTION_REQUIRED" if has_source else "CREATED",
            "payment_source": {"paypal": {}},
            "purchase_units": [unit],
            "create_time": now,
            "links": self._links(order_id, "payer-action" if has_source else "approve"),
            "_private": {
                "page": source.get("experience_context", {}),
                "way": "",
                "tries": 0,
                "email": source.get("email_address", ""),
                "attributes": source.get("attributes", {}),
            },
        }
        with self._state.changing():
            self._state.orders[order_id] = order
            self._state.counts["orders"] += 1
            if token is not None:
                self._charge(order, token)
        return order

    def _charge(self, order: Object, token: Object) -> None:
        """An account that the merchant keeps pays at once: there is no page, and nothing is left to capture."""
        order["payment_source"] = {"paypal": dict(token["payment_source"]["paypal"])}
        order["links"] = order["links"][:1]
        capture = self._new_capture(order, "")
        order["status"], order["update_time"] = "COMPLETED", self._state.now()
        order["purchase_units"][0]["payments"] = {"captures": []}
        self._complete(order, capture)

    def get(self, order_id: str) -> Object:
        with self._state.reading():
            return self._state.order(order_id)

    def agree(self, order_id: str, way: str, *, keeps: bool = True) -> str:
        """The buyer agrees on the page, to pay by one of ``WAYS`` and, with ``keeps``, that the merchant keeps their
        account if it asked for that; returns the address they are sent back to, "" if
        the order can be agreed to no more."""
        if way not in WAYS:
            raise ValueError(f"one of {', '.join(WAYS)}")
        with self._state.changing():
            order = self._state.order(order_id)
            if order["status"] not in ("CREATED", "PAYER_ACTION_REQUIRED") or self._state.is_over(order):
                return ""
            private = order["_private"]
            private["way"], private["approvals"] = way, private.get("approvals", 0) + 1
            private["is_kept"] = keeps
            buyer = payer(private["email"] or "buyer@example.com")
            order["status"], order["payment_source"] = "APPROVED", {"paypal": buyer}
            moment = datetime.fromtimestamp(self._state.seconds(), UTC) + timedelta(seconds=private["approvals"])
            order["update_time"] = told(moment)
            self._emit([("CHECKOUT.ORDER.APPROVED", "checkout-order", shown(order))])
            return self._back(order, "return_url", f"token={order_id}&PayerID={buyer['account_id']}")

    def give_up(self, order_id: str) -> str:
        """The buyer goes back without paying. Changes nothing."""
        with self._state.reading():
            return self._back(self._state.order(order_id), "cancel_url", f"token={order_id}")

    def capture(self, order_id: str) -> Object:
        """Raises 422 unless the order is approved and not captured yet."""
        with self._state.changing():
            order = self._state.order(order_id)
            private = order["_private"]
            if order["status"] == "COMPLETED":
                raise refused("ORDER_ALREADY_CAPTURED")
            if order["status"] != "APPROVED" or self._state.is_over(order):
                raise refused("ORDER_NOT_APPROVED", links=self._redirect(order_id))
            if private["tries"] >= MOST_TRIES:
                raise refused("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED")
            private["tries"] += 1
            reason = WAYS[private["way"]]
            if reason == "INSTRUMENT_DECLINED":
                order["status"] = "PAYER_ACTION_REQUIRED"
                raise refused(reason, links=self._redirect(order_id))
            capture = self._new_capture(order, reason)
            self._vault.keep(order)
            order["status"], order["update_time"] = "COMPLETED", self._state.now()
            order["purchase_units"][0]["payments"] = {"captures": [shown(capture)]}
            if reason:
                self._emit([("PAYMENT.CAPTURE.PENDING", "capture", shown(capture))])
            else:
                self._complete(order, capture)
            return order

    def settle(self, order_id: str, *, succeed: bool) -> None:
        """The end of a pending capture. Raises ValueError if none is."""
        with self._state.changing():
            order = self._state.order(order_id)
            capture = self.capture_of(order)
            if capture["status"] != "PENDING":
                raise ValueError("nothing is pending")
            if succeed:
                self._complete(order, capture)
                return
            capture |= {"status": "DECLINED", "update_time": self._state.now()}
            capture.pop("status_details", None)
            self.show(capture)
            self._emit([("PAYMENT.CAPTURE.DENIED", "capture", shown(capture))])

    def capture_of(self, order: Object) -> Object:
        """Raises 404 for an order that was not captured."""
        captures = order["purchase_units"][0].get("payments", {}).get("captures")
        if not captures:
            raise missing()
        return self._state.captures[captures[0]["id"]]

    def show(self, capture: Object) -> None:
        """The order shows its capture as it is now, and the refunds of it."""
        payments = self._state.orders[capture["_private"]["order"]]["purchase_units"][0]["payments"]
        payments["captures"] = [shown(capture)]
        refunds = [shown(each) for each in self._state.refunds.values() if each["_private"]["capture"] == capture["id"]]
        if refunds:
            payments["refunds"] = refunds

    def expire(self, order_id: str) -> None:
        """Its time is over."""
        with self._state.changing():
            order = self._state.order(order_id)
            order["create_time"] = told(
                datetime.fromtimestamp(self._state.seconds(), UTC) - LIFE - timedelta(minutes=1)
            )

    def reverse_approval(self, order_id: str) -> None:
        """An approved order that nobody captured is given back to its buyer."""
        with self._state.changing():
            order = self._state.order(order_id)
            if order["status"] != "APPROVED":
                raise ApiError(400, "INVALID_REQUEST", "ORDER_NOT_APPROVED")
            order["status"] = "VOIDED"
            self._emit([("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", shown(order))])

    def _new_capture(self, order: Object, reason: str) -> Object:
        unit, capture_id, now = order["purchase_units"][0], new_id(), self._state.now()
        link = f"{self._base}/v2/payments/captures/{capture_id}"
        capture: Object = {
            "id": capture_id,
            "status": "PENDING" if reason else "COMPLETED",
            "amount": {name: unit["amount"][name] for name in ("currency_code", "value")},
            "final_capture": True,
            "seller_protection": {"status": "NOT_ELIGIBLE"},
            "supplementary_data": {"related_ids": {"order_id": order["id"]}},
            "create_time": now,
            "update_time": now,
            "links": [
                {"href": link, "rel": "self", "method": "GET"},
                {"href": f"{link}/refund", "rel": "refund", "method": "POST"},
                {"href": f"{self._base}/v2/checkout/orders/{order['id']}", "rel": "up", "method": "GET"},
            ],
            "_private": {"order": order["id"], "refunds_pend": False},
        }
        capture |= {name: unit[name] for name in ("custom_id", "invoice_id") if name in unit}
        if reason:
            capture["status_details"] = {"reason": reason}
        self._state.captures[capture_id] = capture
        return capture

    def _complete(self, order: Object, capture: Object) -> None:
        gross, currency = Decimal(capture["amount"]["value"]), capture["amount"]["currency_code"]
        fee = (gross * Decimal("0.0349") + Decimal("0.35")).quantize(Decimal("0.01"))
        capture |= {"status": "COMPLETED", "update_time": self._state.now()}
        capture.pop("status_details", None)
        capture["seller_receivable_breakdown"] = {
            "gross_amount": capture["amount"],
            "paypal_fee": money.write(fee, currency),
            "net_amount": money.write(gross - fee, currency),
        }
        self._state.counts["charges"] += 1
        self.show(capture)
        self._emit([("PAYMENT.CAPTURE.COMPLETED", "capture", shown(capture))])

    def _links(self, order_id: str, rel: str) -> list[dict[str, str]]:
        link = f"{self._base}/v2/checkout/orders/{order_id}"
        return [
            {"href": link, "rel": "self", "method": "GET"},
            {"href": f"{self._base}/checkoutnow?token={order_id}", "rel": rel, "method": "GET"},
            {"href": f"{link}/capture", "rel": "capture", "method": "POST"},
        ]

    def _redirect(self, order_id: str) -> list[dict[str, str]]:
        return [{"href": f"{self._base}/checkoutnow?token={order_id}", "rel": "redirect", "method": "GET"}]

    @staticmethod
    def _back(order: Object, name: str, query: str) -> str:
        url = str(order["_private"]["page"].get(name, ""))
        return url and f"{url}{'&' if '?' in url else '?'}{query}"
