"""What the buyer's browser does on the hosted page: look, pay, answer the bank, go back to the shop."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from storefront.sandbox.server import Request, Response, redirect
from storefront.sandbox.stripe import cards, page, voucher_page
from storefront.sandbox.stripe.cashier import Cashier, Result
from storefront.sandbox.stripe.courier import Courier
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Object, State
from storefront.sandbox.stripe.vouchers import Vouchers


class HostedPage:
    def __init__(self, state: State, cashier: Cashier, vouchers: Vouchers, courier: Courier) -> None:
        self._state = state
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
            return page.pay_page(session, self._lines(session), typed=typed, error=error)
        result = self._cashier.pay(
            session["id"],
            number=cards.digits(typed["card_number"]),
            email=typed.get("email", ""),
            name=typed.get("name", "")[:200],
        )
        return self._after(session, result, typed)

    def challenge(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return page.unknown_page()
        approve = dict(request.form).get("answer") == "approve"
        return self._after(session, self._cashier.answer_challenge(session["id"], approve=approve), {})

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
                return page.pay_page(session, self._lines(session), typed=typed, error=result.message)
            case "challenge":
                return redirect(f"/c/pay/{session['id']}")
        if session["status"] == "complete":
            self._courier.wait_first_attempt(session["id"])
            return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))
        return self._current(session)

    def _current(self, session: Object) -> Response:
        if session["status"] != "open":
            return page.closed_page(session)
        intent = self._state.objects.get(session["payment_intent"] or "", {})
        if intent.get("status") == "requires_action":
            return page.challenge_page(session, self._lines(session))
        return page.pay_page(session, self._lines(session), typed={})

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
        if not session["customer_email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed.get("email", "")):
            return "Your e-mail address is incomplete."
        number = cards.digits(typed.get("card_number", ""))
        if not number:
            return "Your card number is incomplete."
        if not cards.passes_luhn(number):
            return cards.MESSAGES["incorrect_number"]
        if complaint := self._expiry(typed.get("card_expiry", "")):
            return complaint
        if not re.fullmatch(r"[0-9]{3,4}", typed.get("card_cvc", "")):
            return "Your card's security code is incomplete."
        return "" if typed.get("name") else "Please enter the name on the card."

    def _expiry(self, text: str) -> str:
        match = re.fullmatch(r"(0?[1-9]|1[0-2])\s*/?\s*(?:20)?([0-9]{2})", text)
        if not match:
            return "Your card's expiration date is incomplete."
        today = datetime.fromtimestamp(self._state.now(), UTC)
        if (2000 + int(match[2]), int(match[1])) < (today.year, today.month):
            return "Your card's expiration year is in the past."
        return ""
