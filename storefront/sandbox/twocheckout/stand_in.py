"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.postman import TellingStandIn
from storefront.sandbox.server import Request, Response
from storefront.sandbox.twocheckout.api import Api
from storefront.sandbox.twocheckout.buying import Checkout
from storefront.sandbox.twocheckout.notifications import Mode, Notifier
from storefront.sandbox.twocheckout.orders import Orders
from storefront.sandbox.twocheckout.state import ApiError, Object, State

READS = ("stats", "requests", "orders", "notifications", "deliveries", "refusals")
ORDER_ACTS = ("move", "refund", "charge_back", "tamper")
TAMPERABLE = frozenset(("GrossPrice", "NetPrice", "Currency", "ExternalReference", "Status", "ApproveStatus"))


class TwoCheckoutStandIn(TellingStandIn[Notifier]):
    """2Checkout on loopback.

    ``merchant``, ``secret_key``, ``buy_link_secret``: the account. ``sells``: it is on the plan 2Monetize. ``ipn_url``:
    where notifications go; "" for nowhere. ``state_path``: a file that carries orders over a restart. ``clock``:
    seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        merchant: str = "250111206876",
        secret_key: str = "sandbox-2checkout-key",
        buy_link_secret: str = "sandbox-2checkout-word",
        sells: bool = False,
        ipn_url: str = "",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = LineFaults(lambda status: ApiError(status, "INTERNAL_ERROR", "An error occurred.").response())
        self.postman = Notifier(self.state, key=secret_key, url=ipn_url)
        self._orders = Orders(self.state, self.postman.emit, sells=sells)
        self._checkout = Checkout(self.state, self._orders, merchant=merchant, word=buy_link_secret)
        self.api = Api(self.state, self._orders, self.faults, code=merchant, key=secret_key)
        self.route("GET", r"/checkout/buy", self._checkout.show)
        self.route("POST", r"/checkout/buy", self._checkout.submit)
        self.route("GET", r"/rest/6\.0/orders/", self.api.serve(self.api.many))
        self.route("GET", r"/rest/6\.0/orders/(?P<number>\w+)/", self.api.serve(self.api.one))
        self.route("POST", r"/rest/6\.0/orders/(?P<number>\w+)/refund/", self.api.serve(self.api.refund))
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {
            rf"orders/(?P<number>\d+)/{name.replace('_', '-')}": getattr(self, name) for name in ORDER_ACTS
        }
        acts |= {
            "buy": self.buy,
            "plan": self.plan,
            "faults": self.faults.order,
            "faults/clear": self.faults.clear,
            "refusals/polite": self.refuse_politely,
            "refunds/list": self.list_refunds,
            "notifications": self.notification_mode,
            "notifications/release": self.postman.release,
            "notifications/drain": self.postman.drain,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    def not_found(self, request: Request) -> Response:
        return ApiError(404, "NOT_FOUND", "There is no such resource.").response()

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def buy(
        self, link: str, *, way: str = "card", outcome: str = "paid", country: str = "US", email: str = "b@example.org"
    ) -> str:
        """Do on the page of a link what a buyer does; returns the order's number. Raises EmptyCart for a bad link."""
        cart = self._checkout.cart(urlsplit(link).query)
        typed = {"country": country, "email": email, "card_number": "4111111111111111"}
        return str(self._checkout.buy(cart, way=way, outcome=outcome, typed=typed)["RefNo"])

    def plan(self, *, sells: bool) -> None:
        self._orders.sells = sells

    def move(self, number: str, *, status: str, approval: str = "OK") -> None:
        self._orders.move(number, status=status, approval=approval)

    def refund(self, number: str, *, amount: str, comment: str = "by hand") -> None:
        """In the control panel, what the buyer gets."""
        order, left, items = self.state.order(number), Decimal(amount), []
        for line in order["Items"]:
            part = min(left, Decimal(str(line["Price"]["GrossPrice"])))
            if part > 0:
                items.append({"LineItemReference": line["LineItemReference"], "Quantity": 1, "Amount": float(part)})
            left -= part
        asked = {"amount": float(amount), "comment": comment, "reason": "Other", "items": items}
        self._orders.refund(number, asked)

    def charge_back(self, number: str, *, resolution: str = "OPEN", reason: str = "FRAUD") -> None:
        self._orders.charge_back(number, resolution=resolution, reason=reason)

    def tamper(self, number: str, **changes: Any) -> None:
        """Make an order say something else than what was bought."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            self.state.order(number).update(changes)

    def fail_next(self, **fault: Any) -> None:
        """Order a ``line_faults.Fault``."""
        self.faults.order(**fault)

    def refuse_politely(self, *, yes: bool = True) -> None:
        """Refusals of the API come with HTTP 200."""
        self.api.polite = yes

    def list_refunds(self, *, yes: bool = True) -> None:
        """Whether orders show the refunds that were taken."""
        self.api.lists_refunds = yes

    def notification_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown mode: {', '.join(unknown)}")
        self.postman.mode = replace(self.postman.mode, **changes) if changes else Mode()

    def stats(self) -> dict[str, int]:
        with self.state.reading():
            return dict(self.state.counts)

    def orders(self) -> list[Object]:
        """Oldest first."""
        with self.state.reading():
            return copy.deepcopy(list(self.state.orders.values()))

    def notifications(self) -> list[Object]:
        """All, sent or not, oldest first: status, number and the form as text."""
        return list(self.postman.sent)

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.postman.deliveries)

    def requests(self) -> list[dict[str, Any]]:
        return list(self.api.requests)

    def refusals(self) -> list[str]:
        return list(self._checkout.refusals)

    def reset(self) -> None:
        self.faults.clear()
        self.api.polite = False
        self.postman.forget()
        self.api.requests.clear()
        self.state.forget()
