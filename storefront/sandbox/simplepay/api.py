"""``/payment/v2/``: start, query, refund and transactionCancel, signed both ways."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.server import Request, Response
from storefront.sandbox.simplepay import checks
from storefront.sandbox.simplepay.notices import Notices
from storefront.sandbox.simplepay.state import ApiError, Object, State, sign

_PLAIN_SLASH = re.compile(rb"(?<!\\)/")
#: What a query shows of a transaction.
_SHOWN = ("merchant", "orderRef", "transactionId", "status", "currency", "method", "paymentDate", "finishDate")


class Api:
    """``accounts``: (currency, key) by merchant. ``names_refunds``: answers to refunds tell their numbers."""

    def __init__(
        self, state: State, notices: Notices, faults: LineFaults, *, accounts: dict[str, tuple[str, str]], base: str
    ) -> None:
        self._state, self._notices, self._faults, self._base = state, notices, faults, base
        self.accounts = accounts
        self.requests: list[dict[str, Any]] = []
        self.names_refunds = self.cancels = True
        self.signs_with = ""  # another key than the account's
        self._calls = {
            "start": self._start, "query": self._query, "refund": self._refund, "transactionCancel": self._cancel,
        }  # fmt: skip

    def serve(self, request: Request) -> Response:
        return self._faults.around(request, lambda: self._answered(request))

    def _answered(self, request: Request) -> Response:
        name, key, merchant = request.params["name"], "", ""
        if name == "transactionCancel" and not self.cancels:
            return Response("<h1>404 Not Found</h1>", 404)
        try:
            given = _decoded(request.body)
            merchant = str(given.get("merchant") or "")
            if not merchant:
                raise ApiError(5201)
            if merchant not in self.accounts:
                raise ApiError(5010)
            currency, key = self.accounts[merchant]
            self._check_signature(request, key)
            checks.common(name, given)
            self.requests.append({"name": name, **given})
            told = self._calls[name](given, merchant, currency)
        except ApiError as refusal:
            told = {"errorCodes": [refusal.code]} | ({"merchant": merchant} if merchant else {})
        body = json.dumps({"salt": secrets.token_hex(16), **told}, separators=(",", ":")).replace("/", "\\/").encode()
        headers = {"Content-Type": "application/json"} | (
            {"Signature": sign(body, self.signs_with or key)} if key else {}
        )
        return Response(body, headers=headers)

    def _check_signature(self, request: Request, key: str) -> None:
        """A slash as it is makes the real service look at other bytes than were sent."""
        theirs = request.headers.get("signature", "")
        is_good = hmac.compare_digest(sign(request.body, key), theirs) and not _PLAIN_SLASH.search(request.body)
        if not is_good or not request.headers.get("content-type", "").startswith("application/json"):
            raise ApiError(5302)

    def _start(self, given: Mapping[str, Any], merchant: str, currency: str) -> Object:
        asked = checks.opening(given, currency=currency, now=self._state.clock())
        with self._state.changing():
            if any((each["merchant"], each["orderRef"]) == (merchant, asked.order_ref) for each in self._all()):
                raise ApiError(5013)
            number = self._state.next_number()
            self._state.transactions[str(number)] = {
                "merchant": merchant, "orderRef": asked.order_ref, "transactionId": number, "status": "INIT",
                "currency": currency, "total": str(asked.total), "method": None, "paymentDate": self._state.stamp(),
                "begun": self._state.clock(), "ends": asked.ends, "url": asked.url, "email": asked.email,
                "language": asked.language, "token": secrets.token_urlsafe(32), "refunds": [], "resultCode": "",
                "cardMask": "",
            }  # fmt: skip
            made = self._state.transactions[str(number)]
        return {
            "merchant": merchant, "orderRef": asked.order_ref, "currency": currency, "transactionId": number,
            "timeout": given["timeout"], "total": _number(asked.total),
            "paymentUrl": f"{self._base}/trx/{made['token']}",
        }  # fmt: skip

    def _query(self, given: Mapping[str, Any], merchant: str, currency: str) -> Object:
        if "currency" in given:
            checks.check_currency(given, currency)
        refs, numbers, span = checks.wanted(given)
        with self._state.changing():
            found = []
            for each in self._all():
                self._state.lapse(each)
                is_named = each["orderRef"] in refs or each["transactionId"] in numbers
                is_in = span is not None and span[0] <= each["begun"] < span[1]
                if each["merchant"] == merchant and (is_named or is_in):
                    found.append(_shown(each, given))
        return {"merchant": merchant, "transactions": found, "totalCount": len(found)}

    def _refund(self, given: Mapping[str, Any], merchant: str, currency: str) -> Object:
        checks.check_currency(given, currency)
        with self._state.changing():
            paid = self._state.find(merchant, **checks.named(given))
            asked = checks.amount(given.get("refundTotal"), currency, 5106)
            made = self.give_back(paid, asked)
            left = Decimal(paid["total"]) - sum(Decimal(each["refundTotal"]) for each in paid["refunds"])
        told = {
            "merchant": merchant, "orderRef": paid["orderRef"], "currency": currency,
            "transactionId": paid["transactionId"], "refundTotal": _number(asked), "remainingTotal": _number(left),
        }  # fmt: skip
        return told | ({"refundTransactionId": made["transactionId"]} if self.names_refunds else {})

    def give_back(self, paid: Object, asked: Decimal) -> Object:
        """Inside ``changing()``. Raises ApiError."""
        if paid["status"] != "FINISHED":
            raise ApiError(5022)
        done = sum((Decimal(each["refundTotal"]) for each in paid["refunds"]), Decimal(0))
        if asked > Decimal(paid["total"]) - done:
            raise ApiError(5110)
        made = {
            "transactionId": self._state.next_number(), "refundTotal": str(asked), "status": "FINISHED",
            "refundDate": self._state.stamp(),
        }  # fmt: skip
        self._state.counts["refunds"] += 1
        paid["refunds"].append(made)
        self._notices.emit(paid, status="REFUND")
        return made

    def _cancel(self, given: Mapping[str, Any], merchant: str, currency: str) -> Object:
        checks.check_currency(given, currency)
        with self._state.changing():
            found = self._state.find(merchant, **checks.named(given))
            if found["status"] != "INIT":
                raise ApiError({"INPAYMENT": 5015, "FINISHED": 5018}.get(found["status"], 5022))
            found["status"] = "CANCELLED"
        return {"merchant": merchant, "transactionId": found["transactionId"], "status": "CANCELLED"}

    def _all(self) -> list[Object]:
        return list(self._state.transactions.values())


def _decoded(body: bytes) -> Object:
    try:
        given = json.loads(body)
    except ValueError:
        raise ApiError(5321) from None
    if not isinstance(given, dict):
        raise ApiError(5321)
    return given


def _number(amount: Decimal) -> int | float:
    return int(amount) if amount == amount.to_integral() else float(amount)


def _shown(transaction: Object, given: Mapping[str, Any]) -> Object:
    total = Decimal(transaction["total"])
    shown = {name: transaction[name] for name in _SHOWN if transaction.get(name) is not None}
    shown |= {"total": _number(total), "remainingTotal": 0}
    if transaction["resultCode"]:
        shown["resultCode"] = transaction["resultCode"]
    if given.get("detailed") and transaction["cardMask"]:
        shown["cardMask"] = transaction["cardMask"]
    if given.get("refunds") and transaction["refunds"]:
        back = sum(Decimal(each["refundTotal"]) for each in transaction["refunds"])
        shown["refundStatus"] = "FULL" if back == total else "PARTIAL"
        shown["refunds"] = [
            each | {"refundTotal": _number(Decimal(each["refundTotal"]))} for each in transaction["refunds"]
        ]
    return shown
