"""What a payment paid for, when its money goes back or comes again. Called under settle's locks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from storefront.billing.models import Allocation, Invoice, LedgerEntry, LedgerTransaction, Payment
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger, line_shares
from storefront.billing.services.line_shares import ByLine
from storefront.billing.states import InvoiceStatus
from storefront.core.money import MoneySum

logger = logging.getLogger(__name__)
#: Which transactions of the ledger pay an invoice, first or anew; others sell again what had been taken back.
SALE = {"kind": "purchase", "key__startswith": "invoice-"}
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
    last = _last_keys(payment)
    sales: dict[int, Sale] = {}
    for allocation in allocations:
        movement = allocation.entry.transaction
        invoice = movement.invoice
        if invoice is None:  # no purchase
            continue
        sale = sales.setdefault(invoice.pk, Sale(invoice))
        sale.left += allocation.amount
        if movement.key == last.get(invoice.pk):  # else it was sold again, or that sale was undone
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
    return not sold_now(invoice)


def sold_now(invoice: Invoice) -> Decimal:
    """What an invoice has sold, less what was taken back, major units."""
    entries = LedgerEntry.objects.filter(transaction__invoice=invoice, account__kind=AccountKind.SALES)
    total: Decimal = entries.aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
    return total


def times_sold(invoice: Invoice) -> int:
    """How often an invoice was paid: more than once only if a payment turned out not to be for it (``reopening``)."""
    return LedgerTransaction.objects.filter(invoice=invoice, **SALE).count()


def key_of(invoice: Invoice, number: int) -> str:
    """The key of the ledger's transaction by which an invoice was paid for the ``number``-th time, from 1 on."""
    return f"invoice-{invoice.pk}" if number < 2 else f"invoice-{invoice.pk}-{number}"


def next_key(invoice: Invoice) -> str:
    """The key of the sale that pays a locked invoice: of one that is paid it is that of the sale that did it."""
    return key_of(invoice, times_sold(invoice) + (invoice.status == InvoiceStatus.OPEN))


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


def _last_keys(payment: Payment) -> dict[int | None, str]:
    """By invoice, the key of the sale by which it was paid last, for those that the payment has paid."""
    mine = LedgerTransaction.objects.filter(entries__allocations__payment=payment).values("invoice")
    sold = LedgerTransaction.objects.filter(invoice__in=mine, **SALE).order_by("pk")
    return dict(sold.values_list("invoice", "key"))


def _key(key: str, sale: Sale, sales: list[Sale]) -> str:
    return key if len(sales) == 1 else f"{key}-{sale.invoice.pk}"
