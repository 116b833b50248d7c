"""Charges of auto payment, and what their money paid for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from storefront.billing.auto_top_ups.needs import LineNeeded, lines_of
from storefront.billing.models import Allocation, AutoTopUpCharge, Invoice
from storefront.users.models import User

#: So many of the newest are shown; all of them are among the payments.
SHOWN = 24


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """``lines``: what it was planned for; ``spent``: invoices that its money paid, with how much of it."""

    charge: AutoTopUpCharge
    lines: list[LineNeeded]
    spent: list[tuple[Invoice, Decimal]]


def of(customer: User, currency: str) -> list[ChargeRow]:
    """The newest first. Two queries."""
    rows = AutoTopUpCharge.objects.filter(auto_top_up__customer=customer, auto_top_up__currency=currency)
    charges = list(rows.select_related("auto_top_up", "invoice").order_by("-pk")[:SHOWN])
    spent = _spent([charge.invoice_id for charge in charges if charge.invoice_id])
    return [ChargeRow(each, lines_of(each), spent.get(each.invoice_id, [])) for each in charges]


def _spent(invoice_ids: list[int]) -> dict[int | None, list[tuple[Invoice, Decimal]]]:
    """By the invoice of the advance payment."""
    sums: dict[tuple[int, Invoice], Decimal] = defaultdict(Decimal)
    rows = Allocation.objects.filter(payment__attempt__invoice__in=invoice_ids)
    for each in rows.select_related("entry__transaction__invoice", "payment__attempt").order_by("pk"):
        invoice = each.entry.transaction.invoice
        if invoice is not None and each.payment.attempt is not None:
            sums[each.payment.attempt.invoice_id, invoice] += each.amount
    found: dict[int | None, list[tuple[Invoice, Decimal]]] = defaultdict(list)
    for (paid_by, invoice), amount in sums.items():
        if amount > 0:
            found[paid_by].append((invoice, amount))
    return found
