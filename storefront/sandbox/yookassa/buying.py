"""What the buyer does on the pages: pays, confirms to their bank, binds a card, leaves."""

from __future__ import annotations

import re
from collections.abc import Callable

from storefront.sandbox.server import Request, Response, redirect
from storefront.sandbox.yookassa import cards, page
from storefront.sandbox.yookassa.cards import Card
from storefront.sandbox.yookassa.errors import ApiError
from storefront.sandbox.yookassa.methods import WAYS, Methods, of_card, of_way
from storefront.sandbox.yookassa.payments import Payments
from storefront.sandbox.yookassa.state import Object, State
from storefront.sandbox.yookassa.words import say

CONTRACT, BINDING, BANK = "/checkout/payments/v2/contract", "/checkout/payment-methods/contract", "/acs/3ds"


class Checkout:
    def __init__(self, state: State, payments: Payments, methods: Methods) -> None:
        self._state, self._payments, self._methods = state, payments, methods

    def show(self, request: Request) -> Response:
        return self._with_open(request, lambda payment: self._form(payment, {}, {}))

    def submit(self, request: Request) -> Response:
        typed = {name: value.strip() for name, value in request.form}
        return self._with_open(request, lambda payment: self._submitted(payment, typed))

    def answer_bank(self, request: Request) -> Response:
        """Back from the bank's page."""
        said_yes = dict(request.form).get("answer") == "yes"
        if "methodId" in request.query:
            return self._with_method(request, lambda method: self._confirmed_method(method, said_yes))
        return self._with_open(request, lambda payment: self._confirmed(payment, said_yes))

    def show_binding(self, request: Request) -> Response:
        return self._with_method(request, lambda method: page.binding(method, {}, {}, _address(BINDING, method)))

    def submit_binding(self, request: Request) -> Response:
        typed = {name: value.strip() for name, value in request.form}
        return self._with_method(request, lambda method: self._submitted_card(method, typed))

    def pay(self, payment: Object, *, way: str, card: Card | None, save: bool = False, waits: bool = False) -> None:
        """The buyer has done all that is asked of them; the caller holds the state's lock."""
        details = of_card(card) if card is not None else of_way(way)
        shown = {"id": payment["id"], **details, "saved": False, "status": "inactive"}
        if card is not None and card.reason:
            self._payments.refuse(payment, card, shown)
            return
        asked = payment["_private"]["save"]
        if asked or (asked is None and save and self._methods.may_be_saved):
            shown = self._methods.keep(payment["id"], details, card)
        self._payments.pay(payment, shown, waits=waits)

    def bind(self, method: Object, card: Card) -> None:
        self._methods.bind(method, card)

    def _submitted(self, payment: Object, typed: dict[str, str]) -> Response:
        way = typed.get("way", "")
        problems = _mistyped(typed, payment["_private"]["locale"])
        if problems:
            return self._form(payment, typed, problems)
        card = cards.of(typed["number"]) if way == "bank_card" else None
        payment["_private"]["tick"] = bool(typed.get("save"))
        if card is not None and card.asks:
            payment["_private"]["wants"] = card.number
            return redirect(_address(BANK, payment, "orderId"))
        self.pay(payment, way=way, card=card, save=bool(typed.get("save")))
        return self._left(payment)

    def _confirmed(self, payment: Object, said_yes: bool) -> Response:
        card = cards.of(payment["_private"]["wants"])
        if card is None:
            return self._form(payment, {}, {})
        if said_yes:
            self.pay(payment, way="bank_card", card=card, save=payment["_private"].get("tick", False))
        else:
            shown = {"id": payment["id"], **of_card(card), "saved": False, "status": "inactive"}
            self._payments.refuse(payment, card, shown, "3d_secure_failed")
        return self._left(payment)

    def _submitted_card(self, method: Object, typed: dict[str, str]) -> Response:
        problems = _mistyped(typed | {"way": "bank_card"}, method["_private"]["locale"])
        card = cards.of(typed.get("number", ""))
        if problems or card is None:
            return page.binding(method, typed, problems, _address(BINDING, method))
        if card.asks:
            method["_private"]["wants"] = card.number
            return redirect(_address(BANK, method))
        return self._bound(method, card)

    def _confirmed_method(self, method: Object, said_yes: bool) -> Response:
        card = cards.of(method["_private"].get("wants", ""))
        if card is None:
            return page.binding(method, {}, {}, _address(BINDING, method))
        refused = Card(card.number, True, "payment_network", "3d_secure_failed")
        return self._bound(method, card if said_yes else refused)

    def _bound(self, method: Object, card: Card) -> Response:
        back, locale = method["confirmation"]["return_url"], method["_private"]["locale"]
        self.bind(method, card)
        return page.failed(back, card.reason, locale, is_binding=True) if card.reason else redirect(back)

    def _form(self, payment: Object, typed: dict[str, str], problems: dict[str, str]) -> Response:
        return page.paying(payment, typed, problems, _address(CONTRACT, payment, "orderId"))

    def _left(self, payment: Object) -> Response:
        """Away from the page: to the shop, or told that it failed."""
        private = payment["_private"]
        if payment["status"] == "canceled":
            return page.failed(private["return_url"], payment["cancellation_details"]["reason"], private["locale"])
        return redirect(private["return_url"])

    def _with_open(self, request: Request, act: Callable[[Object], Response]) -> Response:
        """``act`` on the payment, if it still waits for its buyer."""
        with self._state.changing():
            try:
                payment = self._payments.looked_at(request.query.get("orderId", ""))
            except ApiError:
                return page.over("en_US", is_known=False)
            if payment["status"] != "pending" or payment["paid"] or "confirmation" not in payment:
                return page.over(payment["_private"].get("locale", "en_US"))
            payment["_private"]["return_url"] = payment["confirmation"]["return_url"]
            if request.path == BANK and request.method == "GET":
                locale = payment["_private"]["locale"]
                return page.bank(page.shown_sum(payment, locale), _address(BANK, payment, "orderId"), locale)
            return act(payment)

    def _with_method(self, request: Request, act: Callable[[Object], Response]) -> Response:
        with self._state.changing():
            try:
                method = self._methods.method(request.query.get("methodId", ""))
            except ApiError:
                return page.over("en_US", is_known=False)
            locale = method["_private"].get("locale", "en_US")
            if method["status"] != "pending":
                return page.over(locale)
            if request.path == BANK and request.method == "GET":
                return page.bank("", _address(BANK, method), locale)
            return act(method)


def _address(path: str, thing: Object, name: str = "methodId") -> str:
    return f"{path}?{name}={thing['id']}"


def _mistyped(typed: dict[str, str], locale: str) -> dict[str, str]:
    """What is wrong, by field."""
    way, found = typed.get("way", ""), {}
    if way not in WAYS:
        found["way"] = say("wrong_way", locale)
    if way != "bank_card":
        return found
    if cards.of(typed.get("number", "")) is None:
        found["number"] = say("wrong_number", locale)
    if not re.fullmatch(r"(0[1-9]|1[0-2])\s*/\s*\d{2}", typed.get("expiry", "")):
        found["expiry"] = say("wrong_expiry", locale)
    if not re.fullmatch(r"\d{3}", typed.get("cvc", "")):
        found["cvc"] = say("wrong_cvc", locale)
    return found
