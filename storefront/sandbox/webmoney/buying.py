"""What the buyer does, on the pay page or in the Keeper; the shop is asked first and told afterwards."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from storefront.sandbox.postman import Answer, Letter, Postman
from storefront.sandbox.server import Request, Response, redirect
from storefront.sandbox.webmoney import page
from storefront.sandbox.webmoney.state import Account, Object, State

#: Seconds after the first try at which a result is told again.
LATER = (60, 300, 900, 3600)
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "WebMoney Merchant (sandbox)"}
PATIENCE = 10.0


@dataclass
class Mode:
    """``hold``: kept until they are released; ``drop``: never told; ``old``: without LMI_HASH2."""

    hold: bool = False
    drop: bool = False
    forged: bool = False
    old: bool = False
    copies: int = 1


class Cashier(Postman):
    """``url``: the Result URL of the purses; "": nobody is asked or told. ``results``: all of them as forms, tried or
    not; ``questions``: what the shop answered before each payment."""

    def __init__(self, state: State, *, accounts: Mapping[str, Account], url: str) -> None:
        super().__init__(lambda: state.clock(), url=url, later=LATER, is_taken=_is_taken)
        self._state, self._accounts = state, accounts
        self.mode = Mode()
        self.results: list[Object] = []
        self.questions: list[str] = []

    def show(self, request: Request) -> Response:
        found = self._open(request)
        return page.pay_form(found) if found else page.over()

    def submit(self, request: Request) -> Response:
        found = self._open(request)
        if found is None:
            return page.over()
        if dict(request.form).get("act") != "pay":
            self.refuse(found)
            return redirect(found["fail"]) if found["fail"] else page.over()
        if problem := self.pay(found):
            return page.pay_form(found, error=problem)
        return redirect(found["success"]) if found["success"] else page.over()

    def keeper(self, request: Request) -> Response:
        with self._state.changing():
            open_ = [each for each in self._state.payments.values() if each["invoice"] and each["state"] == "started"]
        if request.method == "POST":
            asked = dict(request.form)
            for each in open_:
                if each["invoice"] == asked.get("invoice"):
                    self.pay(each) if asked.get("act") == "pay" else self.refuse(each)
            return redirect("/keeper")
        return page.keeper(open_)

    def pay(self, payment: Object) -> str:
        """Why the shop does not want it; "" when it is paid."""
        if payment["state"] in ("paid", "refused"):
            return "over"
        if self.url:
            said = self._ask(payment)
            self.questions.append(said)
            if said != "YES":
                return said
        with self._state.changing():
            paid = [each for each in self._state.payments.values() if each["state"] == "paid"]
            payment.update(state="paid", transfer=str(458 + len(paid)), paid_at=self._state.stamp())
        self._tell(payment)
        return ""

    def refuse(self, payment: Object) -> None:
        with self._state.changing():
            payment["state"] = "refused"

    def forget(self) -> None:
        super().forget()
        self.mode = Mode()
        self.results.clear()
        self.questions.clear()

    def _open(self, request: Request) -> Object | None:
        ticket, now = request.query.get("gid", ""), self._state.clock()
        with self._state.changing():
            for each in self._state.payments.values():
                if each["ticket"] == ticket != "" and each["state"] in ("new", "started") and now < each["ends"]:
                    each["state"] = "started"
                    return each
        return None

    def _common(self, payment: Object) -> dict[str, str]:
        mode = "1" if self._accounts[payment["purse"]].is_test else "0"
        return {
            "LMI_PAYEE_PURSE": payment["purse"], "LMI_PAYMENT_AMOUNT": payment["amount"],
            "LMI_PAYMENT_NO": str(payment["number"]), "LMI_MODE": mode, "LMI_PAYER_WM": "109876543210",
            "LMI_PAYER_PURSE": f"{payment['purse'][0]}210987654321", **payment["own"],
        }  # fmt: skip

    def _ask(self, payment: Object) -> str:
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        body = urlencode({"LMI_PREREQUEST": "1", **self._common(payment)})
        try:
            connection.request("POST", parts.path or "/", body, _HEADERS)
            told = connection.getresponse()
            text = told.read().decode("utf-8", "replace")
            return text if told.status == 200 else f"HTTP {told.status}"
        except (OSError, http.client.HTTPException):
            return "no answer"
        finally:
            connection.close()

    def _tell(self, payment: Object) -> None:
        told = self._common(payment) | {
            "LMI_SYS_INVS_NO": payment["invoice"] or str(820 + int(payment["key"])),
            "LMI_SYS_TRANS_NO": payment["transfer"], "LMI_SYS_TRANS_DATE": payment["paid_at"],
        }  # fmt: skip
        key = "a-key-of-nobody" if self.mode.forged else self._accounts[payment["purse"]].key
        told["LMI_HASH"] = hashed(told, key, "")
        if not self.mode.old:
            told["LMI_HASH2"] = hashed(told, key, ";")
        body = urlencode(told)
        self.results.append({"number": payment["number"], "body": body})
        if not self.mode.drop:
            self.send(body.encode(), _HEADERS, hold=self.mode.hold, copies=self.mode.copies, number=payment["number"])


def hashed(told: Mapping[str, str], key: str, between: str) -> str:
    names = "PAYEE_PURSE PAYMENT_AMOUNT PAYMENT_NO MODE SYS_INVS_NO SYS_TRANS_NO SYS_TRANS_DATE".split()
    values = [told[f"LMI_{name}"] for name in names]
    text = between.join([*values, key, told["LMI_PAYER_PURSE"], told["LMI_PAYER_WM"]])
    return hashlib.sha256(text.encode("utf-8")).hexdigest().upper()


def _is_taken(letter: Letter, answer: Answer) -> bool:
    return answer.status == 200
