"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.postman import TellingStandIn
from storefront.sandbox.server import Request, Response
from storefront.sandbox.webmoney.api import Api
from storefront.sandbox.webmoney.buying import Cashier, Mode
from storefront.sandbox.webmoney.state import Account, Object, State

ACCOUNTS = tuple(
    Account("012345678901", purse, f"sandbox-webmoney-{purse[0]}", f"sandbox-webmoney-x20-{purse[0]}")
    for purse in ("Z123456789012", "E123456789012")
)
READS = ("stats", "payments", "results", "deliveries", "questions")
ACTS = ("pay", "refuse", "tamper")
TAMPERABLE = frozenset(("amount", "number", "purse"))


class WebMoneyStandIn(TellingStandIn[Cashier]):
    """WebMoney on loopback.

    ``accounts``: the seller's purses. ``result_url``: where the shop is asked and told; "" for nowhere. ``state_path``:
    a file that carries payments over a restart. ``clock``: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        accounts: Sequence[Account] = ACCOUNTS,
        result_url: str = "",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        by_purse = {each.purse: each for each in accounts}
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = LineFaults(lambda status: Response("Service error", status))
        self.postman = self.cashier = Cashier(self.state, accounts=by_purse, url=result_url)
        self.api = Api(self.state, self.faults, accounts=by_purse)
        for name, act in {
            "Get": self.api.state, "Save": self.api.link, "Request": self.api.request, "Confirm": self.api.confirm,
        }.items():  # fmt: skip
            self.route("POST", rf"/conf/xml/XMLTrans{name}\.asp", self.api.serve(act))
        self.route("GET", r"/lmi/payment\.asp", self.cashier.show)
        self.route("POST", r"/lmi/payment\.asp", self.cashier.submit)
        self.route("GET", r"/keeper", self.cashier.keeper)
        self.route("POST", r"/keeper", self.cashier.keeper)
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {rf"payments/(?P<number>\d+)/{name}": getattr(self, name) for name in ACTS}
        acts |= {
            "faults": self.faults.order,
            "faults/clear": self.faults.clear,
            "results": self.result_mode,
            "results/release": self.cashier.release,
            "results/drain": self.cashier.drain,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def pay(self, number: int | str) -> str:
        """What a buyer does with the newest payment of a number; what the shop had against it, "" if nothing."""
        return self.cashier.pay(self._named(number))

    def refuse(self, number: int | str) -> None:
        self.cashier.refuse(self._named(number))

    def tamper(self, number: int | str, **changes: Any) -> None:
        """Make a payment say something else than was asked for."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            self._named(number).update(changes)

    def result_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown mode: {', '.join(unknown)}")
        self.cashier.mode = replace(self.cashier.mode, **changes) if changes else Mode()

    def stats(self) -> dict[str, int]:
        payments = self.payments()
        paid = [each for each in payments if each["state"] == "paid"]
        return {"opened": len({each["number"] for each in payments}), "charges": len(paid)}

    def payments(self) -> list[Object]:
        """Oldest first."""
        return copy.deepcopy(list(self.state.payments.values()))

    def results(self) -> list[Object]:
        """All, told or not, oldest first: number and form."""
        return list(self.cashier.results)

    def questions(self) -> list[str]:
        return list(self.cashier.questions)

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.cashier.deliveries)

    def reset(self) -> None:
        self.faults.clear()
        self.cashier.forget()
        self.api.requests.clear()
        with self.state.changing():
            self.state.payments.clear()

    def not_found(self, request: Request) -> Response:
        return Response("<h1>404 Not Found</h1>", 404)

    def _named(self, number: int | str) -> Object:
        for each in reversed(self.state.payments.values()):
            if str(each["number"]) == str(number):
                return each
        raise KeyError(number)
