"""Notifications (IPN): sent until they are answered with the right receipt, or for two days."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

from storefront.sandbox.twocheckout.signing import Pairs, is_receipt, sign_message
from storefront.sandbox.twocheckout.state import Object, State

#: Seconds after the first try: two within five minutes, four at steps of 15 minutes, then hourly for two days.
LATER = (120, 300, *(300 + 900 * n for n in range(1, 5)), *(3900 + 3600 * n for n in range(1, 47)))
PATIENCE = 10.0
PAUSE = 0.05


@dataclass
class Mode:
    """What goes wrong with notifications. ``hold``: kept until they are released; ``drop``: never sent; ``forged``:
    signed with another key; ``without``: a field that is not ticked in the account."""

    hold: bool = False
    drop: bool = False
    forged: bool = False
    copies: int = 1
    without: str = ""


@dataclass
class _Letter:
    pairs: Pairs
    began: float
    tries: int = 0


class Postman:
    """Sends in a thread of its own, by the state's clock."""

    def __init__(self, state: State, *, key: str, url: str) -> None:
        self._state, self.key, self.url = state, key, url
        self.mode = Mode()
        self.sent: list[Object] = []  # every notification, tried or not
        self.deliveries: list[dict[str, Any]] = []
        self._waiting: list[_Letter] = []
        self._held: list[_Letter] = []
        self._change = threading.Condition()
        self._busy = self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def emit(self, order: Object, status: str, total: Decimal) -> None:
        pairs = [pair for pair in self._pairs(order, status, total) if pair[0] != self.mode.without]
        signed = sign_message(pairs, "a-key-of-nobody" if self.mode.forged else self.key)
        signed = [pair for pair in signed if pair[0] != self.mode.without]
        self.sent.append({"status": status, "number": order["RefNo"], "body": urlencode(signed)})
        if self.mode.drop or not self.url:
            return
        letters = [_Letter(signed, self._state.clock()) for _ in range(self.mode.copies)]
        with self._change:
            (self._held if self.mode.hold else self._waiting).extend(letters)
            self._change.notify_all()

    def release(self, *, order: str = "normal", copies: int = 1) -> int:
        """Send what was held, in this order, backwards or shuffled; how many there were."""
        with self._change:
            held, self._held = self._held, []
            if order != "normal":
                held.reverse() if order == "reverse" else random.shuffle(held)
            self._waiting.extend(_Letter(each.pairs, each.began) for each in held for _ in range(copies))
            self._change.notify_all()
        return len(held)

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is due."""
        with self._change:
            return self._change.wait_for(lambda: not self._due() and not self._busy, timeout)

    def forget(self) -> None:
        with self._change:
            self._waiting, self._held, self.mode = [], [], Mode()
        self.sent.clear()
        self.deliveries.clear()

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

    def _due(self) -> list[_Letter]:
        now = self._state.clock()
        return [each for each in self._waiting if now >= each.began + (0, *LATER)[each.tries]]

    def _run(self) -> None:
        while not self._stopped:
            with self._change:
                due = self._due()
                if not due:
                    self._change.wait(PAUSE)
                    continue
                self._waiting = [each for each in self._waiting if each not in due]
                self._busy = True
            for letter in due:
                self._deliver(letter)
            with self._change:
                self._busy = False
                self._change.notify_all()

    def _deliver(self, letter: _Letter) -> None:
        status, answer = self._post(urlencode(letter.pairs).encode())
        taken = status == 200 and is_receipt(answer, letter.pairs, self.key)
        letter.tries += 1
        told = dict(letter.pairs)
        self.deliveries.append({"status": status, "order": told["REFNO"], "about": told["ORDERSTATUS"], "taken": taken})
        if not taken and letter.tries <= len(LATER):
            with self._change:
                self._waiting.append(letter)

    def _post(self, body: bytes) -> tuple[int, str]:
        """One try; 0 if there was no answer."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=PATIENCE)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "2Checkout IPN (sandbox)"}
        try:
            connection.request("POST", parts.path or "/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()
