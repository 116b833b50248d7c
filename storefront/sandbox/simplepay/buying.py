"""What the buyer does on the page: pay by card, be refused, leave; and the way back with a signed word about it."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import urlencode

from storefront.sandbox.server import Request, Response, redirect
from storefront.sandbox.simplepay import page
from storefront.sandbox.simplepay.notices import Notices
from storefront.sandbox.simplepay.state import Object, State, sign

#: Status and code after each outcome, and the word that the return tells.
_AFTER = {
    "paid": ("FINISHED", "OK", "SUCCESS"),
    "declined": ("NOTAUTHORIZED", "2013", "FAIL"),
    "review": ("INFRAUD", "", "SUCCESS"),
    "later": ("INPAYMENT", "", "SUCCESS"),
}


class Checkout:
    def __init__(self, state: State, notices: Notices, *, keys: dict[str, str]) -> None:
        self._state, self._notices, self._keys = state, notices, keys

    def show(self, request: Request) -> Response:
        found = self._open(request)
        return page.card_form(found, typed={}) if found else page.over()

    def submit(self, request: Request) -> Response:
        found = self._open(request)
        if found is None:
            return page.over()
        typed = {name: value.strip() for name, value in request.form}
        if typed.get("act") == "cancel":
            with self._state.changing():
                found["status"] = "CANCELLED"
            return self._back(found, "CANCEL", 2016)
        if problem := _mistyped(typed):
            return page.card_form(found, typed=typed, error=problem)
        outcome = typed.get("outcome", "paid")
        self.pay(found, outcome=outcome, card=re.sub(r"\D", "", typed["card_number"]))
        return self._back(found, _AFTER[outcome][2], 2013 if outcome == "declined" else 0)

    def pay(self, transaction: Object, *, outcome: str = "paid", card: str = "4908366099900425") -> None:
        """Nothing happens to one that is over."""
        with self._state.changing():
            self._state.lapse(transaction)
            if transaction["status"] != "INIT":
                return
            transaction["method"] = "CARD"
            transaction["cardMask"] = f"xxxx-xxxx-xxxx-{card[-4:]}"
            self.move(transaction, *_AFTER[outcome][:2])

    def move(self, transaction: Object, status: str, result: str = "") -> None:
        """Inside ``changing()``."""
        is_new = status == "FINISHED" and transaction["status"] != "FINISHED"
        transaction.update(status=status, resultCode=result)
        if is_new:
            self._state.counts["charges"] += 1
            transaction["finishDate"] = self._state.stamp()
        if status in ("FINISHED", "NOTAUTHORIZED", "FRAUD", "REVERSED"):
            self._notices.emit(transaction, status=status)

    def _open(self, request: Request) -> Object | None:
        with self._state.changing():
            for each in self._state.transactions.values():
                self._state.lapse(each)
                if each["token"] == request.params["token"] and each["status"] == "INIT":
                    return each
        return None

    def _back(self, transaction: Object, event: str, code: int) -> Response:
        told = {
            "r": code, "t": transaction["transactionId"], "e": event, "m": transaction["merchant"],
            "o": transaction["orderRef"],
        }  # fmt: skip
        body = json.dumps(told, separators=(",", ":")).encode()
        query = urlencode({"r": base64.b64encode(body).decode(), "s": sign(body, self._keys[transaction["merchant"]])})
        return redirect(f"{transaction['url']}{'&' if '?' in transaction['url'] else '?'}{query}")


def _mistyped(typed: dict[str, str]) -> str:
    if typed.get("act") != "pay" or typed.get("outcome", "paid") not in _AFTER:
        return "The form is not complete."
    digits = re.sub(r"[\s-]", "", typed.get("card_number", ""))
    if not re.fullmatch(r"[0-9]{13,19}", digits):
        return "The card number is wrong."
    if not re.fullmatch(r"(0[1-9]|1[0-2])\s*/\s*\d{2}", typed.get("card_expiry", "")):
        return "The date is wrong."
    if not re.fullmatch(r"\d{3}", typed.get("card_cvc", "")):
        return "The CVC is wrong."
    return "" if typed.get("card_name") else "Type the name on the card."
