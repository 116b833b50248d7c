"""Which bank account money may go back to: the one that a bank transfer came from, or the last one of the customer."""

from __future__ import annotations

from django.db.models import QuerySet

from storefront.billing.models import Invoice, Payment, RefundPayout
from storefront.billing.services import refund_payees
from storefront.billing.services.refund_payees import Payee
from storefront.billing.transfers.models import BankTransfer, TransferStatus


def of_invoice(invoice: Invoice) -> Payee | None:
    """The payer of the latest transfer that paid for an invoice, as the bank named them; None without an account."""
    return _payee(BankTransfer.objects.filter(shares__invoice=invoice, shares__is_undone=False))


def known(invoice: Invoice) -> Payee | None:
    """The account that a refund of an invoice may go to: of whoever paid it by bank transfer, else of the customer's
    last payout, as long as it is kept whole; None where none is known."""
    return of_invoice(invoice) or _of_last_payout(invoice)


def _of_last_payout(invoice: Invoice) -> Payee | None:
    payouts = RefundPayout.objects.filter(refund__payment__customer=invoice.customer_id)
    last = payouts.order_by("-refund__created_at", "-pk").first()
    return Payee(last.holder, last.account, last.bank) if last and not last.is_masked else None


def of_payment(payment: Payment) -> Payee | None:
    """The same of a payment."""
    return _payee(BankTransfer.objects.filter(shares__payment=payment))


def _payee(transfers: QuerySet[BankTransfer]) -> Payee | None:
    rows = transfers.filter(status=TransferStatus.BOOKED).exclude(payer_account="")
    transfer = rows.order_by("-value_on", "-pk").first()
    if transfer is None:
        return None
    return Payee(transfer.payer_name[:140], refund_payees.compacted(transfer.payer_account)[:34])
