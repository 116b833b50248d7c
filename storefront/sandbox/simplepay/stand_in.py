"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.postman import TellingStandIn
from storefront.sandbox.server import Request, Response
from storefront.sandbox.simplepay.api import Api
from storefront.sandbox.simplepay.buying import Checkout
from storefront.sandbox.simplepay.notices import Mode, Notices
from storefront.sandbox.simplepay.state import ApiError, Object, State

#: (currency, key) by merchant.
ACCOUNTS = {
    f"PUBLICTEST{currency}": (currency, f"sandbox-simplepay-{currency.lower()}") for currency in ("HUF", "EUR", "USD")
}
READS = ("stats", "requests", "transactions", "notices", "deliveries", "verdicts")
ORDER_ACTS = ("pay", "move", "refund", "tamper")
TAMPERABLE = frozenset(("total", "currency", "orderRef", "status", "merchant", "ends"))


class SimplePayStandIn(TellingStandIn[Notices]):
    """SimplePay on loopback.

    ``accounts``: (currency, key) by merchant. ``ipn_url``: where messages go, which is set on the accounts' admin page;
    "" for nowhere. ``state_path``: a file that carries transactions over a restart. ``clock``: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        accounts: dict[str, tuple[str, str]] | None = None,
        ipn_url: str = "",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        accounts = accounts or dict(ACCOUNTS)
        keys = {merchant: key for merchant, (_currency, key) in accounts.items()}
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = LineFaults(lambda status: Response("Internal error", status))
        self.postman = Notices(self.state, keys=keys, url=ipn_url)
        self._checkout = Checkout(self.state, self.postman, keys=keys)
        self.api = Api(self.state, self.postman, self.faults, accounts=accounts, base=self.base_url)
        self.route("POST", r"/payment/v2/(?P<name>start|query|refund|transactionCancel)", self.api.serve)
        self.route("GET", r"/trx/(?P<token>[\w-]+)", self._checkout.show)
        self.route("POST", r"/trx/(?P<token>[\w-]+)", self._checkout.submit)
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {rf"orders/(?P<order_ref>[\w.-]+)/{name}": getattr(self, name) for name in ORDER_ACTS}
        acts |= {
            "faults": self.faults.order,
            "faults/clear": self.faults.clear,
            "refunds/name": self.name_refunds,
            "cancels": self.let_cancel,
            "notices": self.notice_mode,
            "notices/release": self.postman.release,
            "notices/drain": self.postman.drain,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def pay(self, order_ref: str, *, outcome: str = "paid", card: str = "4908366099900425") -> None:
        """Do on the page what a buyer does: paid, declined, review or later."""
        self._checkout.pay(self._named(order_ref), outcome=outcome, card=card)

    def move(self, order_ref: str, *, status: str, result: str = "") -> None:
        with self.state.changing():
            self._checkout.move(self._named(order_ref), status, result)

    def refund(self, order_ref: str, *, amount: str) -> None:
        """On the admin page."""
        with self.state.changing():
            self.api.give_back(self._named(order_ref), Decimal(amount))

    def tamper(self, order_ref: str, **changes: Any) -> None:
        """Make a transaction say something else than was asked for."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            self._named(order_ref).update(changes)

    def name_refunds(self, *, yes: bool = True) -> None:
        """Whether answers to refunds tell their numbers."""
        self.api.names_refunds = yes

    def let_cancel(self, *, yes: bool = True) -> None:
        """Whether the account has the call ``transactionCancel``."""
        self.api.cancels = yes

    def notice_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown mode: {', '.join(unknown)}")
        self.postman.mode = replace(self.postman.mode, **changes) if changes else Mode()

    def stats(self) -> dict[str, int]:
        return {"opened": len(self.state.transactions), **self.state.counts}

    def transactions(self) -> list[Object]:
        """Oldest first."""
        return copy.deepcopy(list(self.state.transactions.values()))

    def notices(self) -> list[Object]:
        """All, sent or not, oldest first: status, orderRef and the body as text."""
        return list(self.postman.sent)

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.postman.deliveries)

    def verdicts(self) -> list[str]:
        """What SimplePay's log says of each answer to a message."""
        return list(self.postman.verdicts)

    def requests(self) -> list[dict[str, Any]]:
        return list(self.api.requests)

    def reset(self) -> None:
        self.faults.clear()
        self.postman.forget()
        self.api.requests.clear()
        self.state.forget()

    def not_found(self, request: Request) -> Response:
        return Response("<h1>404 Not Found</h1>", 404)

    def _named(self, order_ref: str) -> Object:
        for each in self.state.transactions.values():
            if each["orderRef"] == order_ref:
                return each
        raise ApiError(5011)
