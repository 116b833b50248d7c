"""What a payment paid for, when its money goes back or comes again. Called under settle's locks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from storefront.billing.models import Allocation, Invoice, LedgerEntry, Payment
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger, line_shares
from storefront.billing.services.line_shares import ByLine
from storefront.billing.states import InvoiceStatus
from storefront.core.money import MoneySum

logger = logging.getLogger(__name__)
_NOTHING = Decimal(0)


@dataclass(slots=True)
class Sale:
    """What one invoice took of a payment, major units: ``sold`` at first, ``left`` after what was taken back."""

    invoice: Invoice
    sold: Decimal = _NOTHING
    left: Decimal = _NOTHING


def sales_of(payment: Payment) -> list[Sale]:
    """The invoices a payment paid for, whole or in part, the latest first."""
    allocations = Allocation.objects.filter(payment=payment).select_related("entry__transaction__invoice")
    sales: dict[int, Sale] = {}
    for allocation in allocations:
        movement = allocation.entry.transaction
        invoice = movement.invoice
        if invoice is None:  # no purchase
            continue
        sale = sales.setdefault(invoice.pk, Sale(invoice))
        sale.left += allocation.amount
        if movement.key == f"invoice-{invoice.pk}":  # else it was sold again
            sale.sold += allocation.amount
    reversals = LedgerEntry.objects.filter(
        transaction__payment=payment, transaction__kind="purchase_reversed", account__kind=AccountKind.SALES
    )
    for invoice_id, amount in reversals.values_list("transaction__invoice_id", "amount"):
        sales[invoice_id].left += amount  # below zero
    return sorted(sales.values(), key=lambda sale: -sale.invoice.pk)


def take_back(
    payment: Payment,
    amount: Decimal,
    *,
    key: str,
    first: Sequence[tuple[Invoice, Decimal]] = (),
    lines: ByLine | None = None,
) -> None:
    """Undo sales before ``amount`` goes back to the buyer: first those that the refund was decided about (``first``,
    with how much of each), then what was never spent, then the latest sale. ``lines``: what it was decided to take of
    lines."""
    sales = sales_of(payment)
    parts: dict[int, Decimal] = {sale.invoice.pk: _NOTHING for sale in sales}
    unspent = _unspent(payment, sales)

    def take(sale: Sale, most: Decimal) -> None:
        nonlocal amount
        part = min(most, amount, sale.left - parts[sale.invoice.pk])
        if part > 0:
            parts[sale.invoice.pk] += part
            amount -= part

    for invoice, most in first:
        for sale in sales:
            if sale.invoice.pk == invoice.pk:
                take(sale, most)
    amount -= unspent
    for sale in sales:
        take(sale, amount)
    for sale in sales:
        if parts[sale.invoice.pk] > 0:
            part = parts[sale.invoice.pk]
            moved = ledger.take_back(
                customer=payment.customer, payment=payment, invoice=sale.invoice, amount=part,
                currency=payment.currency, key=_key(key, sale, sales),
            )  # fmt: skip
            line_shares.write(moved, -part, lines or {})


def is_all_taken_back(invoice: Invoice) -> bool:
    """Whether nothing of what an invoice sold is left, by whichever payments it was paid."""
    entries = LedgerEntry.objects.filter(transaction__invoice=invoice, account__kind=AccountKind.SALES)
    return not entries.aggregate(sum=MoneySum("amount"))["sum"]


def sell_again(payment: Payment, amount: Decimal, *, key: str, lines: ByLine | None = None) -> None:
    """``amount`` is on the personal account again, and so are the sales it had paid for. ``lines``: what had been taken
    of lines.

    It stays there where the invoice was taken back meanwhile or the customer owes us more than this.
    """
    sales = sales_of(payment)
    for sale in sales:
        part = min(amount, sale.sold - sale.left)
        if part <= 0 or sale.invoice.status != InvoiceStatus.PAID:
            continue
        try:
            moved = ledger.debit(
                customer=payment.customer, invoice=sale.invoice, amount=part, currency=payment.currency,
                key=_key(key, sale, sales), taken_from=[(payment, part)],
            )  # fmt: skip
            line_shares.write(moved, part, lines or {})
        except ledger.InsufficientBalance:
            logger.warning("payment %s: its money is back, but the customer owes more", payment.pk)
        amount -= part


def unspent(payment: Payment) -> Decimal:
    """What of the payment bought nothing and was not given back, major units."""
    return _unspent(payment, sales_of(payment))


def _unspent(payment: Payment, sales: list[Sale]) -> Decimal:
    """What of the payment lies on the personal account."""
    entries = LedgerEntry.objects.filter(transaction__payment=payment, account__kind=AccountKind.CUSTOMER)
    came = entries.exclude(transaction__kind__in=("purchase", "purchase_reversed"))
    total = came.aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
    return max(_NOTHING, total - sum((sale.left for sale in sales), _NOTHING))


def _key(key: str, sale: Sale, sales: list[Sale]) -> str:
    return key if len(sales) == 1 else f"{key}-{sale.invoice.pk}"
