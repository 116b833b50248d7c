"""Callbacks: by POST or GET, with a checksum (HMAC or RSA) or none, tried three times a minute apart."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from storefront.sandbox.postman import Postman
from storefront.sandbox.sberbank.state import Object, State

LATER = (60, 120)
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Sberbank callback (sandbox)"}
CHECKSUMS = frozenset({"hmac", "rsa", "none"})


@dataclass
class Mode:
    """How callbacks are sent, and what goes wrong with them. ``hold``: kept until they are released; ``drop``: never
    sent; ``forged``: signed with another key; ``extra``: fields that the cabinet adds."""

    checksum: str = "hmac"
    by_get: bool = False
    hold: bool = False
    drop: bool = False
    forged: bool = False
    copies: int = 1
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.checksum not in CHECKSUMS:
            raise ValueError(f"one of {sorted(CHECKSUMS)}")


class Callbacks(Postman):
    """``sent``: every callback, tried or not."""

    def __init__(self, state: State, *, key: str, url: str, checksum: str) -> None:
        super().__init__(lambda: state.clock(), url=url, later=LATER, is_taken=lambda _letter, it: it.status == 200)
        self._state, self._key = state, key
        self._normal = checksum
        self.mode = Mode(checksum=checksum)
        self.private_key: rsa.RSAPrivateKey | None = None
        self.sent: list[Object] = []

    def about_order(self, order: Object, operation: str, is_done: bool) -> None:
        fields = {
            "mdOrder": order["_id"],
            "orderNumber": order["orderNumber"],
            "operation": operation,
            "status": str(int(is_done)),
            "amount": str(order["amount"]),
            "callbackCreationDate": self._stamp(),
        }
        self._emit(fields, order["_id"], operation)

    def about_binding(self, binding: Object, operation: str) -> None:
        fields = {"bindingId": binding["bindingId"], "clientId": binding["clientId"], "operation": operation}
        self._emit(fields, binding["bindingId"], operation)

    def forget(self) -> None:
        super().forget()
        self.mode = Mode(checksum=self._normal)
        self.sent.clear()

    def _emit(self, fields: dict[str, str], about: str, operation: str) -> None:
        body = urlencode(self.signed(fields | self.mode.extra))
        self.sent.append({"about": about, "operation": operation, "body": body})
        if not self.mode.drop:
            self.send(
                body.encode(), {} if self.mode.by_get else _FORM, as_query=self.mode.by_get, hold=self.mode.hold,
                copies=self.mode.copies, about=about, operation=operation,
            )  # fmt: skip

    def signed(self, fields: dict[str, str]) -> dict[str, str]:
        text = "".join(f"{name};{value};" for name, value in sorted(fields.items())).encode()
        if self.mode.checksum == "none":
            return fields
        if self.mode.checksum == "hmac":
            key = "a-key-of-nobody" if self.mode.forged else self._key
            return fields | {"checksum": hmac.new(key.encode(), text, hashlib.sha256).hexdigest().upper()}
        own = None if self.mode.forged else self.private_key
        private = own or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return fields | {"checksum": private.sign(text, padding.PKCS1v15(), hashes.SHA512()).hex().upper()}

    def _stamp(self) -> str:
        return f"{int(self._state.clock() * 1000)}-{len(self.sent)}"
