"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.postman import TellingStandIn
from storefront.sandbox.sberbank.api import Api
from storefront.sandbox.sberbank.bindings import Bindings
from storefront.sandbox.sberbank.callbacks import Callbacks, Mode
from storefront.sandbox.sberbank.orders import Orders
from storefront.sandbox.sberbank.paying import MIR, Cashier
from storefront.sandbox.sberbank.state import ApiError, Object, State
from storefront.sandbox.server import Request, Response

READS = ("stats", "requests", "orders", "bindings", "callbacks", "deliveries")
ORDER_ACTS = ("pay", "answer_bank", "refund", "reverse", "charge_back", "tamper")
TAMPERABLE = frozenset({"orderNumber", "amount", "currency", "orderStatus", "depositedAmount", "approvedAmount"})
#: where each dialect's calls begin
BASES = ("/ecomm/gw/partner/api/v1", "/payment/rest")


class SberbankStandIn(TellingStandIn[Callbacks]):
    """Sberbank's gateway on loopback, in both dialects.

    ``user``, ``password``: of the API user; ``key``: of the callbacks' checksum; ``checksum``: "hmac", "rsa" or "none".
    ``callback_url``: where callbacks go; "" for nowhere. ``state_path``: a file that carries orders and bindings over
    a restart. ``clock``: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        user: str = "shop-api",
        password: str = "sandbox-sberbank-password",
        key: str = "sandbox-sberbank-key",
        checksum: str = "hmac",
        callback_url: str = "",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = LineFaults(lambda status: Response("<h1>The service is not available</h1>", status))
        self.postman = Callbacks(self.state, key=key, url=callback_url, checksum=checksum)
        self._orders = Orders(self.state, self.postman.about_order)
        self._bindings = Bindings(self.state, self._orders, self.postman.about_binding)
        self._cashier = Cashier(self.state, self._orders, self._bindings)
        self.api = Api(
            self.state, self._orders, self._bindings, self.faults, user=user, password=password,
            page=self.base_url + "/payment/merchants/shop/payment_{language}.html",
        )  # fmt: skip
        self._route()
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        acts: dict[str, Act] = {
            rf"orders/(?P<order>[0-9a-f-]+)/{name.replace('_', '-')}": getattr(self, name) for name in ORDER_ACTS
        }
        acts |= {
            r"bindings/(?P<binding>[0-9a-f-]+)/steer": self.steer,
            r"bindings/(?P<binding>[0-9a-f-]+)/end": self.end_binding,
            "account": self.account,
            "faults": self.faults.order,
            "faults/clear": self.faults.clear,
            "callbacks": self.callback_mode,
            "callbacks/release": self.postman.release,
            "callbacks/drain": self.postman.drain,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    def _route(self) -> None:
        page = r"/payment/merchants/shop/payment_(?P<language>ru|en)\.html"
        self.route("GET", page, self._cashier.show)
        self.route("POST", page, self._cashier.submit)
        self.route("GET", "/acs", self._cashier.bank)
        self.route("POST", "/acs", self._cashier.bank)
        acts = {
            "register": self.api.register,
            "getOrderStatusExtended": self.api.status,
            "decline": self.api.decline,
            "refund": self.api.refund,
            "getLastOrdersForMerchants": self.api.orders,
            "getBindings": self.api.bindings,
            "getBindingsByCardOrId": self.api.bindings_by_id,
            "recurrentPayment": self.api.recurrent,
        }
        for base in BASES:
            unbind = "unBindCard" if base == "/payment/rest" else "unbindCard"
            for name, act in acts.items():
                self.route("POST", rf"{base}/{name}\.do", self.api.serve(name, act))
            self.route("POST", rf"{base}/{unbind}\.do", self.api.serve("unbindCard", self.api.unbind))

    def not_found(self, request: Request) -> Response:
        return Response("<h1>404</h1>", 404)

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def pay(self, order: str, *, outcome: str = "paid", save: bool = True) -> None:
        """Do on the page what a buyer does. Nothing happens on a page that is closed."""
        with self.state.changing():
            found = self.state.order(order)
            if self._orders.is_open(found):
                kept = self.state.bindings.get(found["_asked"].get("bindingId", ""))
                card = kept["_card"] if kept else MIR
                self._cashier.use(found, card, outcome=outcome, save=save and "clientId" in found["_asked"])

    def answer_bank(self, order: str, *, agrees: bool = True) -> None:
        with self.state.changing():
            self._cashier.answer_bank(self.state.order(order), agrees=agrees)

    def refund(self, order: str, *, kopecks: int) -> None:
        """In the bank's cabinet."""
        self._orders.refund(self.state.order(order), kopecks)

    def reverse(self, order: str) -> None:
        self._orders.reverse(self.state.order(order))

    def charge_back(self, order: str) -> None:
        self._orders.charge_back(self.state.order(order))

    def tamper(self, order: str, **changes: Any) -> None:
        """Make an order say something else than what was paid."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            found = self.state.order(order)
            for name, value in changes.items():
                (found["paymentAmountInfo"] if name in ("depositedAmount", "approvedAmount") else found)[name] = value

    def steer(self, binding: str, *, outcome: str) -> None:
        """What becomes of later charges of a binding."""
        self._bindings.steer(binding, outcome)

    def end_binding(self, binding: str) -> None:
        """By its owner, in the bank's own application."""
        self._bindings.unbind(binding, by_owner=True)

    def account(self, *, bindings: bool | None = None, operations: bool | None = None) -> None:
        """What the account may do: use bindings, learn of refunds one by one."""
        if bindings is not None:
            self._bindings.are_allowed = bindings
        if operations is not None:
            self._orders.tells_operations = operations

    def callback_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown mode: {', '.join(unknown)}")
        self.postman.mode = replace(self.postman.mode, **changes) if changes else Mode()

    def sign_by(self, private: rsa.RSAPrivateKey) -> None:
        """For asymmetric checksums."""
        self.postman.private_key = private

    def stats(self) -> dict[str, int]:
        with self.state.reading():
            return dict(self.state.counts)

    def orders(self) -> list[Object]:
        """Oldest first."""
        with self.state.reading():
            return copy.deepcopy(list(self.state.orders.values()))

    def bindings(self) -> list[Object]:
        with self.state.reading():
            return copy.deepcopy(list(self.state.bindings.values()))

    def callbacks(self) -> list[Object]:
        """All, sent or not, oldest first: what about, operation and the form as text."""
        return list(self.postman.sent)

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.postman.deliveries)

    def requests(self) -> list[dict[str, Any]]:
        return list(self.api.requests)

    def reset(self) -> None:
        self.faults.clear()
        self.postman.forget()
        self.api.requests.clear()
        self.account(bindings=True, operations=True)
        self.state.forget()


__all__ = ["ApiError", "SberbankStandIn"]
