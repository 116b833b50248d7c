"""What mails about orders are put together from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLine:
    """One line of an order: what, how many, its amount, and what it does to licenses."""

    description: str
    quantity: int
    amount: Decimal
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTax:
    """A row above the total: the sum without tax, or a tax with its rate."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLicense:
    """``valid_until`` is None before the license's time has begun; ``state_text`` says what happens with it now."""

    number: str
    product: str
    plan: str
    valid_until: datetime | None
    state_text: str
