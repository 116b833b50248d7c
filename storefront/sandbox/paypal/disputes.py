"""Disputes about captures (https://developer.paypal.com/docs/api/customer-disputes/v1/)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from storefront.sandbox.paypal.errors import invalid, missing
from storefront.sandbox.paypal.orders import Emit, Orders
from storefront.sandbox.paypal.state import Object, State, new_id, shown, told

STAGES = ("INQUIRY", "CHARGEBACK", "PRE_ARBITRATION", "ARBITRATION")
STATUSES = ("OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE", "UNDER_REVIEW", "RESOLVED", "OTHER")
_QUERIES = {"start_time", "disputed_transaction_id", "page_size", "next_page_token"}
_SUMMARY = (
    "dispute_id create_time update_time reason status dispute_state dispute_life_cycle_stage dispute_channel "
    "dispute_amount links"
).split()


class Disputes:
    def __init__(self, state: State, emit: Emit, orders: Orders, *, base_url: str) -> None:
        self._state, self._emit, self._orders, self._base = state, emit, orders, base_url

    def open(self, order_id: str, *, reason: str, stage: str, status: str, amount: str = "") -> Object:
        if stage not in STAGES or status not in STATUSES:
            raise ValueError("no such stage or status")
        with self._state.changing():
            capture = self._orders.capture_of(self._state.order(order_id))
            dispute_id, now = f"PP-R-{new_id(3)}-{new_id(8)}", self._state.now()
            due = told(datetime.fromtimestamp(self._state.seconds(), UTC) + timedelta(days=10))
            about = {"seller_transaction_id": capture["id"], "custom": capture.get("custom_id", "")}
            about |= {"invoice_number": capture.get("invoice_id", ""), "gross_amount": capture["amount"]}
            dispute: Object = {
                "dispute_id": dispute_id,
                "create_time": now,
                "update_time": now,
                "disputed_transactions": [about],
                "reason": reason,
                "status": status,
                "dispute_state": "REQUIRED_ACTION",
                "dispute_amount": capture["amount"] | ({"value": amount} if amount else {}),
                "dispute_life_cycle_stage": stage,
                "dispute_channel": "INTERNAL",
                "seller_response_due_date": due,
                "links": [{"href": f"{self._base}/v1/customer/disputes/{dispute_id}", "rel": "self", "method": "GET"}],
            }
            self._state.disputes[dispute_id] = dispute
            self._emit([("CUSTOMER.DISPUTE.CREATED", "dispute", shown(dispute))])
            return dispute

    def move(self, order_id: str, **changes: str) -> None:
        """Another stage or status."""
        with self._state.changing():
            dispute = self._of(order_id)
            dispute |= {**changes, "update_time": self._state.now()}
            self._emit([("CUSTOMER.DISPUTE.UPDATED", "dispute", shown(dispute))])

    def close(self, order_id: str, *, outcome: str) -> None:
        with self._state.changing():
            dispute = self._of(order_id)
            dispute |= {"status": "RESOLVED", "dispute_state": "RESOLVED", "update_time": self._state.now()}
            dispute["dispute_outcome"] = {"outcome_code": outcome}
            if outcome in ("RESOLVED_BUYER_FAVOUR", "ACCEPTED"):
                dispute["dispute_outcome"]["amount_refunded"] = dispute["dispute_amount"]
            dispute.pop("seller_response_due_date", None)
            self._emit([("CUSTOMER.DISPUTE.RESOLVED", "dispute", shown(dispute))])

    def get(self, dispute_id: str) -> Object:
        with self._state.reading():
            if dispute_id not in self._state.disputes:
                raise missing()
            return shown(self._state.disputes[dispute_id])

    def list(self, query: dict[str, str]) -> Object:
        """Newest first, by pages, as summaries. Raises 400 for a query that PayPal does not take."""
        if unknown := query.keys() - _QUERIES:
            raise invalid(f"/{min(unknown)}", "UNKNOWN_PARAMETER")
        if "start_time" in query and "disputed_transaction_id" in query:
            raise invalid("/start_time")
        size, skip = int(query.get("page_size", "10")), int(query.get("next_page_token", "0"))
        if not 1 <= size <= 50:
            raise invalid("/page_size", "INVALID_PARAMETER_VALUE")
        with self._state.reading():
            found = [shown(each) for each in reversed(self._state.disputes.values())]
        if (about := query.get("disputed_transaction_id")) is not None:
            found = [each for each in found if _about(each) == about]
        if (since := query.get("start_time")) is not None:
            begins = datetime.fromisoformat(since)
            found = [each for each in found if datetime.fromisoformat(each["create_time"]) >= begins]
        page: Object = {"items": [{name: each[name] for name in _SUMMARY} for each in found[skip : skip + size]]}
        page["links"] = []
        if len(found) > skip + size:
            kept = "&".join(f"{name}={value}" for name, value in query.items() if name != "next_page_token")
            href = f"{self._base}/v1/customer/disputes?{kept}&next_page_token={skip + size}"
            page["links"].append({"href": href, "rel": "next", "method": "GET"})
        return page

    def _of(self, order_id: str) -> Any:
        capture = self._orders.capture_of(self._state.order(order_id))
        about = [each for each in self._state.disputes.values() if _about(each) == capture["id"]]
        return about[-1]


def _about(dispute: Object) -> str:
    return str(dispute["disputed_transactions"][0]["seller_transaction_id"])
