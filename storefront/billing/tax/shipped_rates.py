"""The standard VAT rates of the EU's member states and their regions that come with the shop, as of 2026.

Source: European Commission, Taxes in Europe Database (TEDB), https://ec.europa.eu/taxation_customs/tedb/ , and the
Commission's list of earlier rates. Rates of other countries are the seller's to add.
"""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "eu_standard_rates.csv"


def rows() -> list[dict[str, Any]]:
    """The fields of ``TaxRate`` of each row."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [
            {
                "country": row["country"],
                "region": row["region"],
                "rate": Decimal(row["rate"]),
                "valid_from": date.fromisoformat(row["valid_from"]),
                "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            }
            for row in csv.DictReader(lines)
        ]


def load(tax_rate: Any) -> int:
    """Add the rates of places that have none; what staff wrote is left as it is. Returns how many rows were added.

    ``tax_rate``: the model, in a migration that of its time, which may know no regions.
    """
    if "region" in {field.name for field in tax_rate._meta.get_fields()}:
        return _add(tax_rate, rows(), "country", "region")
    without = [{name: value for name, value in row.items() if name != "region"} for row in rows() if not row["region"]]
    return _add(tax_rate, without, "country")


def load_regions(tax_rate: Any) -> int:
    """As ``load``, but of regions alone."""
    return _add(tax_rate, [row for row in rows() if row["region"]], "country", "region")


def _add(tax_rate: Any, shipped: list[dict[str, Any]], *place: str) -> int:
    known = set(tax_rate.objects.values_list(*place))
    missing = [tax_rate(**row) for row in shipped if tuple(row[name] for name in place) not in known]
    tax_rate.objects.bulk_create(missing)
    return len(missing)
