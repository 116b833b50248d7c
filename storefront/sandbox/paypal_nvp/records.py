"""Transactions after they were made: details, search, refunds, and what happens to them at PayPal."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from storefront.sandbox.paypal_nvp.state import Object, State, new_id
from storefront.sandbox.paypal_nvp.wire import NvpError

REFUND_SECONDS = 180 * 86400
_SEARCHED = {
    "Success": ("Completed", "Refunded", "Partially-Refunded", "Canceled-Reversal"), "Pending": ("Pending",),
    "Denied": ("Denied", "Failed"), "Reversed": ("Reversed",), "Processing": ("In-Progress",),
}  # fmt: skip


def stamp(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Records:
    def __init__(self, state: State, tell: Callable[[Object], None], account: str) -> None:
        self._state, self._tell, self._account = state, tell, account

    def details(self, given: Object) -> Object:
        with self._state.changing() as data:
            found = data["transactions"].get(given["TRANSACTIONID"])
            if found is None:
                raise NvpError("10004", "The transaction id is not valid")
            reply = {
                "RECEIVERID": self._account, "RECEIVEREMAIL": "seller@example.com", "EMAIL": "buyer@example.com",
                "PAYERID": found["payer"], "PAYERSTATUS": "verified", "COUNTRYCODE": "DE", "FIRSTNAME": "Test",
                "LASTNAME": "Buyer", "TRANSACTIONID": found["id"], "TRANSACTIONTYPE": "expresscheckout",
                "PAYMENTTYPE": found["kind"], "ORDERTIME": stamp(found["created"]), "AMT": found["amount"],
                "FEEAMT": found["fee"], "CURRENCYCODE": found["currency"], "PAYMENTSTATUS": found["status"],
                "PENDINGREASON": found["pending"], "REASONCODE": found["reason"], "INVNUM": found["invoice"],
                "CUSTOM": found["custom"],
            }  # fmt: skip
            return reply | ({"PARENTTRANSACTIONID": found["parent"]} if found["parent"] else {})

    def search(self, given: Object) -> Object:
        with self._state.changing() as data:
            found = [each for each in data["transactions"].values() if _is_asked_for(each, given)]
        reply: Object = {}
        for number, each in enumerate(sorted(found, key=lambda each: each["created"], reverse=True)[:100]):
            values = {
                "TRANSACTIONID": each["id"], "TYPE": each["type"], "STATUS": each["status"], "AMT": each["amount"],
                "CURRENCYCODE": each["currency"], "TIMESTAMP": stamp(each["created"]), "TIMEZONE": "GMT",
                "EMAIL": "buyer@example.com", "NAME": "Test Buyer", "FEEAMT": each["fee"],
            }  # fmt: skip
            reply |= {f"L_{name}{number}": value for name, value in values.items()}
        return reply

    def refund(self, given: Object) -> tuple[Object, str]:
        """The refund, and the code of a warning ("" without one)."""
        with self._state.changing() as data:
            answered = data["answers"].get(given.get("MSGSUBID", ""))
            if answered:
                return self._refund_info(self._state.transaction(answered["transaction"])), "11607"
            paid = data["transactions"].get(given["TRANSACTIONID"])
            if paid is None or paid["type"] != "Payment":
                raise NvpError("10004", "The transaction id is not valid")
            amount = self._refundable(paid, given)
            made = self._give(paid, amount)
            if "MSGSUBID" in given:
                data["answers"][given["MSGSUBID"]] = {"token": "", "transaction": made["id"]}
            reply = self._refund_info(made)
        self._tell(made)
        return reply, ""

    def _refundable(self, paid: Object, given: Object) -> Decimal:
        left = Decimal(paid["amount"]) - self._refunded(paid["id"])
        is_full = given["REFUNDTYPE"] == "Full"
        if is_full == ("AMT" in given) or is_full == ("CURRENCYCODE" in given):
            raise NvpError("10004", "The amount goes with a partial refund alone")
        if given.get("CURRENCYCODE", paid["currency"]) != paid["currency"]:
            raise NvpError("10009", "The currency must be that of the transaction")
        is_open = paid["status"] in ("Completed", "Partially-Refunded")
        is_late = self._state.now() - paid["created"] > REFUND_SECONDS
        amount = Decimal(paid["amount"]) if is_full else Decimal(given["AMT"])
        if not is_open or is_late or not 0 < amount <= left:
            raise NvpError("10009")
        return amount

    def _refunded(self, name: str) -> Decimal:
        parts = [each for each in self._state.data["transactions"].values() if each["parent"] == name]
        return -sum((Decimal(each["amount"]) for each in parts if each["status"] != "Failed"), Decimal(0))

    def _give(self, paid: Object, amount: Decimal) -> Object:
        written = f"{amount:.2f}" if "." in paid["amount"] else f"{amount:.0f}"
        made: Object = paid | {
            "id": new_id(), "parent": paid["id"], "type": "Refund", "amount": f"-{written}", "status": "Completed",
            "pending": "none", "reason": "refund", "fee": "0.00", "created": self._state.now(),
        }  # fmt: skip
        self._state.data["transactions"][made["id"]] = made
        self._state.data["counts"]["refunds"] += 1
        paid["status"] = "Refunded" if self._refunded(paid["id"]) == Decimal(paid["amount"]) else "Partially-Refunded"
        return made

    def _refund_info(self, made: Object) -> Object:
        gross = made["amount"].lstrip("-")
        return {
            "REFUNDTRANSACTIONID": made["id"], "GROSSREFUNDAMT": gross, "FEEREFUNDAMT": "0.00", "NETREFUNDAMT": gross,
            "TOTALREFUNDEDAMOUNT": str(self._refunded(made["parent"])), "CURRENCYCODE": made["currency"],
            "REFUNDSTATUS": "Delayed" if made["status"] == "Pending" else "Instant", "PENDINGREASON": made["pending"],
        }  # fmt: skip

    # What happens at PayPal.

    def refund_there(self, name: str, amount: str | None = None) -> str:
        """The seller gives money back in their account there. Returns the refund's id."""
        with self._state.changing():
            paid = self._state.transaction(name)
            asked = {"REFUNDTYPE": "Partial", "AMT": amount or paid["amount"], "CURRENCYCODE": paid["currency"]}
            made = self._give(paid, self._refundable(paid, asked))
        self._tell(made)
        return str(made["id"])

    def change(self, name: str, *, status: str, reason: str = "None", pending: str = "none") -> None:
        """A payment moves on: Completed, Denied, Reversed, Canceled-Reversal ..."""
        with self._state.changing():
            found = self._state.transaction(name)
            self._state.data["counts"]["charges"] += found["status"] == "Pending" and status == "Completed"
            found.update(status=status, reason=reason, pending=pending)
        self._tell(found)

    def tamper(self, name: str, **changes: Any) -> None:
        """Make a transaction say something else than what was asked for."""
        with self._state.changing():
            found = self._state.transaction(name)
            if unknown := changes.keys() - found.keys():
                raise ValueError(f"cannot tamper with {', '.join(unknown)}")
            found.update(changes)


def _is_asked_for(each: Object, given: Object) -> bool:
    kind = {"Refund": "Refund", "Received": "Payment"}.get(given.get("TRANSACTIONCLASS", ""))
    return (
        given["STARTDATE"] <= stamp(each["created"]) <= given.get("ENDDATE", "9999")
        and given.get("INVNUM", each["invoice"]) == each["invoice"]
        and given.get("TRANSACTIONID", each["id"]) == each["id"]
        and kind in (None, each["type"])
        and ("STATUS" not in given or each["status"] in _SEARCHED[given["STATUS"]])
    )
