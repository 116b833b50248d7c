"""The sale behind a payment, where its money goes back or comes again. Called under settle's locks."""

from __future__ import annotations

import logging
from decimal import Decimal

from storefront.billing.models import Allocation, PaymentAttempt
from storefront.billing.services import ledger
from storefront.billing.states import InvoiceStatus

logger = logging.getLogger(__name__)


def paid_goods(payment: PaymentAttempt) -> bool:
    """Whether this very payment's money paid its invoice (else it only went to the personal account)."""
    return Allocation.objects.filter(payment=payment, entry__transaction__invoice_id=payment.invoice_id).exists()


def take_back(payment: PaymentAttempt, amount: Decimal, *, key: str) -> None:
    """So much of the sale is undone; nothing, if the payment paid for none."""
    if paid_goods(payment):
        ledger.take_back(
            customer=payment.invoice.customer, payment=payment, invoice=payment.invoice, amount=amount,
            currency=payment.currency, key=key,
        )  # fmt: skip


def sell_again(payment: PaymentAttempt, amount: Decimal, *, key: str) -> None:
    """The money is there again, and so is the sale; unless the invoice was taken back meanwhile, or the customer owes
    us more than this: then it stays on the personal account."""
    invoice = payment.invoice
    if not paid_goods(payment) or invoice.status != InvoiceStatus.PAID:
        return
    try:
        ledger.debit(
            customer=invoice.customer, invoice=invoice, amount=amount, currency=payment.currency, key=key,
            taken_from=[(payment, amount)],
        )  # fmt: skip
    except ledger.InsufficientBalance:
        logger.warning("payment %s: its money is back, but the customer owes more", payment.pk)
