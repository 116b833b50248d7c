"""How a buyer pays elsewhere: at a cash desk, a cash machine or their own bank, with what the provider gave them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Detail(StrEnum):
    """What the buyer needs there."""

    ENTITY = "entity"
    REFERENCE = "reference"
    NUMBER = "number"
    HOLDER = "holder"  # of the account to send the money to
    IBAN = "iban"
    BIC = "bic"
    AMOUNT_LEFT = "amount_left"  # with its currency, where a part has come already


@dataclass(frozen=True, slots=True)
class PaymentInstructions:
    """``method``: the provider's short word for the way to pay ("multibanco"). ``url``: the provider's page with the
    voucher, "" if there is none. ``pay_until``: aware UTC; None if it does not lapse by itself."""

    method: str
    url: str = ""
    pay_until: datetime | None = None
    details: Mapping[Detail, str] = field(default_factory=dict)
