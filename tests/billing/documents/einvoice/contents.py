"""Contents of documents for tests, worked out as the shop does: prices include the tax, tax is taken out of the sum of
each rate and shared by its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from storefront.billing.documents.content import Content, ContentLine, DocumentKind, Party, TaxCategory, TaxGroup
from storefront.core import money

SELLER = Party(
    name="Beispiel Software GmbH",
    address=("Hauptstr. 1",),
    postcode="10115",
    city="Berlin",
    country="DE",
    vat_id="DE136695976",
    registration_number="HRB 12345",
    iban="DE89 3704 0044 0532 0130 00",
    bic="COBADEFFXXX",
    email="office@beispiel.example",
)
BUYER = Party(
    name="Klient OÜ", address=("Tee 1",), postcode="10111", city="Tallinn", country="EE", email="k@klient.example"
)
COMPANY = {"vat_id": "EE100931558"}
REASONS = {
    TaxCategory.REVERSE_CHARGE: ("Reverse charge", "VATEX-EU-AE"),
    TaxCategory.EXEMPT: ("Exempt from tax", ""),
    TaxCategory.EXPORT: ("Supply outside the EU", "VATEX-EU-G"),
    TaxCategory.OUT_OF_SCOPE: ("Not subject to VAT", "VATEX-EU-O"),
}


@dataclass(frozen=True)
class Sold:
    """A line of a cart: what is paid for it, and what was taken off."""

    gross: Decimal
    rate: Decimal = Decimal(19)
    quantity: int = 1
    discount: Decimal = Decimal(0)
    category: TaxCategory = TaxCategory.STANDARD


def sold(gross: str, rate: str = "19", **more: Any) -> Sold:
    return Sold(Decimal(gross), Decimal(rate), **more)


def content(lines: Sequence[Sold], *, currency: str = "EUR", changes: Mapping[str, Any] | None = None) -> Content:
    """An invoice for these lines; ``changes`` to the content at the end."""
    rows = _rows(lines, currency)
    groups = tuple(_group(category, rate, rows) for category, rate in dict.fromkeys((r.category, r.rate) for r in rows))
    net, tax = sum((row.net for row in rows), Decimal(0)), sum((row.tax for row in rows), Decimal(0))
    values: dict[str, Any] = {
        "kind": DocumentKind.INVOICE,
        "number": "INV-2026-000042",
        "issued_on": date(2026, 11, 29),
        "languages": ("en",),
        "currency": currency,
        "seller": SELLER,
        "payer": BUYER,
        "lines": tuple(rows),
        "tax_groups": groups,
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "due": net + tax,
        "supplied_on": date(2026, 11, 29),
        "due_on": date(2026, 12, 13),
        "order_number": "100042",
        "payment_method": "transfer",
        "notes": ("Thank you.",),
    }
    return Content(**values | dict(changes or {}))


def _rows(lines: Sequence[Sold], currency: str) -> list[ContentLine]:
    net: dict[int, tuple[Decimal, Decimal]] = {}
    for rate in dict.fromkeys(line.rate for line in lines):
        of_rate = [at for at, line in enumerate(lines) if line.rate == rate]
        taxed = money.split_tax([lines[at].gross for at in of_rate], rate, currency)
        net |= {at: (amount.net, amount.tax) for at, amount in zip(of_rate, taxed, strict=True)}
    return [
        ContentLine(
            position=at + 1,
            description=f"Product {at + 1}, 12 months",
            quantity=Decimal(line.quantity),
            net_before_discount=net[at][0] + line.discount,
            discount=line.discount,
            net=net[at][0],
            tax=net[at][1],
            gross=line.gross,
            rate=line.rate,
            category=line.category,
        )
        for at, line in enumerate(lines)
    ]


def _group(category: TaxCategory, rate: Decimal, rows: Sequence[ContentLine]) -> TaxGroup:
    lines = [row for row in rows if (row.category, row.rate) == (category, rate)]
    reason, code = REASONS.get(category, ("", ""))
    net, tax = sum((row.net for row in lines), Decimal(0)), sum((row.tax for row in lines), Decimal(0))
    return TaxGroup(category=category, rate=rate, net=net, tax=tax, reason=reason, reason_code=code)
