"""What PayPal's words for a refused payment mean.

Each is one of the issues that the Orders API names for a capture (status 422):
https://developer.paypal.com/api/rest/reference/orders/v2/errors and, word for word, ``orders.capture-422`` in
https://github.com/paypal/paypal-rest-api-specifications/blob/main/openapi/checkout_orders_v2.json. ``CARD_EXPIRED`` and
what buyers should be told are from https://developer.paypal.com/api/handle-payment-failures; the three of the payee's
account are named for orders in general. A refusal that is none of these leaves the outcome unknown.
"""

from __future__ import annotations

from storefront.gateways.payments.words import DeclineReason, PendingReason

#: the buyer may choose another way to pay on PayPal's page: the order is not over
CHOOSE_AGAIN = frozenset({"INSTRUMENT_DECLINED", "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING", "PAYER_ACTION_REQUIRED"})
#: the buyer has not agreed yet
NOT_AGREED = frozenset({"ORDER_NOT_APPROVED"})
ALREADY_TAKEN = frozenset({"ORDER_ALREADY_CAPTURED"})
#: the order will not be paid, although it is still approved
FINAL = frozenset(
    "AGREEMENT_ALREADY_CANCELLED CARD_EXPIRED COMPLIANCE_VIOLATION DECLINED_DUE_TO_RELATED_TXN "
    "DOMESTIC_TRANSACTION_REQUIRED DUPLICATE_INVOICE_ID MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED PAYEE_ACCOUNT_INVALID "
    "PAYEE_ACCOUNT_LOCKED_OR_CLOSED PAYEE_ACCOUNT_RESTRICTED PAYEE_BLOCKED_TRANSACTION "
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED PAYER_ACCOUNT_RESTRICTED PAYER_CANNOT_PAY TRANSACTION_BLOCKED_BY_PAYEE "
    "TRANSACTION_LIMIT_EXCEEDED TRANSACTION_RECEIVING_LIMIT_EXCEEDED TRANSACTION_REFUSED".split()
)

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
