"""What PayPal's words for a refused payment mean (https://developer.paypal.com/api/handle-payment-failures)."""

from __future__ import annotations

from storefront.gateways.payments.words import DeclineReason, PendingReason

#: the buyer may choose another way to pay on PayPal's page: the order is not over
CHOOSE_AGAIN = frozenset({"INSTRUMENT_DECLINED", "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", "PAYER_ACTION_REQUIRED"})
#: the buyer has not agreed yet
NOT_AGREED = frozenset({"ORDER_NOT_APPROVED"})
ALREADY_TAKEN = frozenset({"ORDER_ALREADY_CAPTURED"})

DECLINES = {
    "INSTRUMENT_DECLINED": DeclineReason.REFUSED_THERE,
    "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING": DeclineReason.REFUSED_THERE,
    "PAYER_ACTION_REQUIRED": DeclineReason.AUTHENTICATION,
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": DeclineReason.TRY_AGAIN,
    "TRANSACTION_LIMIT_EXCEEDED": DeclineReason.LIMIT,
    "CARD_EXPIRED": DeclineReason.EXPIRED,
}
#: https://developer.paypal.com/docs/api/orders/v2/#definition-capture_status_details
_SELLER = (
    "UNILATERAL", "RECEIVING_PREFERENCE_MANDATES_MANUAL_ACTION", "INTERNATIONAL_WITHDRAWAL", "VERIFICATION_REQUIRED",
)  # fmt: skip
PENDING = {
    "ECHECK": PendingReason.BANK,
    "TRANSACTION_APPROVED_AWAITING_FUNDING": PendingReason.BANK,
    "PENDING_REVIEW": PendingReason.REVIEW,
    **dict.fromkeys(_SELLER, PendingReason.SELLER),
}
