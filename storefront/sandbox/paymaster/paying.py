"""What the buyer does on the pages: pay, save a card, confirm to their bank, leave."""

from __future__ import annotations

from storefront.sandbox import typed_cards
from storefront.sandbox.paymaster import page
from storefront.sandbox.paymaster.payments import Payments
from storefront.sandbox.paymaster.state import Object, State
from storefront.sandbox.paymaster.tokens import Tokens
from storefront.sandbox.server import Request, Response, redirect

MIR = {"number": "2202205000012424", "expiration": "203505", "system": "MIR"}


class Cashier:
    """``bank``: the address of the page of the buyer's bank, to which an id is added."""

    def __init__(self, state: State, payments: Payments, tokens: Tokens, *, bank: str) -> None:
        self._state, self._payments, self._tokens, self._bank = state, payments, tokens, bank

    def show(self, request: Request) -> Response:
        payment, language = self._asked(self._state.payments, request), _language(request)
        with self._state.changing():
            if payment is None or self._payments.seen(payment)["status"] != "Pending":
                return page.closed(language, _back(payment))
        return page.form(payment, language, typed={})

    def submit(self, request: Request) -> Response:
        payment, language = self._asked(self._state.payments, request), _language(request)
        typed = {name: value.strip() for name, value in request.form}
        outcome, way = typed.get("outcome", "paid"), typed.get("way", "card")
        with self._state.changing():
            if payment is None or self._payments.seen(payment)["status"] != "Pending":
                return page.closed(language, _back(payment))
            card = MIR if way == "sbp" else self._read(typed)
            if card is None or outcome not in page.OUTCOMES or (way == "sbp" and "tokenization" in payment["_asked"]):
                return page.form(payment, language, typed=typed, error="mistyped")
            self.use(payment, card, outcome=outcome, method="SBP" if way == "sbp" else "BankCard")
        if outcome == "three_ds":
            return redirect(f"{self._bank}/{payment['id']}?lang={language}")
        return redirect(_back(payment))

    def use(self, payment: Object, card: Object, *, outcome: str, method: str = "BankCard") -> None:
        """The state's lock is held."""
        self._payments.use(payment, card, method=method)
        payment["_card"] = card
        if outcome == "three_ds":
            self._payments.confirm(payment)
        elif outcome == "paid":
            self._take(payment)
        else:
            self._payments.end(payment, "Rejected", outcome)

    def show_card(self, request: Request) -> Response:
        token, language = self._asked(self._state.tokens, request), _language(request)
        if token is None or token["status"] != "Created" or "paymentMethod" not in token["_asked"]:
            return page.closed(language, "")
        return page.card_form(token, language, typed={})

    def submit_card(self, request: Request) -> Response:
        token, language = self._asked(self._state.tokens, request), _language(request)
        typed = {name: value.strip() for name, value in request.form}
        with self._state.changing():
            if token is None or token["status"] != "Created":
                return page.closed(language, "")
            card = self._read(typed)
            if card is None or typed.get("outcome", "paid") not in ("paid", "three_ds"):
                return page.card_form(token, language, typed=typed, error="mistyped")
            self._tokens.activate(token, card)
        return redirect(token["_asked"].get("returnUrl", "/"))

    def bank(self, request: Request) -> Response:
        payment, language = self._asked(self._state.payments, request), _language(request)
        with self._state.changing():
            if payment is None or self._payments.seen(payment)["status"] != "Confirmation":
                return page.closed(language, _back(payment))
            if request.method == "GET":
                return page.bank(payment, language)
            self.answer_bank(payment, agrees=dict(request.form).get("act") == "confirm")
        return redirect(_back(payment))

    def answer_bank(self, payment: Object, *, agrees: bool) -> None:
        """The state's lock is held."""
        if agrees:
            self._take(payment)
        else:
            self._payments.end(payment, "Rejected", "three_d_secure_failed")

    def _take(self, payment: Object) -> None:
        if "tokenization" in payment["_asked"]:
            self._tokens.save(payment, payment["_card"])
        self._payments.settle(payment)

    def _read(self, typed: dict[str, str]) -> Object | None:
        number, expiry, code = (typed.get(name, "") for name in ("number", "expiry", "cvc"))
        return typed_cards.read(number, expiry, code, now=self._state.clock())

    def _asked(self, kept: dict[str, Object], request: Request) -> Object | None:
        return kept.get(request.params["name"])


def _language(request: Request) -> str:
    return "en" if request.query.get("lang") == "en" else "ru"


def _back(payment: Object | None) -> str:
    return payment["_asked"].get("protocol", {}).get("returnUrl", "") if payment else ""
