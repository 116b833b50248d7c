"""The row of one attempt: what the provider opened for it is noted, or it ends unpaid."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.models import Payment
from storefront.billing.services import orders
from storefront.billing.services.locking import lock_payment
from storefront.billing.states import OPEN_PAYMENT, PAYMENT_TRANSITIONS, PaymentStatus
from storefront.core import clock, states
from storefront.gateways.payments.base import StartedPayment


def close(payment_id: int, status: PaymentStatus, *, failure_code: str = "", unless_opened: bool = False) -> Payment:
    """An open attempt ends unpaid; the order may be paid anew. A row that is open no more is left as it is, and
    ``unless_opened`` leaves one alone that a twin of this call has opened at the provider."""
    with transaction.atomic(durable=True):
        payment = lock_payment(payment_id)
        is_opened = payment.provider_reference is not None
        if payment.status in OPEN_PAYMENT and not (unless_opened and is_opened):
            states.apply(
                payment, status, table=PAYMENT_TRANSITIONS, failure_code=failure_code[:100], next_check_at=None
            )
            orders.follow_attempts(payment.invoice)
    return payment


def opened(payment_id: int, started: StartedPayment) -> Payment:
    """Note what the provider opened. Of two callers with one key both hear the same; the second finds it noted.

    Nothing but the payment's own row changes, so nothing else is locked.
    """
    with transaction.atomic(durable=True):
        payment = states.lock(Payment(pk=payment_id))
        noted = ["provider_reference", "redirect_url", "expires_at"] if payment.provider_reference is None else []
        if noted:
            payment.provider_reference = started.provider_reference
            payment.redirect_url = started.redirect_url
            payment.expires_at = started.expires_at or payment.expires_at
        if payment.status == PaymentStatus.CREATED:
            news = {name: getattr(payment, name) for name in noted}
            states.apply(payment, PaymentStatus.PENDING, table=PAYMENT_TRANSITIONS, **news)
        elif noted:
            # Given up meanwhile: the worker closes what was opened after all.
            payment.next_check_at = clock.now()
            payment.save(update_fields=[*noted, "next_check_at"])
    return payment
