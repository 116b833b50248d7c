"""What follows from an invoice that is paid, open again or void."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from storefront.billing.models import Invoice
from storefront.billing.signals import invoice_paid, invoice_reopened, invoice_voided
from storefront.billing.transfers.models import ProofStatus, ProvisionalEnd
from storefront.billing.transfers.services import awaiting, proofs, provisional


@receiver(invoice_paid, dispatch_uid="transfers.paid")
def paid(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    proofs.decide_all(invoice, ProofStatus.CREDITED, by=None)
    provisional.finish(invoice, ProvisionalEnd.PAID)


@receiver(invoice_reopened, dispatch_uid="transfers.reopened")
def reopened(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    provisional.resume(invoice)
    proofs.wait_again(invoice)


@receiver(invoice_voided, dispatch_uid="transfers.voided")
def voided(sender: Any, *, invoice: Invoice, **kwargs: Any) -> None:
    """What waited is decided without a mail of its own. What took its place is paid as the old one was to be."""
    if newer := Invoice.objects.filter(replaces=invoice).first():
        awaiting.move(invoice, newer)
    proofs.decide_all(invoice, ProofStatus.REFUSED, by=None, reason=invoice.void_reason)
    provisional.finish(invoice, ProvisionalEnd.TAKEN_BACK)
