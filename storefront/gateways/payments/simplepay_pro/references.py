"""The order id of a payment, all of ours that simplepay.pro keeps: our key and name of it, and when it closes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from storefront.gateways.errors import Declined
from storefront.gateways.payments.requests import StartRequest

_ORDER = re.compile(r"(?P<key>[A-Za-z0-9-]{1,40})\.(?P<ours>[A-Za-z0-9_-]{1,40})\.(?P<closes>[0-9]{10})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """``closes_at``: aware UTC."""

    ours: str
    closes_at: datetime


def of(request: StartRequest) -> str:
    """Raises ``Declined`` for a key or name that does not fit."""
    text = f"{request.idempotency_key}.{request.our_reference}.{int(request.expires_at.timestamp())}"
    if _ORDER.fullmatch(text) is None:
        raise Declined("no order id can be made of the key", code="order_id")
    return text


def read(text: str) -> Reference | None:
    """None for what is no order id of ours."""
    match = _ORDER.fullmatch(text)
    return Reference(match["ours"], datetime.fromtimestamp(int(match["closes"]), UTC)) if match else None
