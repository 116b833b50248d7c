"""What paying for one line of an invoice grants: the contract between checkout, billing and licensing.

Frozen when the order is placed, read when its money comes. ``InvoiceLine.license_terms`` is this class; nobody else
reads or writes the JSON it is stored as.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

#: ``LicenseTerms.change``: what becomes of the unused time of another license type.
NOW, LATER = "now", "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseTerms:
    """The license that a line grants or extends. Texts are in the language of the order.

    ``portal_address``: the portal the buyer named; ``extends_license``: the public id of the license they chose to
    extend; "" where there is none. ``change`` is the buyer's choice if the license has unused time of another type:
    NOW converts it into time of this type, LATER (and "", not asked) lets this one follow. ``prices`` are those of
    this license type when the order was placed, by months, in the invoice's currency. ``effect`` is what the buyer was
    told the line does, "" on lines from before it was said.
    """

    software_id: int
    product_title: str
    plan_id: int
    plan_code: str
    plan_name: str
    months: int
    binding_kind: str
    bitrix24_app_code: str = ""
    portal_address: str = ""
    extends_license: str = ""
    starts_at_payment: bool = False
    change: str = ""
    prices: Mapping[int, Decimal] = field(default_factory=dict)
    effect: str = ""

    def to_json(self) -> dict[str, Any]:
        """What the JSON column stores."""
        prices = {str(months): str(amount) for months, amount in sorted(self.prices.items())}
        return asdict(self) | {"prices": prices}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LicenseTerms:
        """The opposite of ``to_json``. A field that the line was frozen without gets its default, one that we no
        longer know is ignored."""
        known = {each.name: data[each.name] for each in fields(cls) if each.name in data}
        prices = {int(months): Decimal(amount) for months, amount in data.get("prices", {}).items()}
        return cls(**known | {"prices": prices})
