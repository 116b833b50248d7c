"""Why the money of a payment is not certain yet, in words for buyer and staff."""

from __future__ import annotations

from django.utils.translation import gettext as _

from storefront.gateways.payments.base import PendingReason


def pending_in_words(reason: str) -> str:
    """A sentence or two; ``reason`` is a ``PendingReason`` or "" (``PaymentAttempt.pending_reason``)."""
    match reason:
        case PendingReason.BANK:
            return _(
                "The money comes from a bank account, which takes 3 to 6 business days. Nobody needs to pay again."
            )
        case PendingReason.REVIEW:
            return _("The payment provider checks the payment, mostly within a day. Nobody needs to pay again.")
        case PendingReason.SELLER:
            return _("The payment waits at the provider until we accept it there. We have been told.")
    return _("The bank has not confirmed the payment yet, which may take days. Nobody needs to pay again.")
