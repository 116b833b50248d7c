"""The records of sales taxed in the consumer's country, one row for each time that an invoice was paid, also if all of
it has gone back since or the payment was undone, with what showed that country.

A seller in the One Stop Shop keeps them for ten years and hands them over on request: Implementing Regulation (EU)
282/2011, Article 63c (https://eur-lex.europa.eu/eli/reg_impl/2011/282/2022-07-01).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from storefront.billing import review_values
from storefront.billing.models import Invoice, LedgerEntry, LedgerTransaction
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import location_evidence, sales
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
    taxed = Invoice.objects.filter(tax_treatment=TaxTreatment.DESTINATION)
    paid = taxed.filter(
        status__in=(InvoiceStatus.PAID, InvoiceStatus.REFUNDED), paid_at__gte=span.start, paid_at__lt=span.end
    )
    left = _left(paid)
    found = paid.order_by("paid_at", "pk").prefetch_related("lines", "location_evidence")
    for invoice in found.iterator(chunk_size=500):
        given_back = invoice.amount - left.get(invoice.pk, invoice.amount)
        yield _row(invoice, day_of(invoice.paid_at or invoice.issued_at), given_back)
    undone = _undone(taxed, span)
    again = Invoice.objects.prefetch_related("lines", "location_evidence").in_bulk([pk for pk, _at in undone])
    for pk, at in undone:
        yield _row(again[pk], day_of(at), again[pk].amount)


def _row(invoice: Invoice, day: date, given_back: Decimal) -> list[Any]:
    lines, currency = list(invoice.lines.all()), invoice.currency
    known = location_evidence.packed(location_evidence.pieces(invoice))
    return [
        day, invoice.number, TaxFacts.from_json(invoice.tax_facts).country,
        "; ".join(line.description for line in lines), lines[0].tax_rate.normalize(), currency,
        *(money.quantize(amount, currency) for amount in (invoice.net, invoice.tax, invoice.amount)),
        money.quantize(given_back, currency), review_values.evidence(known),
    ]  # fmt: skip


def _undone(taxed: QuerySet[Invoice], span: Span) -> list[tuple[int, datetime]]:
    """Invoices whose payment of that time turned out not to be for them (``services.reopening``), with that time."""
    sold = LedgerTransaction.objects.filter(**sales.SALE, invoice__in=taxed)
    later = sold.filter(invoice=OuterRef("invoice"), pk__gt=OuterRef("pk"))
    is_over = Exists(later) | ~Q(invoice__status__in=(InvoiceStatus.PAID, InvoiceStatus.REFUNDED))
    found = sold.filter(is_over, created_at__gte=span.start, created_at__lt=span.end).order_by("pk")
    return [(pk, at) for pk, at in found.values_list("invoice_id", "created_at") if pk is not None]


def _left(invoices: QuerySet[Invoice]) -> dict[int, Any]:
    """What of each is sold still, by the ledger; one query."""
    sales = LedgerEntry.objects.filter(account__kind=AccountKind.SALES, transaction__invoice__in=invoices)
    return dict(sales.order_by().values_list("transaction__invoice").annotate(left=MoneySum("amount")))
