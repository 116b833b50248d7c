"""What YooKassa's words for a canceled payment mean (``cancellation_details.reason``).

https://yookassa.ru/developers/payment-acceptance/after-the-payment/declined-payments. The list may grow: a reason that
is not here is a plain refusal to a buyer, and another try later for a saved method. A suspicion of fraud is not told.
"""

from __future__ import annotations

from storefront.gateways.payments.words import DeclineReason, RefusalClass
from storefront.gateways.payments.yookassa.client import FORBIDDEN

#: The page closed, or was given up, unused.
UNUSED = frozenset({"expired_on_confirmation", "canceled_by_merchant"})
_REASONS = {
    DeclineReason.FUNDS: ("insufficient_funds",),
    DeclineReason.LIMIT: ("payment_method_limit_exceeded",),
    DeclineReason.EXPIRED: ("card_expired",),
    DeclineReason.DETAILS: ("invalid_card_number", "invalid_csc"),
    DeclineReason.AUTHENTICATION: ("3d_secure_failed", "identification_required"),
    DeclineReason.NOT_SUPPORTED: ("country_forbidden", "unsupported_mobile_operator"),
    DeclineReason.LAPSED: ("expired_on_confirmation", "expired_on_capture", "loan_application_expired"),
    DeclineReason.TRY_AGAIN: ("issuer_unavailable", "internal_timeout", "rejected_by_timeout"),
}
DECLINES = {code: reason for reason, codes in _REASONS.items() for code in codes}
_CLASSES = {
    RefusalClass.MANDATE_ENDED: ("permission_revoked",),
    RefusalClass.BUYER_NEEDED: ("3d_secure_failed", "identification_required", "expired_on_confirmation"),
    RefusalClass.METHOD_DEAD: (
        "card_expired", "invalid_card_number", "invalid_csc", "country_forbidden", "payment_method_restricted",
        "unsupported_mobile_operator", "invalid_request:payment_method_id",
    ),
    RefusalClass.LATER: ("insufficient_funds", "payment_method_limit_exceeded", "call_issuer", "general_decline"),
    RefusalClass.SOON: ("issuer_unavailable", "internal_timeout", "rejected_by_timeout"),
    RefusalClass.OURS: ("fraud_suspected", "canceled_by_merchant", FORBIDDEN),
}  # fmt: skip
REFUSALS = {code: found for found, codes in _CLASSES.items() for code in codes}
