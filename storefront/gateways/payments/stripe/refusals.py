"""Why Stripe, or the bank behind it, refused a saved method, and what the shop does about it.

https://docs.stripe.com/declines/codes, https://docs.stripe.com/error-codes, and for ``advice_code``
https://docs.stripe.com/declines#retrying-issuer-declines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.gateways.payments.stripe.methods import GONE
from storefront.gateways.payments.words import RefusalClass

#: advice of the card network that ends the tries
_ADVICE = ("do_not_try_again", "confirm_card_data")
_CODES = {
    RefusalClass.BUYER_NEEDED: (
        "authentication_required", "authentication_not_handled", "payment_intent_authentication_failure",
        "payment_intent_action_required", "mobile_device_authentication_required", "offline_pin_required",
        "online_or_offline_pin_required",
    ),
    RefusalClass.METHOD_DEAD: (
        *_ADVICE, GONE, "expired_card", "expired_payment_method", "lost_card", "stolen_card", "pickup_card",
        "restricted_card", "invalid_account", "account_closed", "no_account", "incorrect_number", "invalid_number",
        "incorrect_cvc", "invalid_cvc", "invalid_expiry_month", "invalid_expiry_year", "card_not_supported",
        "currency_not_supported", "new_account_information_available", "payment_method_not_available",
        "payment_method_restricted", "payment_method_unexpected_state",
    ),
    RefusalClass.MANDATE_ENDED: (
        "revocation_of_authorization", "revocation_of_all_authorizations", "stop_payment_order",
        "payment_intent_mandate_invalid", "india_recurring_payment_mandate_canceled", "debit_not_authorized",
    ),
    RefusalClass.LATER: (
        "insufficient_funds", "card_velocity_exceeded", "withdrawal_count_limit_exceeded", "generic_decline",
        "card_declined", "do_not_honor", "call_issuer", "transaction_not_allowed", "try_again_later",
        "card_decline_rate_limit_exceeded", "payment_method_customer_decline", "payment_method_provider_decline",
    ),
    RefusalClass.SOON: (
        "issuer_not_available", "processing_error", "reenter_transaction", "payment_method_provider_timeout",
        "payment_intent_payment_attempt_failed", "lock_timeout",
    ),
    RefusalClass.OURS: (
        "testmode_decline", "test_mode_live_card", "invalid_amount", "invalid_charge_amount", "amount_too_small",
        "amount_too_large", "amount_currency", "amount_inexact", "merchant_blacklist", "fraudulent",
        "highest_risk_level", "charge_exceeds_transaction_limit", "livemode_mismatch",
    ),
}  # fmt: skip
REFUSALS = {code: meant for meant, codes in _CODES.items() for code in codes}


def code_of(error: Mapping[str, Any] | None) -> str:
    """The one code that decides: of an error body, or of an intent's ``last_payment_error`` or ``last_setup_error``.

    The network's advice ends what would be tried again; what is decided without it stays as it was told. "" without
    an error.
    """
    told = error or {}
    code = str(told.get("decline_code") or told.get("code") or "")
    advice = str(told.get("advice_code") or "")
    is_tried_again = REFUSALS.get(code, RefusalClass.LATER) in (RefusalClass.LATER, RefusalClass.SOON)
    return advice if advice in _ADVICE and is_tried_again else code
