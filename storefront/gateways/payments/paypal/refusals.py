"""Why PayPal refused a saved method, and what the shop does about it.

The issues are those that the Orders API names for a payment (``declines``), and those of a token that is not there.
"""

from __future__ import annotations

from storefront.gateways.payments.words import RefusalClass

#: our word for a token that PayPal does not know (any more), whichever of its own it said
GONE = "TOKEN_ID_NOT_FOUND"
#: PayPal's words for that, of a call that names a token
TOKEN_UNKNOWN = frozenset({GONE, "TOKEN_NOT_FOUND", "INVALID_TOKEN_ID", "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"})
_CODES = {
    RefusalClass.BUYER_NEEDED: ("PAYER_ACTION_REQUIRED", "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"),
    RefusalClass.METHOD_DEAD: (
        GONE, "CARD_EXPIRED", "PAYER_ACCOUNT_LOCKED_OR_CLOSED", "PAYER_ACCOUNT_RESTRICTED", "PAYER_CANNOT_PAY",
        "DOMESTIC_TRANSACTION_REQUIRED",
    ),
    RefusalClass.MANDATE_ENDED: ("AGREEMENT_ALREADY_CANCELLED",),
    RefusalClass.LATER: (
        "INSTRUMENT_DECLINED", "TRANSACTION_REFUSED", "TRANSACTION_LIMIT_EXCEEDED", "DECLINED_DUE_TO_RELATED_TXN",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED", "DECLINED", "FAILED",
    ),
    RefusalClass.OURS: (
        "amount_too_small", "amount_too_large", "amount_currency", "amount_inexact", "invalid_amount",
        "COMPLIANCE_VIOLATION", "DUPLICATE_INVOICE_ID", "NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE",
        "PAYEE_ACCOUNT_INVALID", "PAYEE_ACCOUNT_LOCKED_OR_CLOSED", "PAYEE_ACCOUNT_RESTRICTED",
        "PAYEE_BLOCKED_TRANSACTION", "TRANSACTION_BLOCKED_BY_PAYEE", "TRANSACTION_RECEIVING_LIMIT_EXCEEDED",
    ),
}  # fmt: skip
REFUSALS = {code: meant for meant, codes in _CODES.items() for code in codes}
