"""Express Checkout: tokens, what their buyers do with them, and the payments they become."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from storefront.sandbox.paypal_nvp.state import Object, State, new_id
from storefront.sandbox.paypal_nvp.wire import NvpError

P = "PAYMENTREQUEST_0_"
MOST_ATTEMPTS = 10
#: How a buyer may pay -> what becomes of the payment: its status and why it is pending.
FUNDING = {"balance": ("Completed", "none"), "echeck": ("Pending", "echeck"), "review": ("Pending", "paymentreview")}
DECLINED = "declined"
#: Amount in hundredths that provokes its own code, where the account tests failures.
TRIGGERS = ("10001", "10412", "10415", "10416", "10417", "10422", "10445", "10486", "10755")
Tell = Callable[[Object], None]


class Payments:
    """``tell`` sends a message about a transaction. ``account``: the receiving account."""

    def __init__(self, state: State, tell: Tell, account: str) -> None:
        self._state, self._tell, self._account = state, tell, account
        self.is_testing_failures = False

    def set(self, given: Object) -> Object:
        self._provoke(given, only=("10755",))
        with self._state.changing() as data:
            name = f"EC-{new_id()}"
            data["counts"]["set"] += 1
            data["tokens"][name] = {
                "name": name, "created": self._state.now(), "closed": False, "asked": given, "payer": "", "funding": "",
                "status": "PaymentActionNotInitiated", "transaction": "", "attempts": 0,
            }  # fmt: skip
        return {"TOKEN": name}

    def get(self, given: Object) -> Object:
        with self._state.changing():
            token = self._known(given["TOKEN"])
            asked = token["asked"]
            reply = {
                "TOKEN": token["name"], "CHECKOUTSTATUS": token["status"], "AMT": asked[f"{P}AMT"],
                "CURRENCYCODE": asked[f"{P}CURRENCYCODE"],
            }  # fmt: skip
            kept = (
                "AMT",
                "CURRENCYCODE",
                "ITEMAMT",
                "TAXAMT",
                "SHIPPINGAMT",
                "HANDLINGAMT",
                "INVNUM",
                "CUSTOM",
                "DESC",
            )
            reply |= {f"{P}{name}": asked[f"{P}{name}"] for name in kept if f"{P}{name}" in asked}
            if token["payer"]:
                reply |= _person() | {"PAYERID": token["payer"]}
            if token["transaction"]:
                reply[f"{P}TRANSACTIONID"] = token["transaction"]
            return reply

    def do(self, given: Object) -> tuple[Object, str]:
        """The payment, and the code of a warning ("" without one)."""
        with self._state.changing() as data:
            token = self._known(given["TOKEN"])
            answered = data["answers"].get(given.get("MSGSUBID", ""))
            if answered and answered["token"] == token["name"]:
                return self._info(self._state.transaction(answered["transaction"])), "11607"
            self._check(token, given)
            token["attempts"] += 1
            code = self._refusal(token, given)
            if code:
                token["status"] = "PaymentActionFailed"
        if code:
            raise NvpError(code)
        with self._state.changing() as data:
            paid = self._pay(token, given)
            if "MSGSUBID" in given:
                data["answers"][given["MSGSUBID"]] = {"token": token["name"], "transaction": paid["id"]}
            reply = self._info(paid)
        self._tell(paid)
        return reply, ""

    def approve(self, name: str, funding: str = "balance") -> str:
        """What a buyer does on the page; the address they are sent back to, "" if the page is closed."""
        if funding not in (*FUNDING, DECLINED):
            raise ValueError(f"unknown funding {funding!r}")
        with self._state.changing():
            token = self._state.token(name)
            if self._state.is_expired(token) or token["transaction"]:
                return ""
            token.update(payer=token["payer"] or new_id(13), funding=funding, status="PaymentActionNotInitiated")
            back = str(token["asked"]["RETURNURL"])
            return f"{back}{'&' if '?' in back else '?'}token={name}&PayerID={token['payer']}"

    def _known(self, name: str) -> Object:
        token: Object | None = self._state.data["tokens"].get(name)
        if token is None:
            raise NvpError("10410")
        if self._state.is_expired(token):
            raise NvpError("10411")
        return token

    def _check(self, token: Object, given: Object) -> None:
        """What is refused before anything is tried."""
        if token["transaction"]:
            raise NvpError("10415")
        if token["attempts"] >= MOST_ATTEMPTS:
            raise NvpError("10416")
        if not token["payer"]:
            raise NvpError("10485")
        if given["PAYERID"] != token["payer"]:
            raise NvpError("10406")
        if given[f"{P}CURRENCYCODE"] != token["asked"][f"{P}CURRENCYCODE"]:
            raise NvpError("10444")
        invoice = given.get(f"{P}INVNUM")
        if invoice and any(each["invoice"] == invoice for each in self._state.data["transactions"].values()):
            raise NvpError("10412")

    def _refusal(self, token: Object, given: Object) -> str:
        if token["funding"] == DECLINED:
            return "10486"
        try:
            self._provoke(given, only=TRIGGERS)
        except NvpError as provoked:
            return provoked.code
        return ""

    def _provoke(self, given: Object, *, only: tuple[str, ...]) -> None:
        code = str(given[f"{P}AMT"]).replace(".", "")
        if self.is_testing_failures and code in only:
            raise NvpError(code)

    def _pay(self, token: Object, given: Object) -> Object:
        data = self._state.data
        status, pending = FUNDING[token["funding"]]
        amount = Decimal(given[f"{P}AMT"])
        paid: Object = {
            "id": new_id(), "parent": "", "type": "Payment", "token": token["name"], "payer": token["payer"],
            "amount": given[f"{P}AMT"], "currency": given[f"{P}CURRENCYCODE"], "status": status, "pending": pending,
            "reason": "None", "fee": f"{amount * Decimal('0.03'):.2f}", "created": self._state.now(),
            "invoice": given.get(f"{P}INVNUM") or token["asked"].get(f"{P}INVNUM", ""),
            "custom": given.get(f"{P}CUSTOM") or token["asked"].get(f"{P}CUSTOM", ""),
            "notify": given.get(f"{P}NOTIFYURL") or token["asked"].get(f"{P}NOTIFYURL", ""),
            "kind": "echeck" if token["funding"] == "echeck" else "instant",
        }  # fmt: skip
        data["transactions"][paid["id"]] = paid
        data["counts"]["charges"] += status == "Completed"
        token.update(transaction=paid["id"], status="PaymentActionCompleted")
        return paid

    def _info(self, paid: Object) -> Object:
        info = {
            "TRANSACTIONID": paid["id"], "TRANSACTIONTYPE": "expresscheckout", "PAYMENTTYPE": paid["kind"],
            "AMT": paid["amount"], "FEEAMT": paid["fee"], "CURRENCYCODE": paid["currency"], "ERRORCODE": "0",
            "PAYMENTSTATUS": paid["status"], "PENDINGREASON": paid["pending"], "REASONCODE": paid["reason"],
            "SECUREMERCHANTACCOUNTID": self._account, "ACK": "Success",
        }  # fmt: skip
        return {f"PAYMENTINFO_0_{name}": value for name, value in info.items()} | {"TOKEN": paid["token"]}


def _person() -> Object:
    return {
        "EMAIL": "buyer@example.com", "PAYERSTATUS": "verified", "FIRSTNAME": "Test", "LASTNAME": "Buyer",
        "COUNTRYCODE": "DE",
    }  # fmt: skip
