"""``/conf/xml/``: XMLTransGet (X18), XMLTransRequest and XMLTransConfirm (X20), XMLTransSave (X22)."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.server import Request, Response
from storefront.sandbox.webmoney.state import Account, Object, Retval, State, answer, digest

_PAY_TAGS = frozenset(
    "lmi_payee_purse lmi_payment_no lmi_payment_amount lmi_payment_desc lmi_sim_mode lmi_success_url "
    "lmi_success_method lmi_fail_url lmi_fail_method".split()
)
_X18 = frozenset("wmid lmi_payee_purse lmi_payment_no lmi_payment_no_type sha256".split())
_X20 = frozenset(
    "wmid lmi_payee_purse lmi_payment_no lmi_payment_amount lmi_payment_desc lmi_clientnumber lmi_clientnumber_type "
    "lmi_sms_type lang emulated_flag sha256".split()
)
_CONFIRM = frozenset("wmid lmi_payee_purse lmi_wminvoiceid lmi_clientnumber_code sha256".split())
#: Longest life of a ticket, hours.
LONGEST = 744
Tags = Mapping[str, str]


class Api:
    """``keepers``: e-mail addresses of buyers who have one; None for every address."""

    def __init__(self, state: State, faults: LineFaults, *, accounts: Mapping[str, Account]) -> None:
        self._state, self._faults, self.accounts = state, faults, accounts
        self.requests: list[Object] = []
        self.keepers: set[str] | None = None

    def serve(self, act: Callable[[ElementTree.Element], Response]) -> Callable[[Request], Response]:
        def handle(request: Request) -> Response:
            return self._faults.around(request, lambda: self._answered(request, act))

        return handle

    def _answered(self, request: Request, act: Callable[[ElementTree.Element], Response]) -> Response:
        self.requests.append({"path": request.path, "body": request.body.decode("utf-8", "replace")})
        try:
            if b"<!" in request.body or not request.headers.get("content-type", "").startswith("text/xml"):
                raise Retval(-100, "not XML")
            root = ElementTree.fromstring(request.body)
            if root.tag != "merchant.request":
                raise Retval(-100, "not a request")
            return act(root)
        except ElementTree.ParseError:
            return answer(-100, "not XML")
        except Retval as refusal:
            return refusal.response()

    def state(self, root: ElementTree.Element) -> Response:
        """X18, by the merchant's number."""
        tags = _tags(root, _X18, needed=_X18)
        account = self._account(tags)
        _check(tags["sha256"], account.wmid, account.purse, tags["lmi_payment_no"], account.key)
        if tags["lmi_payment_no_type"] != "1":
            raise Retval(-2, "lmi_payment_no_type")
        with self._state.changing():
            found = [
                each for each in self._state.payments.values()
                if (each["purse"], str(each["number"])) == (account.purse, tags["lmi_payment_no"])
            ]  # fmt: skip
        for wanted in ("paid", "refused", "started"):
            for each in found:
                if each["state"] == wanted:
                    return _operation(each) if wanted == "paid" else answer(13 if wanted == "refused" else 9, wanted)
        return answer(8, "not found")

    def link(self, root: ElementTree.Element) -> Response:
        """X22."""
        parts = {each.tag: each for each in root}
        if parts.keys() != {"signtags", "paymenttags"}:
            raise Retval(-100, "signtags and paymenttags")
        sign = _tags(parts["signtags"], frozenset({"wmid", "validityperiodinhours", "sha256"}))
        needed = frozenset({"lmi_payee_purse", "lmi_payment_no", "lmi_payment_amount", "lmi_payment_desc"})
        own = {each.tag for each in parts["paymenttags"] if not each.tag.startswith("lmi_")}
        tags = _tags(parts["paymenttags"], _PAY_TAGS | own, needed=needed)
        account = self._account({**sign, "lmi_payee_purse": tags["lmi_payee_purse"]})
        hours = sign["validityperiodinhours"]
        _check(sign["sha256"], account.wmid, account.purse, tags["lmi_payment_no"], hours, account.key)
        if not hours.isdigit() or not 0 < int(hours) <= LONGEST:
            raise Retval(-2, "validityperiodinhours")
        payment = self._payment(tags, account) | {
            "ticket": secrets.token_hex(16), "ends": self._state.clock() + 3600 * int(hours), "invoice": "",
            "success": tags.get("lmi_success_url", ""), "fail": tags.get("lmi_fail_url", ""),
            "own": {name: tags[name] for name in own},
        }  # fmt: skip
        with self._state.changing():
            made = self._state.add(payment)
        return answer(0, "", f"<transtoken>{made['ticket']}</transtoken>")

    def request(self, root: ElementTree.Element) -> Response:
        """X20, first step: an invoice in a Keeper."""
        tags = _tags(root, _X20, needed=_X20 - {"emulated_flag", "lang"})
        account = self._account(tags)
        buyer, kind = tags["lmi_clientnumber"], tags["lmi_clientnumber_type"]
        _check(tags["sha256"], account.wmid, account.purse, tags["lmi_payment_no"], buyer, kind, account.x20)
        if kind not in ("0", "1", "2", "4") or tags["lmi_sms_type"] not in ("1", "2", "3", "4"):
            raise Retval(-2, "type")
        if (kind == "2" and "@" not in buyer) or (self.keepers is not None and buyer not in self.keepers):
            raise Retval(35, "no Keeper of this name")
        if tags.get("emulated_flag", "0") not in ("0", "1"):
            raise Retval(-2, "emulated_flag")
        with self._state.changing():
            number = str(555001 + len(self._state.payments))
            payment = self._payment(tags, account) | {"invoice": number, "buyer": buyer, "state": "started"}
            self._state.add(payment | {"ticket": "", "ends": 0, "success": "", "fail": "", "own": {}})
        return answer(
            0, "Pay it in your Keeper.", f'<operation wminvoiceid="{number}"><realsmstype>4</realsmstype></operation>'
        )

    def confirm(self, root: ElementTree.Element) -> Response:
        """X20, second step: look, or give up."""
        tags = _tags(root, _CONFIRM, needed=_CONFIRM)
        account = self._account(tags)
        invoice, code = tags["lmi_wminvoiceid"], tags["lmi_clientnumber_code"]
        _check(tags["sha256"], account.wmid, account.purse, invoice, code, account.x20)
        with self._state.changing():
            found = next((each for each in self._state.payments.values() if each["invoice"] == invoice != ""), None)
            if found is None or found["purse"] != account.purse:
                raise Retval(500, "no such invoice")
            if found["state"] == "paid":
                return _operation(found)
            if found["state"] == "refused":
                raise Retval(554, "refused")
            if code == "-1":
                found["state"] = "refused"
                return answer(0, "given up")
            if code != "0":
                raise Retval(553, "wrong code")
        raise Retval(556, "not paid yet")

    def _account(self, tags: Tags) -> Account:
        account = self.accounts.get(tags["lmi_payee_purse"])
        if account is None or account.wmid != tags["wmid"]:
            raise Retval(1, "Merchant purse not found:1")
        return account

    def _payment(self, tags: Tags, account: Account) -> Object:
        number, amount = tags["lmi_payment_no"], tags["lmi_payment_amount"]
        if not re.fullmatch(r"[1-9][0-9]{0,9}", number) or int(number) >= 2**31:
            raise Retval(-2, "lmi_payment_no")
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", amount) or not float(amount):
            raise Retval(-2, "lmi_payment_amount")
        if not 0 < len(tags["lmi_payment_desc"]) <= 255:
            raise Retval(-2, "lmi_payment_desc")
        return {"purse": account.purse, "number": int(number), "amount": amount, "desc": tags["lmi_payment_desc"]}


def _tags(root: ElementTree.Element, known: frozenset[str], *, needed: frozenset[str] | None = None) -> dict[str, str]:
    tags = {each.tag: (each.text or "") for each in root}
    if len(tags) != len(root) or tags.keys() - known or (known if needed is None else needed) - tags.keys():
        raise Retval(-100, "a tag is missing, unknown or given twice")
    return tags


def _check(theirs: str, *values: Any) -> None:
    if not hmac.compare_digest(digest(*values), theirs):
        raise Retval(-7, "sign not right: PlanStr")


def _operation(payment: Object) -> Response:
    inner = (
        f'<operation wmtransid="{payment["transfer"]}" wminvoiceid="{payment["invoice"] or payment["key"]}">'
        f"<amount>{payment['amount']}</amount><operdate>{payment['paid_at']}</operdate><purpose></purpose>"
        f"<pursefrom>{payment['purse'][0]}210987654321</pursefrom><wmidfrom>109876543210</wmidfrom></operation>"
    )
    return answer(0, "", inner)
