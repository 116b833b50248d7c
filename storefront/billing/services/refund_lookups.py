"""Refunds whose outcome nobody has told us: looked for at the provider, else left to staff."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop as _

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import PaymentAttempt, Refund
from storefront.billing.services import reviews
from storefront.billing.services.settlement import mismatches
from storefront.core.sentences import Sentence
from storefront.gateways.errors import NotFound


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
    return refund.idempotency_key not in [each.idempotency_key for each in snapshot.refunds]


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
