"""Cards that the bank keeps for a client of the shop, and charges of them without their owner."""

from __future__ import annotations

from collections.abc import Callable

from storefront.sandbox.sberbank.orders import Orders
from storefront.sandbox.sberbank.state import ApiError, Object, State

#: What becomes of later charges of a binding: a refusal, a bank that wants its owner, or nothing special.
OUTCOMES = frozenset({"paid", "funds", "expired", "three_ds", "three_ds_refused", "no_order"})
_CODES = {"funds": 116, "expired": 101, "three_ds_refused": 2003}


class Bindings:
    """``tell(binding, operation)`` sends a callback. ``are_allowed``: the account may use bindings."""

    def __init__(self, state: State, orders: Orders, tell: Callable[[Object, str], None]) -> None:
        self._state, self._orders, self._tell = state, orders, tell
        self.are_allowed = True

    def check_allowed(self) -> None:
        if not self.are_allowed:
            raise ApiError(5, "Access denied")

    def bind(self, order: Object, card: Object) -> None:
        """With the payment of an order whose shop named a client. The state's lock is held."""
        client = order["_asked"]["clientId"]
        known = next(
            (
                each
                for each in self._state.bindings.values()
                if (each["clientId"], each["_card"]["number"]) == (client, card["number"])
            ),
            None,
        )
        binding = known or {
            "bindingId": self._state.new_id(),
            "clientId": client,
            "maskedPan": f"{card['number'][:6]}**{card['number'][-4:]}",
            "expiryDate": card["expiration"],
            "paymentSystem": card["system"],
            "paymentWay": card.get("way", "CARD"),
            "_card": card,
            "_outcome": "paid",
        }
        binding["bindingStatus"] = "1"
        self._state.bindings[binding["bindingId"]] = binding
        self._state.counts["bindings"] = len(self._state.bindings)
        order["bindingInfo"] = {"clientId": client, "bindingId": binding["bindingId"]}

    def of_client(self, client: str, *, inactive: bool) -> list[Object]:
        found = [each for each in self._state.bindings.values() if each["clientId"] == client]
        shown = [_shown(each) for each in found if inactive or each["bindingStatus"] == "1"]
        if not shown:
            raise ApiError(2, "No data found")
        return shown

    def by_id(self, binding_id: str, *, inactive: bool) -> list[Object]:
        found = self._state.binding(binding_id)
        if found["bindingStatus"] != "1" and not inactive:
            raise ApiError(2, "No data found")
        return [_shown(found)]

    def unbind(self, binding_id: str, *, by_owner: bool = False) -> None:
        with self._state.changing():
            binding = self._state.binding(binding_id)
            if binding["bindingStatus"] != "1":
                raise ApiError(2, "Binding is inactive")
            binding["bindingStatus"] = "0"
            if by_owner:
                self._tell(binding, "bindingDeactivated")

    def charge(self, fields: dict[str, str]) -> Object:
        """Register an order and take its money, without its buyer."""
        with self._state.changing():
            binding = self._state.binding(fields["bindingId"])
            if binding["bindingStatus"] != "1" or binding["_outcome"] == "no_order":
                raise ApiError(2, "Binding is inactive")
            order = self._orders.register(fields)
            order["bindingInfo"] = {"clientId": binding["clientId"], "bindingId": binding["bindingId"]}
            self._orders.try_card(order, binding["_card"])
            outcome = binding["_outcome"]
            if outcome == "three_ds":
                self._orders.ask_bank(order)
            elif outcome == "paid":
                self._orders.pay(order)
            else:
                self._orders.refuse(order, _CODES[outcome], is_final=True)
            return order

    def steer(self, binding_id: str, outcome: str) -> None:
        if outcome not in OUTCOMES:
            raise ValueError(f"one of {sorted(OUTCOMES)}")
        with self._state.changing():
            self._state.binding(binding_id)["_outcome"] = outcome


def _shown(binding: Object) -> Object:
    return {name: value for name, value in binding.items() if not name.startswith("_")}
