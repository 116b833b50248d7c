"""How an invoice is taxed becomes the category, reason and code that its documents name, and these keep EN 16931."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from storefront.billing.documents.building import lines
from storefront.billing.documents.building.taxes import taxed_as
from storefront.billing.documents.einvoice import making
from storefront.billing.models import Invoice, InvoiceLine
from tests.billing.documents.einvoice.contents import BUYER, SELLER, content, sold


@pytest.mark.parametrize(
    ("treatment", "rate", "vat_id", "category", "code"),
    [
        ("standard", "19", "DE136695976", "S", ""),
        ("none", "19", "", "S", ""),  # of an earlier release
        ("standard", "0", "DE136695976", "Z", ""),
        ("reverse_charge", "0", "DE136695976", "AE", "VATEX-EU-AE"),
        ("exempt", "0", "DE136695976", "E", ""),
        ("out_of_scope", "0", "DE136695976", "G", "VATEX-EU-G"),
        ("out_of_scope", "0", "", "O", "VATEX-EU-O"),
        ("none", "0", "", "O", "VATEX-EU-O"),
        ("none", "0", "DE136695976", "E", ""),
    ],
)
def test_a_treatment_becomes_a_category_that_the_standard_allows(
    treatment: str, rate: str, vat_id: str, category: str, code: str
) -> None:
    gross, percent = Decimal("119.00"), Decimal(rate)
    net = gross * 100 / (100 + percent)
    row = InvoiceLine(
        position=1, description="License", quantity=1, list_amount=gross, net=net, tax=gross - net, amount=gross,
        tax_rate=percent,
    )  # fmt: skip
    invoice = Invoice(tax_treatment=treatment, seller={"vat_id": vat_id}, net=net, tax=gross - net, amount=gross)
    taxed = taxed_as(invoice, [row])
    assert (taxed.category, taxed.reason_code) == (category, code)
    assert bool(taxed.reason) == (category not in ("S", "Z"))

    printed = lines.content_lines([row], "EUR", taxed)
    changes = {
        "seller": replace(SELLER, vat_id=vat_id or ("DE136695976" if category == "S" else "")),
        "payer": replace(BUYER, vat_id="EE100931558") if category == "AE" else BUYER,
        "lines": printed, "tax_groups": lines.tax_groups(printed, taxed),
    }  # fmt: skip
    making.make(content([sold("119.00", rate)], changes=changes))
