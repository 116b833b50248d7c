"""The records of sales taxed in the consumer's country, one row for each invoice that was paid, also if all of it
has gone back since, with what showed that country.

A seller in the One Stop Shop keeps them for ten years and hands them over on request: Implementing Regulation (EU)
282/2011, Article 63c (https://eur-lex.europa.eu/eli/reg_impl/2011/282/2022-07-01).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from storefront.billing import review_values
from storefront.billing.models import Invoice, LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import location_evidence
from storefront.billing.states import InvoiceStatus
from storefront.billing.tax import TaxFacts
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import money
from storefront.core.instants import day_of
from storefront.core.money import MoneySum
from storefront.core.spans import Span


def heads() -> list[str]:
    return [
        _("Date"), _("Invoice"), _("Country"), _("Description"), _("Rate"), _("Currency"), _("Net"), _("Tax"),
        _("Gross"), _("Given back"), _("Evidence"),
    ]  # fmt: skip


def rows(span: Span) -> Iterator[list[Any]]:
    """By the day of payment; what was given back since is of today. Amounts in major units."""
    invoices = Invoice.objects.filter(
        status__in=(InvoiceStatus.PAID, InvoiceStatus.REFUNDED), tax_treatment=TaxTreatment.DESTINATION,
        paid_at__gte=span.start, paid_at__lt=span.end,
    )  # fmt: skip
    left = _left(invoices)
    found = invoices.order_by("paid_at", "pk").prefetch_related("lines", "location_evidence")
    for invoice in found.iterator(chunk_size=500):
        lines, currency = list(invoice.lines.all()), invoice.currency
        known = location_evidence.packed(location_evidence.pieces(invoice))
        yield [
            day_of(invoice.paid_at or invoice.issued_at), invoice.number, TaxFacts.from_json(invoice.tax_facts).country,
            "; ".join(line.description for line in lines), lines[0].tax_rate.normalize(), currency,
            *(money.quantize(amount, currency) for amount in (invoice.net, invoice.tax, invoice.amount)),
            money.quantize(invoice.amount - left.get(invoice.pk, invoice.amount), currency),
            review_values.evidence(known),
        ]  # fmt: skip


def _left(invoices: QuerySet[Invoice]) -> dict[int, Any]:
    """What of each is sold still, by the ledger; one query."""
    sales = LedgerEntry.objects.filter(account__kind=AccountKind.SALES, transaction__invoice__in=invoices)
    return dict(sales.order_by().values_list("transaction__invoice").annotate(left=MoneySum("amount")))
