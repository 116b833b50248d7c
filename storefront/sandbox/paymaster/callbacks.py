"""Callbacks: unsigned JSON, sent to the address that came with the payment or the token."""

from __future__ import annotations

import json
from dataclasses import dataclass

from storefront.sandbox.paymaster.state import Object, State
from storefront.sandbox.postman import Postman

#: Seconds after the first try; how often PayMaster tries is not documented.
LATER = (60, 300, 1800, 7200)
_HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "PayMaster (sandbox)"}


@dataclass
class Mode:
    """What goes wrong with callbacks. ``hold``: kept until they are released; ``drop``: never sent; ``mark``: they
    begin with a byte order mark, as some of PayMaster's do."""

    hold: bool = False
    drop: bool = False
    copies: int = 1
    mark: bool = True


class Callbacks(Postman):
    """``sent``: every callback, tried or not. All go to the address that was told last."""

    def __init__(self, state: State) -> None:
        super().__init__(lambda: state.clock(), url="", later=LATER, is_taken=lambda _letter, it: it.status == 200)
        self.mode = Mode()
        self.sent: list[Object] = []

    def emit(self, url: str, message: Object) -> None:
        body = ("\ufeff" if self.mode.mark else "") + json.dumps(message, ensure_ascii=False)
        self.sent.append({"about": message["id"], "status": message["status"], "url": url, "body": body})
        if url and not self.mode.drop:
            self.url = url
            self.send(
                body.encode(), _HEADERS, hold=self.mode.hold, copies=self.mode.copies, id=message["id"],
                about=message["status"],
            )  # fmt: skip

    def forget(self) -> None:
        super().forget()
        self.mode = Mode()
        self.sent.clear()
