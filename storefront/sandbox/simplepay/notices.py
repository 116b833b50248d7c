"""Messages (IPN): sent until the very message comes back with the time of its receipt, signed; else again hourly."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from storefront.sandbox.postman import Answer, Letter, Postman
from storefront.sandbox.simplepay.state import Object, State, sign

#: Seconds after the first try: hourly for two days.
LATER = tuple(3600 * n for n in range(1, 49))


@dataclass
class Mode:
    """``hold``: kept until they are released; ``drop``: never sent; ``forged``: signed with another key."""

    hold: bool = False
    drop: bool = False
    forged: bool = False
    copies: int = 1


class Notices(Postman):
    """``sent``: every message, tried or not. ``verdicts``: what SimplePay's log says of each answer."""

    def __init__(self, state: State, *, keys: Mapping[str, str], url: str) -> None:
        super().__init__(lambda: state.clock(), url=url, later=LATER, is_taken=self._is_confirmed)
        self._state, self.keys = state, keys
        self.mode = Mode()
        self.sent: list[Object] = []
        self.verdicts: list[str] = []

    def emit(self, transaction: Object, *, status: str) -> None:
        told = {
            "salt": secrets.token_hex(16), "orderRef": transaction["orderRef"], "method": "CARD",
            "merchant": transaction["merchant"], "finishDate": self._state.stamp(),
            "paymentDate": transaction["paymentDate"], "transactionId": transaction["transactionId"], "status": status,
        }  # fmt: skip
        body = json.dumps(told, separators=(",", ":")).encode()
        key = "a-key-of-nobody-at-all" if self.mode.forged else self.keys[transaction["merchant"]]
        self.sent.append({"status": status, "orderRef": transaction["orderRef"], "body": body.decode()})
        if not self.mode.drop:
            headers = {"Content-Type": "application/json; charset=utf-8", "Signature": sign(body, key)}
            self.send(
                body, headers, hold=self.mode.hold, copies=self.mode.copies, order=transaction["orderRef"], about=status
            )

    def forget(self) -> None:
        super().forget()
        self.mode = Mode()
        self.sent.clear()
        self.verdicts.clear()

    def _is_confirmed(self, letter: Letter, answer: Answer) -> bool:
        verdict = self._verdict(letter, answer)
        self.verdicts.append(verdict)
        return verdict == "OK"

    def _verdict(self, letter: Letter, answer: Answer) -> str:
        if answer.status != 200:
            return f"HTTP {answer.status}"
        theirs = answer.headers.get("signature", "")
        if not theirs:
            return "NO_SIGNATURE"
        key = self.keys[json.loads(letter.body)["merchant"]]
        if not hmac.compare_digest(sign(answer.body, key), theirs):
            return "BAD_SIGNATURE"
        date = re.escape(b',"receiveDate":"') + rb'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"'
        same = re.fullmatch(re.escape(letter.body[:-1]) + date + rb"\}", answer.body)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        return "OK" if same and is_json else "CONTENTNOTMATCH"
