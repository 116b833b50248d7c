"""Charges of which a provider says something that nobody understands: a person looks, and the others go on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

from storefront.billing.models import PaymentAttempt
from storefront.billing.services import reviews
from storefront.billing.services.settlement import settle
from storefront.core.sentences import Sentence
from storefront.gateways.errors import Unavailable
from storefront.gateways.payments.listing import UnreadableCharge

#: ``GatewayError.code`` of an answer that cannot be understood.
CODE = "unreadable_answer"


def ask(attempt: PaymentAttempt, **how: Any) -> PaymentAttempt | None:
    """Settle an attempt (``settlement.settle``); None where what the provider says cannot be read. Raises as that does,
    but for that."""
    try:
        return settle(attempt_id=attempt.pk, **how)
    except Unavailable as exc:
        if exc.code != CODE:
            raise
    file(attempt.gateway, UnreadableCharge(attempt.provider_reference or "–", attempt.charge_reference))
    return None


def file(gateway: str, charge: UnreadableCharge) -> int:
    """File it for staff, once. Returns 1, for a count of differences."""
    known = PaymentAttempt.objects.filter(gateway=gateway, provider_reference=charge.provider_reference)
    attempt = known.select_related("invoice").first()
    reviews.file(
        key=f"unreadable-charge:{gateway}:{charge.provider_reference}"[:200],
        kind="unreadable_charge",
        detail=[
            Sentence(
                _("%(gateway)s says of %(reference)s (%(theirs)s) what cannot be read. Look at it there."),
                {
                    "gateway": gateway,
                    "reference": charge.provider_reference,
                    "theirs": charge.charge_reference or "–",
                },
            )
        ],
        attempt=attempt,
        invoice=attempt.invoice if attempt else None,
    )
    return 1
