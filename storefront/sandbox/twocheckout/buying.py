"""What the buyer does on the page: look, pay by card or PayPal, promise a transfer, leave."""

from __future__ import annotations

import re
import secrets
from urllib.parse import urlencode

from storefront.sandbox.server import Request, Response, redirect
from storefront.sandbox.twocheckout import carts, page
from storefront.sandbox.twocheckout.carts import Cart, EmptyCart
from storefront.sandbox.twocheckout.orders import OUTCOMES, Orders
from storefront.sandbox.twocheckout.state import Object, State


class Checkout:
    """``refusals``: why links were empty carts, which buyers are not told."""

    def __init__(self, state: State, orders: Orders, *, merchant: str, word: str) -> None:
        self._state, self._orders, self._merchant, self._word = state, orders, merchant, word
        self.refusals: list[str] = []

    def cart(self, query: str) -> Cart:
        """Raises EmptyCart."""
        try:
            return carts.read(query, merchant=self._merchant, word=self._word, now=self._state.clock())
        except EmptyCart as why:
            self.refusals.append(str(why))
            raise

    def show(self, request: Request) -> Response:
        try:
            cart = self.cart(request.raw_query)
        except EmptyCart:
            return page.empty_cart()
        return self._form(cart, request, {"cart": secrets.token_hex(8)})

    def submit(self, request: Request) -> Response:
        """One order for each cart that was shown, however often it is sent."""
        typed = {name: value.strip() for name, value in request.form}
        with self._state.reading():
            known = self._state.carts.get(typed.get("cart", ""))
        try:
            cart = self.cart(request.raw_query)
        except EmptyCart:
            return page.empty_cart()
        if known:
            return self._back(cart, self._state.order(known))
        if problem := _mistyped(typed):
            return self._form(cart, request, typed, problem)
        way, outcome = typed.get("way", ""), typed.get("outcome", "paid")
        if way == "paypal":
            return page.paypal_form(cart, query=request.raw_query, typed=typed)
        if way == "paypal-refused":
            return self._form(cart, request, typed, "PayPal was not asked for the money. Choose another way to pay.")
        if way == "wire":
            outcome = "elsewhere"
        order = self.buy(cart, way=way.partition("-")[0], outcome=outcome, typed=typed)
        if outcome == "declined":
            return self._form(cart, request, typed | {"outcome": "paid"}, "The bank declined the payment.")
        with self._state.changing():
            self._state.carts[typed["cart"]] = order["RefNo"]
        return self._back(cart, order)

    def buy(self, cart: Cart, *, way: str, outcome: str, typed: dict[str, str]) -> Object:
        return self._orders.make(
            cart,
            way=way,
            outcome=outcome,
            country=typed.get("country", "US"),
            email=typed.get("email", ""),
            card=re.sub(r"\D", "", typed.get("card_number", "")) if way == "card" else "",
        )

    def _form(self, cart: Cart, request: Request, typed: dict[str, str], error: str = "") -> Response:
        return page.order_form(
            cart,
            token=typed.get("cart", ""),
            query=request.raw_query,
            sells=self._orders.sells,
            typed=typed,
            error=error,
        )

    def _back(self, cart: Cart, order: Object) -> Response:
        """To the shop, with the number of the order; the signature is of a rule that the documents do not tell."""
        told = {
            "refno": order["RefNo"],
            "order-ext-ref": cart.reference,
            "total": order["GrossPrice"],
            "total-currency": cart.currency,
            "signature": secrets.token_hex(32),
        }
        return redirect(f"{cart.return_url}{'&' if '?' in cart.return_url else '?'}{urlencode(told)}")


def _mistyped(typed: dict[str, str]) -> str:
    if typed.get("way") not in ("card", "paypal", "paypal-approved", "paypal-refused", "wire"):
        return "Choose a way to pay."
    if not typed.get("cart") or typed.get("outcome", "paid") not in OUTCOMES:
        return "The form is not complete."
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed.get("email", "")):
        return "Type your e-mail address."
    if not re.fullmatch(r"[A-Z]{2}", typed.get("country", "")):
        return "Choose your country."
    if typed["way"] != "card":
        return ""
    if not _is_card(re.sub(r"[\s-]", "", typed.get("card_number", ""))):
        return "The card number is wrong."
    if not re.fullmatch(r"(0[1-9]|1[0-2])\s*/\s*\d{2}", typed.get("card_expiry", "")):
        return "The expiry date is wrong."
    if not re.fullmatch(r"\d{3,4}", typed.get("card_cvc", "")):
        return "The security code is wrong."
    return "" if typed.get("name") else "Type the name on the card."


def _is_card(digits: str) -> bool:
    """12 to 19 digits with the right check digit (ISO/IEC 7812-1)."""
    if not re.fullmatch(r"[0-9]{12,19}", digits):
        return False
    doubled = [int(each) * (1 + at % 2) for at, each in enumerate(reversed(digits))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
