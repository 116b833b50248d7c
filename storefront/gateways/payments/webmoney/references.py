"""How a payment is known: WebMoney knows a number alone, so the rest is carried in our reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from storefront.gateways.errors import Declined, NotFound
from storefront.gateways.payments.requests import StartRequest
from storefront.gateways.payments.webmoney.purses import written

_REFERENCE = re.compile(
    r"(?P<number>[1-9][0-9]{0,9})\.(?P<ours>[A-Za-z0-9_-]{1,40})\.(?P<closes>[0-9]{10})\.(?P<currency>USD|EUR)"
    r"(?P<amount>[0-9]{1,9}\.[0-9]{2})(\.(?P<invoice>[0-9]{1,18}))?",
    re.ASCII,
)
_NUMBER = re.compile(r"[^0-9]*(?P<number>[1-9][0-9]{0,9})", re.ASCII)
#: LMI_PAYMENT_NO is less than this.
_TOO_LARGE = 2**31


@dataclass(frozen=True, slots=True)
class Reference:
    """``number``: LMI_PAYMENT_NO; ``amount`` in major units; ``closes_at``: aware UTC; ``invoice``: WebMoney's number
    of one in the Keeper, "" without."""

    number: int
    ours: str
    closes_at: datetime
    currency: str
    amount: Decimal
    invoice: str = ""

    def __str__(self) -> str:
        closes = int(self.closes_at.timestamp())
        text = f"{self.number}.{self.ours}.{closes}.{self.currency}{written(self.amount)}"
        return f"{text}.{self.invoice}" if self.invoice else text


def reference(text: str) -> Reference:
    """Raises NotFound for what is no reference of ours."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise NotFound("not a reference of a WebMoney payment")
    closes = datetime.fromtimestamp(int(match["closes"]), UTC)
    amount, invoice = Decimal(match["amount"]), match["invoice"] or ""
    return Reference(int(match["number"]), match["ours"], closes, match["currency"], amount, invoice)


def of(request: StartRequest) -> Reference:
    """For a new payment. Its number is that of the attempt, which ends its idempotency key (``payment-<id>``)."""
    match = _NUMBER.fullmatch(request.idempotency_key)
    if match is None or int(match["number"]) >= _TOO_LARGE:
        raise Declined("no payment number below 2^31 in the key", code="number")
    return Reference(
        int(match["number"]),
        request.our_reference,
        request.expires_at.replace(microsecond=0),
        request.currency,
        request.amount,
    )
