"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.postman import TellingStandIn
from storefront.sandbox.server import Request, Response
from storefront.sandbox.yookassa import buying, cards, shapes
from storefront.sandbox.yookassa.api import Api
from storefront.sandbox.yookassa.buying import Checkout
from storefront.sandbox.yookassa.errors import broken, missing
from storefront.sandbox.yookassa.methods import WAYS, Methods
from storefront.sandbox.yookassa.notifications import Mode, Notifications
from storefront.sandbox.yookassa.payments import Payments
from storefront.sandbox.yookassa.refunds import Refunds
from storefront.sandbox.yookassa.state import Object, State, shown

_ID = r"(?P<id>[^/]+)"
READS = ("stats", "requests", "notices", "deliveries")
PAYMENT_ACTS = ("pay", "settle", "expire", "tamper", "refund", "refunds_pend")
TAMPERABLE = frozenset(("value", "currency", "reference", "status"))


class YooKassaStandIn(TellingStandIn[Notifications]):
    """YooKassa on loopback: a test shop.

    ``shop_id``, ``secret_key``: the only ones that are let in. ``webhook_url``: where notifications go, "" for nowhere.
    ``state_path``: a file that carries everything over a restart. ``clock``: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        shop_id: str = "100500",
        secret_key: str = "test_sandbox-yookassa-key",
        webhook_url: str = "",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        self.faults = LineFaults(broken)
        self.postman = self.notifications = Notifications(self.state, url=webhook_url)
        self.api = Api(self.state, self.faults, shop_id=shop_id, secret_key=secret_key)
        self.methods = Methods(self.state, self.notifications.emit, base_url=self.base_url)
        self.payments = Payments(
            self.state, self.notifications.emit, self.methods, base_url=self.base_url, shop_id=shop_id
        )
        self._refunds = Refunds(self.state, self.notifications.emit, self.payments)
        self._checkout = Checkout(self.state, self.payments, self.methods)
        self._add_routes()
        self._add_controls()

    def _add_routes(self) -> None:
        serve, payments, refunds, methods = self.api.serve, self.payments, self._refunds, self.methods
        self.route("GET", "/v3/me", serve(self._shop))
        self.route("POST", "/v3/payments", serve(payments.create, shapes.PAYMENT))
        self.route("GET", "/v3/payments", serve(payments.listing))
        self.route("GET", f"/v3/payments/{_ID}", serve(payments.get))
        self.route("POST", f"/v3/payments/{_ID}/capture", serve(payments.capture, shapes.CAPTURE))
        self.route("POST", f"/v3/payments/{_ID}/cancel", serve(payments.cancel, shapes.NOTHING))
        self.route("POST", "/v3/refunds", serve(refunds.create, shapes.REFUND))
        self.route("GET", "/v3/refunds", serve(refunds.listing))
        self.route("GET", f"/v3/refunds/{_ID}", serve(refunds.get))
        self.route("POST", "/v3/payment_methods", serve(methods.create, shapes.METHOD))
        self.route("GET", f"/v3/payment_methods/{_ID}", serve(methods.get))
        checkout = self._checkout
        self.route("GET", buying.CONTRACT, checkout.show)
        self.route("POST", buying.CONTRACT, checkout.submit)
        self.route("GET", buying.BINDING, checkout.show_binding)
        self.route("POST", buying.BINDING, checkout.submit_binding)
        self.route("GET", buying.BANK, checkout.answer_bank)
        self.route("POST", buying.BANK, checkout.answer_bank)

    def _add_controls(self) -> None:
        reads: dict[str, Act] = {name: getattr(self, name) for name in READS} | {"faults": self.faults.listing}
        reads |= {"payments": self.list_payments}
        acts: dict[str, Act] = {
            f"payments/(?P<payment_id>[^/]+)/{name.replace('_', '-')}": getattr(self, name) for name in PAYMENT_ACTS
        }
        acts |= {
            "refunds/(?P<refund_id>[^/]+)/settle": self.settle_refund,
            "methods/(?P<method_id>[^/]+)": self.methods.change,
            "shop": self.change_shop,
            "faults": self.faults.order,
            "faults/clear": self.faults.clear,
            "notifications": self.notification_mode,
            "notifications/release": self.notifications.release,
            "notifications/drain": self.notifications.drain,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts)

    def not_found(self, request: Request) -> Response:
        return missing("resource").response()

    def _shop(self, request: Request, _: Any) -> Object:
        return {
            "account_id": self.api.shop_id,
            "status": "enabled",
            "test": True,
            "fiscalization": {"enabled": self.payments.sends_receipts, "provider": "avanpost"},
            "fiscalization_enabled": self.payments.sends_receipts,
            "payment_methods": list(WAYS),
            "itn": "0000000427",
        }

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def pay(
        self, payment_id: str, *, way: str = "bank_card", number: str = "5555555555554444", save: bool = False,
        waits: bool = False,
    ) -> str:  # fmt: skip
        """Pay as the buyer would, confirming whatever is asked; returns the payment's status. ``save``: ticked, where
        the shop leaves it to them. ``waits``: the money is certain only after ``settle``."""
        card = cards.of(number) if way == "bank_card" else None
        if way not in WAYS or (way == "bank_card" and card is None):
            raise ValueError("no such way to pay")
        with self.state.changing():
            payment = self.payments.looked_at(payment_id)
            if payment["status"] == "pending" and not payment["paid"]:
                self._checkout.pay(payment, way=way, card=card, save=save, waits=waits)
            return str(payment["status"])

    def settle(self, payment_id: str, *, succeed: bool = True, reason: str = "general_decline") -> None:
        """The end of a payment that is pending after its buyer has done their part, or that has no page."""
        with self.state.changing():
            payment = self.state.payment(payment_id)
            if payment["status"] != "pending" or ("confirmation" in payment and not payment["paid"]):
                raise ValueError("nothing is pending")
            if succeed:
                self.payments.succeed(payment)
            else:
                self.payments.fail(payment, reason)

    def bind(self, method_id: str, *, number: str = "5555555555554444") -> None:
        """Bind a card on the page of a method, confirming whatever is asked."""
        card = cards.of(number)
        if card is None:
            raise ValueError("no number of a card")
        with self.state.changing():
            self._checkout.bind(self.methods.method(method_id), card)

    def expire(self, payment_id: str) -> None:
        """Its hour is over."""
        with self.state.changing():
            self.payments.run_out(self.state.payment(payment_id))

    def refund(self, payment_id: str, *, amount: str) -> str:
        """In YooKassa's own account, in roubles. Returns its id."""
        asked = {"payment_id": payment_id, "amount": {"value": amount, "currency": "RUB"}}
        needed, self.payments.sends_receipts = self.payments.sends_receipts, False  # it asks for one there
        try:
            with self.state.changing():
                return str(self._refunds.create(Request("POST", "", {}, {}, b""), asked)["id"])
        finally:
            self.payments.sends_receipts = needed

    def refunds_pend(self, payment_id: str, *, is_on: bool = True) -> None:
        """Refunds of this payment are not certain at once."""
        with self.state.changing():
            self.state.payment(payment_id)["_private"]["refunds_pend"] = is_on

    def settle_refund(self, refund_id: str, *, succeed: bool = True) -> None:
        with self.state.changing():
            self._refunds.settle(self.state.refunds[refund_id], succeed=succeed)

    def tamper(self, payment_id: str, **changes: str) -> None:
        """Make a payment say something else than what was asked for: value, currency, reference, status."""
        if unknown := changes.keys() - TAMPERABLE:
            raise ValueError(f"cannot tamper with {', '.join(unknown)}")
        with self.state.changing():
            payment = self.state.payment(payment_id)
            payment["amount"] |= {name: changes[name] for name in ("value", "currency") if name in changes}
            payment["metadata"] |= {"reference": changes["reference"]} if "reference" in changes else {}
            payment["status"] = changes.get("status", payment["status"])

    def change_shop(self, *, receipts: bool | None = None, saving: bool | None = None) -> None:
        """Whether YooKassa registers its receipts, and whether it may save methods of payment."""
        self.payments.sends_receipts = self.payments.sends_receipts if receipts is None else receipts
        self.methods.may_be_saved = self.methods.may_be_saved if saving is None else saving

    def notification_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown mode: {', '.join(unknown)}")
        self.notifications.mode = replace(self.notifications.mode, **changes) if changes else Mode()

    def stats(self) -> dict[str, int]:
        with self.state.reading():
            return dict(self.state.counts)

    def list_payments(self) -> list[Object]:
        """Oldest first."""
        with self.state.reading():
            return [shown(copy.deepcopy(each)) for each in self.state.payments.values()]

    def receipt(self, payment_id: str) -> Object:
        """What came with a payment for the tax office."""
        with self.state.reading():
            return dict(self.state.payment(payment_id)["_private"]["receipt"] or {})

    def notices(self) -> list[Object]:
        """The bodies of all notifications, delivered or not, oldest first."""
        with self.state.reading():
            return [json.loads(each["body"]) for each in self.state.notices.values()]

    def requests(self) -> list[dict[str, Any]]:
        """Every call of the API so far, oldest first, without what it came with to be let in."""
        return list(self.api.requests)

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.notifications.deliveries)

    def reset(self) -> None:
        self.faults.clear()
        self.notifications.forget()
        self.api.requests.clear()
        self.payments.sends_receipts, self.methods.may_be_saved = False, True
        self.state.forget()
