"""Whose bank account a bank transfer came from: where its money may go back to."""

from __future__ import annotations

from django.db.models import QuerySet

from storefront.billing.models import Invoice, Payment
from storefront.billing.services import refund_payees
from storefront.billing.services.refund_payees import Payee
from storefront.billing.transfers.models import BankTransfer, TransferStatus


def of_invoice(invoice: Invoice) -> Payee | None:
    """The payer of the latest transfer that paid for an invoice, as the bank named them; None without an account."""
    return _payee(BankTransfer.objects.filter(shares__invoice=invoice, shares__is_undone=False))


def of_payment(payment: Payment) -> Payee | None:
    """The same of a payment."""
    return _payee(BankTransfer.objects.filter(shares__payment=payment))


def _payee(transfers: QuerySet[BankTransfer]) -> Payee | None:
    rows = transfers.filter(status=TransferStatus.BOOKED).exclude(payer_account="")
    transfer = rows.order_by("-value_on", "-pk").first()
    if transfer is None:
        return None
    return Payee(transfer.payer_name[:140], refund_payees.compacted(transfer.payer_account)[:34])
