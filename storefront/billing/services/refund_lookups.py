"""Refunds whose outcome nobody has told us: looked for at the provider, else left to staff."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from storefront.billing.gateway_registry import gateway, keeps_refund_keys
from storefront.billing.models import Payment, PaymentAttempt, Refund
from storefront.billing.services import reviews
from storefront.billing.services.locking import lock_payment
from storefront.billing.services.matching import mismatches
from storefront.billing.states import RefundStatus, RefundWay
from storefront.core.sentences import Sentence
from storefront.gateways.errors import NotFound
from storefront.gateways.payments.refunds import RefundSnapshot


def is_absent(refund: Refund, attempt: PaymentAttempt) -> bool:
    """Whether the provider lists the refunds of this very payment, and ours is not among them.

    False where that cannot be seen: our key lacks the right, the provider does not know the payment, or it differs.
    """
    try:
        snapshot = gateway(attempt.gateway).fetch(refund.payment.reference, look_for_refunds=True)
    except NotFound:
        return False
    if snapshot.refunds is None or mismatches(attempt, attempt.invoice, snapshot):
        return False
    ours = {refund.idempotency_key, refund.reference} - {None}
    return not any(ours & {each.idempotency_key, each.refund_reference} for each in snapshot.refunds)


def of_same_sum(payment: Payment, told: RefundSnapshot) -> Refund | None:
    """The refund that was asked for, without an answer yet, and is of the sum of one that the provider lists.

    That is ours where the provider keeps no keys (``PaymentGateway.keeps_refund_keys``); None elsewhere. The payment is
    locked."""
    if keeps_refund_keys(payment.gateway):
        return None
    asked = payment.refunds.filter(is_ours=True, reference=None, status=RefundStatus.CREATED, way=RefundWay.METHOD)
    return asked.filter(asked_at__isnull=False, amount=told.amount).order_by("pk").first()


def note_reference(refund: Refund, told: RefundSnapshot) -> None:
    """Keep the provider's id of a refund that it has just taken, by which its list names it, whatever becomes of our
    key there. One that is known already is left alone."""
    with transaction.atomic():
        payment = lock_payment(refund.payment_id)
        if payment.refunds.filter(reference=told.refund_reference).exists():
            return
        for unnamed in payment.refunds.filter(pk=refund.pk, reference=None):
            unnamed.reference = told.refund_reference
            unnamed.save(update_fields=["reference"])  # which the search hears of


def report_unknown(refund: Refund) -> None:
    """Its amount stays reserved until the provider's list can be seen or staff resolve the item."""
    payment = refund.payment
    with transaction.atomic():
        reviews.file(
            key=f"{reviews.REFUND_UNKNOWN}:{refund.pk}",
            kind=reviews.REFUND_UNKNOWN,
            detail=[
                Sentence(
                    _(
                        "%(gateway)s did not answer when %(amount)s %(currency)s (%(reference)s) were to be refunded, "
                        "and its list of refunds cannot be seen."
                    ),
                    {
                        "gateway": payment.gateway,
                        "amount": refund.amount,
                        "currency": payment.currency,
                        "reference": payment.reference,
                    },
                )
            ],
            attempt=payment.attempt,
            payment=payment,
            invoice=payment.invoice,
        )
