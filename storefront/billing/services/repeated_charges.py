"""A provider's page that was paid more than once: each further charge becomes an attempt of its own, so that its money
is received, refunded, disputed and reconciled as any other."""

from __future__ import annotations

from collections.abc import Sequence

from storefront.billing.models import PaymentAttempt
from storefront.billing.states import AttemptStatus
from storefront.core import clock
from storefront.gateways.payments.base import PaymentSnapshot


def note(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    """Called under the attempt's lock. The poller settles them at its next run: nobody waits for them."""
    for reference in unnoted(attempt, snapshot):
        PaymentAttempt.objects.create(
            invoice=attempt.invoice,
            repeats=attempt.repeats or attempt,
            gateway=attempt.gateway,
            is_live=attempt.is_live,
            status=AttemptStatus.CANCELLED,  # no page of it is open, and another one may be
            currency=attempt.currency,
            amount=attempt.amount,
            provider_reference=reference,
            next_check_at=clock.now(),
        )


def unnoted(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> Sequence[str]:
    """References of further charges that have no attempt yet; no query where there is none."""
    if not snapshot.also_paid:
        return ()
    known = PaymentAttempt.objects.filter(gateway=attempt.gateway, provider_reference__in=snapshot.also_paid)
    noted = set(known.values_list("provider_reference", flat=True))
    return [reference for reference in snapshot.also_paid if reference not in noted]
