"""What a charge is for, as providers show it or write it on a receipt."""

from __future__ import annotations

from decimal import Decimal

from storefront.billing.models import Invoice, InvoiceLine, PaymentAttempt
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import money
from storefront.gateways.payments.base import LineItem

#: Sales on which there is no VAT at all, which is another thing than VAT of 0 %.
_WITHOUT = frozenset(
    {
        TaxTreatment.NONE,
        TaxTreatment.EXEMPT,
        TaxTreatment.OUT_OF_SCOPE,
        TaxTreatment.REVERSE_CHARGE,
        TaxTreatment.MERCHANT_OF_RECORD,
    }
)


def lines_of(attempt: PaymentAttempt) -> list[LineItem]:
    """The lines of the invoice; where a part of it has come before, the number of the invoice once for each rate of
    tax. They add up to the amount of the attempt. Of frozen rows only, so that a retry names the same."""
    invoice = attempt.invoice
    lines = list(invoice.lines.all())
    if attempt.amount == invoice.amount:
        return [LineItem(_description(line), line.amount, _rate(invoice, line)) for line in lines]
    sums: dict[Decimal | None, Decimal] = {}
    for line in lines:
        rate = _rate(invoice, line)
        sums[rate] = sums.get(rate, Decimal(0)) + line.amount
    parts = money.allocate(attempt.amount, list(sums.values()), attempt.currency)
    return [LineItem(invoice.number, part, rate) for rate, part in zip(sums, parts, strict=True) if part]


def _description(line: InvoiceLine) -> str:
    return f"{line.quantity} × {line.description}" if line.quantity > 1 else line.description


def _rate(invoice: Invoice, line: InvoiceLine) -> Decimal | None:
    return None if invoice.tax_treatment in _WITHOUT else line.tax_rate
