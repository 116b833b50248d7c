"""Invoices of zero: paid as soon as they are issued, without a provider, in the same way as by money."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from storefront.billing import signals
from storefront.billing.models import FreeOrder, FreeOrderCause, Invoice, ReviewItem
from storefront.billing.services import orders
from storefront.billing.services.locking import lock_invoice
from storefront.billing.services.payments import close_paid
from storefront.billing.states import INVOICE_TRANSITIONS, InvoiceStatus
from storefront.core import clock, sentences, states
from storefront.core.sentences import Sentence
from storefront.users.models import User


class NotFree(ValueError):
    """The invoice asks, or asked, for money: only a payment settles it, only a refund takes it back."""


def settle(*, invoice: Invoice, cause: FreeOrderCause, reference: str) -> Invoice:
    """Mark an invoice of zero as paid: order, licenses and mails follow in the caller's transaction, or none of it.

    ``cause`` and ``reference`` (a voucher's code, an offer's name) say why nothing is to be paid; they are kept for
    good. Idempotent. Raises NotFree for any other amount, TransitionError for an invoice that is void.
    """
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        if locked.amount != 0:
            raise NotFree(locked.number)
        if locked.status == InvoiceStatus.OPEN:
            FreeOrder.objects.create(invoice=locked, cause=cause, reference=reference[:200])
        close_paid(locked, payment=None)
    return locked


def take_back(*, invoice: Invoice, by: User, reason: str) -> ReviewItem:
    """Take back what an invoice of zero gave: its licenses end as after a refund; no money moves.

    Noted in the review list as resolved, with who did it and why. Idempotent: a second call returns the first note.
    Raises NotFree for an invoice that was paid with money, ValueError without a reason, TransitionError for one
    that is not paid.
    """
    if not reason.strip():
        raise ValueError("say why")
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        if locked.amount != 0:
            raise NotFree(locked.number)
        if states.apply(locked, InvoiceStatus.REFUNDED, table=INVOICE_TRANSITIONS):
            orders.set_status(order=locked.order, status=orders.REFUNDED)
            signals.invoice_refunded.send(sender=Invoice, invoice=locked, payment=None)
        now = clock.now()
        told = Sentence(
            _("The licenses of %(invoice)s, for which nothing was paid, were taken back."), {"invoice": locked.number}
        )
        item, _is_new = ReviewItem.objects.get_or_create(
            key=f"free-taken-back:{locked.number}",
            defaults={
                "kind": "free_taken_back",
                "invoice": locked,
                "detail": told.text % told.values,
                "sentences": sentences.kept([told]),
                "created_at": now,
                "resolved_at": now,
                "resolved_by": by,
                "resolution": reason.strip(),
            },
        )
    return item
