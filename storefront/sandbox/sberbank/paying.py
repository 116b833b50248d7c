"""What the buyer does on the page and at their bank: pay, confirm, be refused, leave."""

from __future__ import annotations

from urllib.parse import urlencode

from storefront.sandbox import typed_cards
from storefront.sandbox.sberbank import page
from storefront.sandbox.sberbank.bindings import Bindings
from storefront.sandbox.sberbank.orders import Orders
from storefront.sandbox.sberbank.state import ApiError, Object, State
from storefront.sandbox.server import Request, Response, redirect

#: One of the cards that the bank gives to shops for trying things out.
MIR = {"number": "2202205000012424", "expiration": "203505", "system": "MIR"}
SECRET_CODE = "111111"
NOT_ENOUGH, REFUSED, NO_3DS = 116, 71015, 2003
OUTCOMES = frozenset({"paid", "three_ds", "funds", "refused"})


class Cashier:
    def __init__(self, state: State, orders: Orders, bindings: Bindings) -> None:
        self._state, self._orders, self._bindings = state, orders, bindings

    def show(self, request: Request) -> Response:
        order, language = self._asked(request)
        with self._state.changing():
            if order is None or not self._orders.is_open(order):
                return page.closed(language, order["_asked"]["returnUrl"] if order else "")
        return page.form(order, language, kept=self._kept(order), typed={})

    def submit(self, request: Request) -> Response:
        order, language = self._asked(request)
        typed = {name: value.strip() for name, value in request.form}
        outcome, way = typed.get("outcome", "paid"), typed.get("way", "card")
        with self._state.changing():
            if order is None or not self._orders.is_open(order):
                return page.closed(language, order["_asked"]["returnUrl"] if order else "")
            card = self._card(order, typed, way)
            if card is None or outcome not in OUTCOMES:
                return page.form(order, language, kept=self._kept(order), typed=typed, error="mistyped")
            self.use(order, card, outcome=outcome, save=self._saves(order, typed))
        if outcome == "funds":
            return page.form(order, language, kept=self._kept(order), typed=typed, error="no_money")
        if outcome == "three_ds":
            return redirect(f"/acs?{urlencode({'mdOrder': order['_id'], 'lang': language})}")
        return self._back(order, language, is_paid=outcome == "paid")

    def use(self, order: Object, card: Object, *, outcome: str, save: bool) -> None:
        """The state's lock is held."""
        self._orders.try_card(order, card)
        order["_card"], order["_save"] = card, save
        match outcome:
            case "paid":
                self._take(order)
            case "three_ds":
                self._orders.ask_bank(order)
            case "funds":
                self._orders.refuse(order, NOT_ENOUGH, is_final=False)
            case _:
                self._orders.refuse(order, REFUSED, is_final=True)

    def answer_bank(self, order: Object, *, agrees: bool) -> None:
        """The buyer, at their bank. The state's lock is held."""
        self._orders.seen(order)
        if order["orderStatus"] != 5:
            raise ApiError(7, "The order is not in the right state")
        if agrees:
            self._take(order)
        else:
            self._orders.refuse(order, NO_3DS, is_final=True)

    def bank(self, request: Request) -> Response:
        order, language = self._asked(request)
        if order is None or order["orderStatus"] != 5:
            return page.closed(language, order["_asked"]["returnUrl"] if order else "")
        if request.method == "GET":
            return page.confirmation(order, language)
        typed = dict(request.form)
        agrees = typed.get("act") == "confirm"
        if agrees and typed.get("code", "").strip() != SECRET_CODE:
            return page.confirmation(order, language, error="acs_wrong")
        with self._state.changing():
            self.answer_bank(order, agrees=agrees)
        return self._back(order, language, is_paid=agrees)

    def _take(self, order: Object) -> None:
        if order["_save"]:
            self._bindings.bind(order, order["_card"])
        self._orders.pay(order)

    def _saves(self, order: Object, typed: dict[str, str]) -> bool:
        is_setup = "VERIFY" in order["_asked"].get("features", "")
        return "clientId" in order["_asked"] and (is_setup or typed.get("save") == "1")

    def _card(self, order: Object, typed: dict[str, str], way: str) -> Object | None:
        kept = self._kept(order)
        if kept:
            return kept["_card"] if typed.get("cvc", "").isdigit() and len(typed["cvc"]) == 3 else None
        if way == "sberpay":
            return MIR | {"way": "SBRF_SBERPAY"}
        return typed_cards.read(
            typed.get("number", ""), typed.get("expiry", ""), typed.get("cvc", ""), now=self._state.clock()
        )

    def _kept(self, order: Object) -> Object | None:
        return self._state.bindings.get(order["_asked"].get("bindingId", ""))

    def _asked(self, request: Request) -> tuple[Object | None, str]:
        language = request.query.get("lang") or request.params.get("language") or "ru"
        return self._state.orders.get(request.query.get("mdOrder", "")), "en" if language == "en" else "ru"

    def _back(self, order: Object, language: str, *, is_paid: bool) -> Response:
        asked = order["_asked"]
        url = asked["returnUrl"] if is_paid else asked.get("failUrl", asked["returnUrl"])
        told = urlencode({"orderId": order["_id"], "lang": language})
        return redirect(f"{url}{'&' if '?' in url else '?'}{told}")
