"""The buy link: the page that a buyer is sent to, with what it is to sell, signed by us. Nobody is asked for it.

https://verifone.cloud/docs/2checkout/Documentation/07Commerce/2Checkout-ConvertPlus/ConvertPlus_Buy-Links_Parameters
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode

from storefront.gateways.errors import Declined, NotFound
from storefront.gateways.payments.base import LineItem, StartRequest
from storefront.gateways.payments.twocheckout import signatures
from storefront.gateways.payments.twocheckout.limits import LIMITS, written

#: Longer addresses are cut by some browsers and do not fit the column that keeps them.
LONGEST = 1900
_REFERENCE = re.compile(
    r"(?P<ours>[A-Za-z0-9_-]{1,40})\.(?P<closes>[0-9]{10})\.(?P<currency>[A-Z]{3})(?P<amount>[0-9]{1,12}(\.[0-9]{2})?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference that a link carries (``order-ext-ref``), and every order made through it: ours, and what 2Checkout
    does not know of a link before an order is made through it. ``amount`` in major units; ``closes_at``: aware UTC."""

    ours: str
    closes_at: datetime
    currency: str
    amount: Decimal

    def __str__(self) -> str:
        closes = int(self.closes_at.timestamp())
        return f"{self.ours}.{closes}.{self.currency}{written(self.amount, self.currency)}"


def reference(text: str) -> Reference:
    """Raises NotFound for what is no reference of ours."""
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise NotFound("not a reference of a buy link")
    closes_at = datetime.fromtimestamp(int(match["closes"]), UTC)
    return Reference(match["ours"], closes_at, match["currency"], Decimal(match["amount"]))


def is_ours(text: str) -> bool:
    """Whether an order carries it because it was made through a link of ours; others may use the account as well."""
    return _REFERENCE.fullmatch(text) is not None


def link(request: StartRequest, *, base: str, merchant: str, word: str, is_live: bool) -> tuple[Reference, str]:
    """The reference and the address of the page for ``request``; the same for the same request.

    Raises ``Declined`` where the amount is beyond ``LIMITS`` or the lines do not add up to it.
    """
    if problem := LIMITS.problem(request.amount, request.currency):
        raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
    if request.lines and sum(line.amount for line in request.lines) != request.amount:
        raise Declined("the lines do not add up to the amount", code="invalid_amount")
    carried = Reference(request.our_reference, request.expires_at, request.currency, request.amount)
    unsigned = {"merchant": merchant, "dynamic": "1", "language": request.language.partition("-")[0].lower()}
    if not is_live:
        unsigned["test"] = "1"
    if LIMITS.takes_email(request.customer_email):
        unsigned["email"] = request.customer_email
    for lines in (_shown(request), [_total(request)]):
        signed = _signed(request, lines, str(carried))
        address = f"{base}/checkout/buy?{urlencode(unsigned | signed)}&signature={signatures.of_link(signed, word)}"
        if len(address) <= LONGEST:
            break
    return carried, address


def _signed(request: StartRequest, lines: Sequence[LineItem], carried: str) -> dict[str, str]:
    """All that a buyer must not change. Several products: their values in the same order, joined by ``;``."""
    return {
        "currency": request.currency,
        "prod": ";".join(_name(line.description or request.description or "-") for line in lines),
        "price": ";".join(written(line.amount, request.currency) for line in lines),
        "qty": ";".join("1" for _line in lines),
        "type": ";".join("PRODUCT" for _line in lines),
        "tangible": ";".join("0" for _line in lines),
        "order-ext-ref": carried,
        "return-url": request.return_url,
        "return-type": "redirect",
        "expiration": str(int(request.expires_at.timestamp())),
    }


def _name(text: str) -> str:
    return " ".join(text.replace(";", ",").split())[: LIMITS.longest_line_name]


def _shown(request: StartRequest) -> Sequence[LineItem]:
    """The lines, if each can be one product of its own; the total alone otherwise."""
    if 0 < len(request.lines) <= LIMITS.most_lines and all(line.amount > 0 for line in request.lines):
        return request.lines
    return [_total(request)]


def _total(request: StartRequest) -> LineItem:
    return LineItem(request.description, request.amount)
