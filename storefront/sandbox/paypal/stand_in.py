"""The stand-in itself: its routes, and the same controls for tests in the same process."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self

from storefront.sandbox.control import Act, add_controls
from storefront.sandbox.paypal import signing
from storefront.sandbox.paypal.api import Api
from storefront.sandbox.paypal.calls import add_calls, add_vault_calls
from storefront.sandbox.paypal.courier import Courier, Mode
from storefront.sandbox.paypal.disputes import Disputes
from storefront.sandbox.paypal.errors import missing
from storefront.sandbox.paypal.faults import Fault, PayPalFaults
from storefront.sandbox.paypal.messages import EVENT_TYPES, Messages
from storefront.sandbox.paypal.orders import Orders
from storefront.sandbox.paypal.pages import HostedPage
from storefront.sandbox.paypal.refunds import Refunds
from storefront.sandbox.paypal.setup_page import SetupPage
from storefront.sandbox.paypal.state import Object, State
from storefront.sandbox.paypal.vault import Vault
from storefront.sandbox.paypal.vault_acts import VaultActs
from storefront.sandbox.server import Request, Response, StandIn

ORDER_ACTS = (
    "agree settle expire forget reverse_approval refund refunds_pend dispute move_dispute close_dispute tamper".split()
)
_ORDER = r"orders/(?P<order_id>\w+)"


class PayPalStandIn(VaultActs, StandIn):
    """PayPal's REST API and pay page on loopback.

    ``client_id``, ``client_secret``: the only ones that are let in. ``webhook_id``, ``webhook_url``: messages are
    signed for the one and posted to the other; if "", only listed. ``state_path``: a file that carries everything over
    a restart. ``clock``: seconds since the epoch.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        client_id: str = "sandbox-paypal-client",
        client_secret: str = "sandbox-paypal-secret",
        webhook_id: str = "SANDBOX-WEBHOOK",
        webhook_url: str = "",
        merchant_id: str = "NORTHBRIDGE01",
        state_path: Path | str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(port=port, host=host)
        self.state = State(Path(state_path) if state_path else None, clock=clock)
        if not self.state.key["pem"]:
            self.state.key["pem"] = signing.new_key() if state_path else signing.process_key()
        self.state.webhook |= {"id": webhook_id, "url": webhook_url}
        self.state.webhook["event_types"] = self.state.webhook["event_types"] or list(EVENT_TYPES)
        self.faults = PayPalFaults()
        self.api = Api(self.state, self.faults, client_id=client_id, client_secret=client_secret)
        self.courier = Courier(self.state, base_url=self.base_url)
        emit = self.courier.emit
        self._vault = Vault(self.state, emit, base_url=self.base_url)
        self._orders = Orders(self.state, emit, self._vault, base_url=self.base_url, merchant_id=merchant_id)
        self._refunds = Refunds(self.state, emit, self._orders, base_url=self.base_url)
        self._disputes = Disputes(self.state, emit, self._orders, base_url=self.base_url)
        add_calls(self, self.api, self._orders, self._refunds, self._disputes, Messages(self.state))
        add_vault_calls(self, self.api, self._vault)
        hosted, agreement = HostedPage(self.state, self._orders), SetupPage(self._vault)
        self.route("GET", "/agreements/approve", agreement.show)
        self.route("POST", "/agreements/approve", agreement.submit)
        self.route("GET", "/checkoutnow", hosted.show)
        self.route("POST", "/checkoutnow", hosted.submit)
        self._add_controls()

    def _add_controls(self) -> None:
        reads: dict[str, Act] = {
            name: getattr(self, name) for name in ("stats", "requests", "orders", "events", "deliveries")
        }
        reads["faults"] = self.faults.listing
        acts: dict[str, Act] = {f"{_ORDER}/{name.replace('_', '-')}": getattr(self, name) for name in ORDER_ACTS}
        acts |= {
            r"refunds/(?P<refund_id>\w+)/settle": self.settle_refund,
            "faults": self.fail_next,
            "faults/clear": self.faults.clear,
            "tokens/revoke": self.revoke_tokens,
            "scopes": self.restrict,
            "webhooks": self.webhook_mode,
            "webhooks/release": self.courier.release,
            "webhooks/resend": self.courier.resend,
            "webhooks/drain": self.courier.drain,
            "webhook": self.change_webhook,
            "reset": self.reset,
        }
        add_controls(self, reads=reads, acts=acts | self.vault_acts())

    def start(self) -> Self:
        self.courier.start()
        return super().start()

    def stop(self) -> None:
        self.faults.stop()
        self.courier.stop()
        super().stop()

    def not_found(self, request: Request) -> Response:
        return missing().response()

    # Controls. Every one is also POST /_control/... with its arguments as a JSON object.

    def agree(self, order_id: str, *, way: str = "balance", keeps: bool = True) -> str:
        """Agree as the buyer would; ``way``: balance, declined, echeck, review or unilateral; ``keeps``: also that the
        merchant keeps the account, if it asked for that."""
        return self._orders.agree(order_id, way, keeps=keeps)

    def settle(self, order_id: str, *, succeed: bool = True) -> None:
        """The end of a pending capture."""
        self._orders.settle(order_id, succeed=succeed)

    def expire(self, order_id: str) -> None:
        self._orders.expire(order_id)

    def forget(self, order_id: str) -> None:
        """PayPal answers 404 about it from now on."""
        with self.state.changing():
            del self.state.orders[order_id]

    def reverse_approval(self, order_id: str) -> None:
        self._orders.reverse_approval(order_id)

    def refund(self, order_id: str, *, amount: str = "") -> str:
        """A refund made in PayPal's dashboard, major units; of all that is left without ``amount``. Returns its id."""
        capture = self._orders.capture_of(self.state.order(order_id))
        asked = {"amount": capture["amount"] | {"value": amount}} if amount else {}
        return str(self._refunds.create(capture["id"], asked)["id"])

    def refunds_pend(self, order_id: str, *, is_on: bool = True) -> None:
        """Refunds of this order are not certain at once."""
        with self.state.changing():
            self._orders.capture_of(self.state.order(order_id))["_private"]["refunds_pend"] = is_on

    def settle_refund(self, refund_id: str, *, succeed: bool = True) -> None:
        self._refunds.settle(refund_id, succeed=succeed)

    def dispute(
        self,
        order_id: str,
        *,
        reason: str = "UNAUTHORISED",
        stage: str = "CHARGEBACK",
        status: str = "WAITING_FOR_SELLER_RESPONSE",
        amount: str = "",
    ) -> str:
        """Begin one, of the whole payment without ``amount``; returns its id."""
        dispute = self._disputes.open(order_id, reason=reason, stage=stage, status=status, amount=amount)
        return str(dispute["dispute_id"])

    def move_dispute(self, order_id: str, **changes: str) -> None:
        self._disputes.move(order_id, **changes)

    def close_dispute(self, order_id: str, *, outcome: str) -> None:
        """``outcome``: RESOLVED_SELLER_FAVOUR, RESOLVED_BUYER_FAVOUR, ACCEPTED, CANCELED_BY_BUYER, ..."""
        self._disputes.close(order_id, outcome=outcome)

    def tamper(self, order_id: str, *, value: str = "", currency_code: str = "", custom_id: str = "") -> None:
        """Make an order and its capture say something else than what was asked for."""
        with self.state.changing():
            unit = self.state.order(order_id)["purchase_units"][0]
            for thing in (unit, *unit.get("payments", {}).get("captures", [])):
                thing["amount"] = {**thing["amount"], **({"value": value} if value else {})}
                thing["amount"] |= {"currency_code": currency_code} if currency_code else {}
                thing["custom_id"] = custom_id or thing["custom_id"]

    def fail_next(self, **fault: Any) -> None:
        """Order a ``Fault``: kind, count, path, method, status, seconds."""
        self.faults.add(Fault(**fault))

    def revoke_tokens(self) -> None:
        """Every token given out so far is refused from now on."""
        with self.state.changing():
            self.state.tokens.clear()

    def restrict(self, scope: str, is_on: bool = False) -> None:
        """Take a right from the app, or give it back: payments, refund, disputes or webhooks."""
        (self.api.scopes.add if is_on else self.api.scopes.discard)(scope)

    def webhook_mode(self, **changes: Any) -> None:
        """Change some fields of ``Mode``; with none, back to normal."""
        if unknown := changes.keys() - {each.name for each in fields(Mode)}:
            raise ValueError(f"unknown webhook mode: {', '.join(unknown)}")
        self.courier.mode = replace(self.courier.mode, **changes) if changes else Mode()

    def change_webhook(self, **changes: Any) -> None:
        """Its url, id or event_types."""
        with self.state.changing():
            self.state.webhook.update(changes)

    def stats(self) -> dict[str, int]:
        with self.state.reading():
            return dict(self.state.counts)

    def orders(self) -> list[Object]:
        """Newest first."""
        with self.state.reading():
            return copy.deepcopy(list(reversed(self.state.orders.values())))

    def events(self) -> list[Object]:
        """Everything that happened, newest first, delivered or not."""
        with self.state.reading():
            return copy.deepcopy(list(reversed(self.state.events.values())))

    def requests(self) -> list[dict[str, Any]]:
        """Every call so far, oldest first, without what it came with to be let in."""
        return [dict(each) for each in list(self.api.requests)]

    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery attempt so far, oldest first; status 0 means no answer."""
        return list(self.courier.deliveries)

    def reset(self) -> None:
        self.faults.clear()
        self.courier.forget()
        self.api.requests.clear()
        self.state.reset()
