"""What Stripe's codes of a refused payment mean: decline codes, and error codes where there is none.

https://docs.stripe.com/declines/codes and https://docs.stripe.com/error-codes. Codes that Stripe asks not to be told
to buyers (lost, stolen, fraudulent and the like) are left out: they count as a plain refusal.
"""

from __future__ import annotations

from storefront.gateways.payments.base import DeclineReason

_CODES = {
    DeclineReason.FUNDS: ("insufficient_funds",),
    DeclineReason.LIMIT: ("card_velocity_exceeded", "withdrawal_count_limit_exceeded"),
    DeclineReason.EXPIRED: ("expired_card",),
    DeclineReason.DETAILS: (
        "incorrect_number", "invalid_number", "incorrect_cvc", "invalid_cvc", "invalid_expiry_month",
        "invalid_expiry_year", "incorrect_zip", "incorrect_address", "postal_code_invalid",
    ),
    DeclineReason.AUTHENTICATION: (
        "authentication_required", "authentication_not_handled", "payment_intent_authentication_failure",
        "mobile_device_authentication_required", "offline_pin_required", "online_or_offline_pin_required",
    ),
    DeclineReason.NOT_SUPPORTED: (
        "card_not_supported", "currency_not_supported", "transaction_not_allowed", "service_not_allowed",
        "not_permitted", "restricted_card",
    ),
    DeclineReason.TRY_AGAIN: (
        "processing_error", "issuer_not_available", "try_again_later", "reenter_transaction", "approve_with_id",
        "duplicate_transaction",
    ),
    DeclineReason.LAPSED: ("payment_intent_payment_attempt_expired",),
}  # fmt: skip
DECLINES = {code: reason for reason, codes in _CODES.items() for code in codes}
