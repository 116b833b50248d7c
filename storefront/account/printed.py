"""The sheet of an invoice that a browser prints, from the snapshot taken when it was issued."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from storefront.account import rows
from storefront.billing import payer_fields
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.tax import TaxFacts, TaxReason, TaxTreatment, wording


@dataclass(frozen=True, slots=True)
class TaxRow:
    """All lines of one rate, in percent of ``net``."""

    rate: Decimal
    net: Decimal
    tax: Decimal


def context(invoice: Invoice) -> dict[str, Any]:
    """What the template prints; ``invoice`` with its lines, as ``billing.queries`` loads it."""
    payer = PayerDetails.from_json(invoice.payer)
    return {
        "row": rows.invoice_row(invoice),
        "invoice": invoice,
        "payer": payer,
        "payer_country": payer_fields.country_name(payer.country) if payer.country else "",
        "payer_numbers": _numbers(payer),
        "tax_rows": tax_rows(invoice) if invoice.tax else [],
        "tax_reason": _tax_reason(invoice),
    }


def tax_rows(invoice: Invoice) -> list[TaxRow]:
    """The sums of each rate, in the order of the lines; all add up to the invoice's."""
    found: dict[Decimal, TaxRow] = {}
    for line in invoice.lines.all():
        sums = found.get(line.tax_rate, TaxRow(line.tax_rate, Decimal(0), Decimal(0)))
        found[line.tax_rate] = TaxRow(line.tax_rate, sums.net + line.net, sums.tax + line.tax)
    return list(found.values())


def _tax_reason(invoice: Invoice) -> str:
    """Why there is no tax, where the invoice knows: a shop that charges none at all says nothing."""
    facts = TaxFacts.from_json(invoice.tax_facts)
    if invoice.tax_treatment == TaxTreatment.NONE and facts.reason != TaxReason.ADVANCE_PAYMENT:
        return ""
    return wording.sentence(invoice.tax_treatment, facts)


def _numbers(payer: PayerDetails) -> list[tuple[str, str]]:
    vat = [(payer_fields.vat_name(payer.country), payer.vat_id)] if payer.vat_id else []
    return [*vat, *payer_fields.printed_numbers(payer)]
