"""What the buyer's browser does on the hosted page: look, pay, answer the bank, go back to the shop."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from storefront.sandbox.server import Request, Response, redirect
from storefront.sandbox.stripe import cards, page, setup_page, voucher_page
from storefront.sandbox.stripe.cashier import Cashier, Result
from storefront.sandbox.stripe.courier import Courier
from storefront.sandbox.stripe.direct import Direct
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.setups import Setups
from storefront.sandbox.stripe.state import Object, State
from storefront.sandbox.stripe.vouchers import Vouchers


class HostedPage:
    def __init__(
        self, state: State, cashier: Cashier, vouchers: Vouchers, courier: Courier, setups: Setups, direct: Direct
    ) -> None:
        self._state = state
        self._setups, self._direct = setups, direct
        self._cashier = cashier
        self._vouchers = vouchers
        self._courier = courier

    def show(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return page.unknown_page()
        return self._current(session)

    def submit(self, request: Request) -> Response:
        """Pay with what was typed. The same form sent twice pays once and ends at the shop both times."""
        session = self._session(request)
        if session is None:
            return page.unknown_page()
        typed = {name: value.strip() for name, value in request.form}
        if session["status"] != "open":
            return self._after(session, Result("closed"), typed)
        if error := self._mistyped(typed, session):
            return self._form(session, typed, error)
        number, name = cards.digits(typed["card_number"]), typed.get("name", "")[:200]
        expiry = self._expiry(typed["card_expiry"]) or ()
        if session["mode"] == "setup":
            result = self._setups.save(session["id"], number=number, expiry=expiry, name=name)
        else:
            email = page.given_email(session) or typed.get("email", "")
            result = self._cashier.pay(session["id"], number=number, expiry=expiry, email=email, name=name)
        return self._after(session, result, typed)

    def challenge(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return page.unknown_page()
        approve = dict(request.form).get("answer") == "approve"
        asked = self._setups.answer if session["mode"] == "setup" else self._cashier.answer_challenge
        return self._after(session, asked(session["id"], approve=approve), {})

    def confirm(self, request: Request) -> Response:
        """The bank asks the buyer about a charge without a page of its own."""
        intent = self._direct.waiting(request.params["id"])
        return setup_page.confirm_page(intent) if intent else setup_page.nothing_to_confirm()

    def confirmed(self, request: Request) -> Response:
        if not self._direct.waiting(request.params["id"]):
            return setup_page.nothing_to_confirm()
        approve = dict(request.form).get("answer") == "approve"
        back = self._direct.answer(request.params["id"], approve=approve)
        self._courier.wait_first_attempt(request.params["id"])
        return redirect(back)

    def issue_voucher(self, request: Request) -> Response:
        """Pay elsewhere: the voucher is shown, and leads back to the shop."""
        session = self._session(request)
        if session is None:
            return page.unknown_page()
        if self._vouchers.issue(session["id"]).status == "closed":
            return self._current(session)
        self._courier.wait_first_attempt(session["id"])
        return redirect(f"/c/voucher/{session['id']}")

    def voucher(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return page.unknown_page()
        shown = self._vouchers.shown(session["id"])
        return voucher_page.show(session, shown) if shown else page.closed_page(session)

    def use_voucher(self, request: Request) -> Response:
        """What happens elsewhere: it is paid, or its time is over."""
        session = self._session(request)
        if session is None:
            return page.unknown_page()
        if self._vouchers.shown(session["id"]):
            is_paid = dict(request.form).get("answer") == "pay"
            (self._vouchers.pay if is_paid else self._vouchers.lapse)(session["id"])
            self._courier.wait_first_attempt(session["id"])
        return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))

    def _after(self, session: Object, result: Result, typed: dict[str, str]) -> Response:
        match result.status:
            case "declined":
                return self._form(session, typed, result.message)
            case "challenge":
                return redirect(f"/c/pay/{session['id']}")
        if session["status"] == "complete":
            self._courier.wait_first_attempt(session["id"])
            return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
        return self._current(session)

    def _current(self, session: Object) -> Response:
        if session["status"] != "open":
            return page.closed_page(session)
        if session["mode"] == "setup":
            is_asked = self._setups.is_waiting(session)
            return setup_page.challenge_page(session) if is_asked else self._form(session, {})
        intent = self._state.objects.get(session["payment_intent"] or "", {})
        if intent.get("status") == "requires_action":
            return page.challenge_page(session, self._lines(session))
        return self._form(session, {})

    def _form(self, session: Object, typed: dict[str, str], error: str = "") -> Response:
        if session["mode"] == "setup":
            return setup_page.save_page(session, typed=typed, error=error)
        saves = bool(self._state.private[session["id"]]["intent_data"].get("setup_future_usage"))
        return page.pay_page(session, self._lines(session), typed=typed, error=error, saves=saves)

    def _session(self, request: Request) -> Object | None:
        self._cashier.expire_due()
        try:
            return self._state.get("checkout.session", request.params["id"])
        except ApiError:
            return None

    def _lines(self, session: Object) -> list[Object]:
        lines: list[Object] = self._state.private[session["id"]]["lines"]
        return lines

    def _mistyped(self, typed: dict[str, str], session: Object) -> str:
        """What the page itself refuses before any bank is asked; '' if nothing."""
        if not page.given_email(session) and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed.get("email", "")):
            return "Your e-mail address is incomplete."
        number = cards.digits(typed.get("card_number", ""))
        if not number:
            return "Your card number is incomplete."
        if not cards.passes_luhn(number):
            return cards.MESSAGES["incorrect_number"]
        expiry, today = self._expiry(typed.get("card_expiry", "")), datetime.fromtimestamp(self._state.now(), UTC)
        if expiry is None:
            return "Your card's expiration date is incomplete."
        if expiry < (today.year, today.month):
            return "Your card's expiration year is in the past."
        if not re.fullmatch(r"[0-9]{3,4}", typed.get("card_cvc", "")):
            return "Your card's security code is incomplete."
        return "" if typed.get("name") else "Please enter the name on the card."

    def _expiry(self, text: str) -> tuple[int, int] | None:
        """Year and month, as they were typed."""
        match = re.fullmatch(r"(0?[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})", text)
        return (2000 + int(match[2]), int(match[1])) if match else None
