"""Tax in templates: ``{% load taxes %}``."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from storefront.billing.models import Invoice, InvoiceLine
from storefront.billing.tax import TaxFacts, TaxSummary, summary_of
from storefront.core.money import TaxedAmount

register = template.Library()


@register.simple_tag
def tax_of(invoice: Invoice, lines: Iterable[InvoiceLine] | None = None) -> TaxSummary:
    """``{% tax_of invoice as tax %}``: rows and a note for the total; ``lines`` are the invoice's, if they are read."""
    rate = None
    if invoice.tax:
        rates = {line.tax_rate for line in (invoice.lines.all() if lines is None else lines)}
        rate = rates.pop() if len(rates) == 1 else None
    facts = TaxFacts.from_json(invoice.tax_facts)
    return summary_of(invoice.tax_treatment, facts, TaxedAmount(invoice.net, invoice.tax, rate))
