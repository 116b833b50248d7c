"""The tax of an invoice in words, as pages and mails show it above the total."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from django.utils import translation

from storefront.billing.models import Invoice, InvoiceLine
from storefront.billing.tax import TaxFacts, TaxSummary, summary_of
from storefront.core.language import nearest_language
from storefront.core.money import TaxedAmount
from storefront.notifications.mails import MailTax


class MailTaxes(TypedDict):
    """Fields of a mail with a total (``mails.MailTax``)."""

    tax_rows: list[MailTax]
    tax_note: str


def of_invoice(invoice: Invoice, lines: Iterable[InvoiceLine] | None = None) -> TaxSummary:
    """In the active language; ``lines`` are the invoice's, if they are read."""
    rate = None
    if invoice.tax:
        rates = {line.tax_rate for line in (invoice.lines.all() if lines is None else lines)}
        rate = rates.pop() if len(rates) == 1 else None
    facts = TaxFacts.from_json(invoice.tax_facts)
    return summary_of(invoice.tax_treatment, facts, TaxedAmount(invoice.net, invoice.tax, rate))


def for_mail(invoice: Invoice) -> MailTaxes:
    """In the language of the invoice."""
    with translation.override(nearest_language(invoice.language)):
        found = of_invoice(invoice)
    return {"tax_rows": [MailTax(name=name, amount=amount) for name, amount in found.rows], "tax_note": found.note}
