"""Notifications (IPN): sent until they are answered with the right receipt, or for two days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode

from storefront.sandbox.postman import Answer, Letter, Postman
from storefront.sandbox.twocheckout.signing import is_receipt, sign_message
from storefront.sandbox.twocheckout.state import Object, State

#: Seconds after the first try: two within five minutes, four at steps of 15 minutes, then hourly for two days.
LATER = (120, 300, *(300 + 900 * n for n in range(1, 5)), *(3900 + 3600 * n for n in range(1, 47)))
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "2Checkout IPN (sandbox)"}


@dataclass
class Mode:
    """What goes wrong with notifications. ``hold``: kept until they are released; ``drop``: never sent; ``forged``:
    signed with another key; ``without``: a field that is not ticked in the account."""

    hold: bool = False
    drop: bool = False
    forged: bool = False
    copies: int = 1
    without: str = ""


class Notifier(Postman):
    """``sent``: every notification, tried or not."""

    def __init__(self, state: State, *, key: str, url: str) -> None:
        super().__init__(lambda: state.clock(), url=url, later=LATER, is_taken=self._has_receipt)
        self._state, self.key = state, key
        self.mode = Mode()
        self.sent: list[Object] = []

    def emit(self, order: Object, status: str, total: Decimal) -> None:
        pairs = [pair for pair in self._pairs(order, status, total) if pair[0] != self.mode.without]
        signed = sign_message(pairs, "a-key-of-nobody" if self.mode.forged else self.key)
        signed = [pair for pair in signed if pair[0] != self.mode.without]
        body = urlencode(signed)
        self.sent.append({"status": status, "number": order["RefNo"], "body": body})
        if not self.mode.drop:
            self.send(
                body.encode(),
                _HEADERS,
                hold=self.mode.hold,
                copies=self.mode.copies,
                order=order["RefNo"],
                about=status,
            )

    def forget(self) -> None:
        super().forget()
        self.mode = Mode()
        self.sent.clear()

    def _has_receipt(self, letter: Letter, answer: Answer) -> bool:
        pairs = parse_qsl(letter.body.decode(), keep_blank_values=True)
        return answer.status == 200 and is_receipt(answer.body.decode("utf-8", "replace"), pairs, self.key)

    def _pairs(self, order: Object, status: str, total: Decimal) -> Iterator[tuple[str, str]]:
        now = datetime.fromtimestamp(self._state.clock(), UTC).strftime("%Y%m%d%H%M%S")
        yield "SALEDATE", order["OrderDate"]
        yield "REFNO", order["RefNo"]
        yield "REFNOEXT", order["ExternalReference"]
        yield "ORDERNO", str(order["OrderNo"])
        yield "ORDERSTATUS", status
        yield "PAYMETHOD", "Visa/MasterCard"
        yield "FIRSTNAME", "Жанна"
        yield "LASTNAME", "Doe"
        yield "COMPANY", ""
        yield "CUSTOMEREMAIL", order["BillingDetails"]["Email"]
        for item in order["Items"]:
            yield "IPN_PID[]", item["LineItemReference"]
        for item in order["Items"]:
            yield "IPN_PNAME[]", item["ProductDetails"]["Name"]
        yield "CURRENCY", order["Currency"].upper()
        yield "IPN_TOTALGENERAL", f"{total:.2f}"
        yield "IPN_DATE", now
        yield "FRAUD_STATUS", "APPROVED" if order["ApproveStatus"] == "OK" else "UNDER REVIEW"
        yield "CHARGEBACK_RESOLUTION", order["ChargebackResolution"]
        yield "TEST_ORDER", str(int(order["PaymentDetails"]["Type"] == "TEST"))
