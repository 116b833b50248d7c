"""What PayMaster's codes of a refusal (``resultCode``, and those of a refused call) mean.

Which of them are tried again, and that a revoked token is its owner's word, is our own reading.
"""

from __future__ import annotations

from storefront.gateways.payments.words import DeclineReason, RefusalClass

#: Ours, where a bank wants a buyer who is absent to confirm the charge.
BUYER_NEEDED = "three_d_secure_required"
#: Of a page that closed unused.
UNUSED = frozenset({"", "payment_expired", "cancelled_by_user"})

DECLINES = {
    "insufficient_funds": DeclineReason.FUNDS,
    "payment_limit_exceeded": DeclineReason.LIMIT,
    "payment_count_exceeded": DeclineReason.LIMIT,
    "expired_account": DeclineReason.EXPIRED,
    "invalid_account": DeclineReason.DETAILS,
    "three_d_secure_failed": DeclineReason.AUTHENTICATION,
    "card_not_enrolled": DeclineReason.AUTHENTICATION,
    BUYER_NEEDED: DeclineReason.AUTHENTICATION,
    "operation_not_allowed": DeclineReason.NOT_SUPPORTED,
    "issuer_unavailable": DeclineReason.TRY_AGAIN,
    "payment_expired": DeclineReason.LAPSED,
}
CLASSES = {
    "issuer_unavailable": RefusalClass.SOON,
    "insufficient_funds": RefusalClass.LATER,
    "payment_limit_exceeded": RefusalClass.LATER,
    "payment_count_exceeded": RefusalClass.LATER,
    "transaction_declined": RefusalClass.LATER,
    "expired_account": RefusalClass.METHOD_DEAD,
    "blocked_account": RefusalClass.METHOD_DEAD,
    "invalid_account": RefusalClass.METHOD_DEAD,
    "payment_token_blocked": RefusalClass.METHOD_DEAD,
    "payment_token_revoked": RefusalClass.MANDATE_ENDED,
    "three_d_secure_failed": RefusalClass.BUYER_NEEDED,
    "card_not_enrolled": RefusalClass.BUYER_NEEDED,
    BUYER_NEEDED: RefusalClass.BUYER_NEEDED,
    "rejected_by_fraud": RefusalClass.OURS,
    "invalid_amount": RefusalClass.OURS,
    "operation_not_allowed": RefusalClass.OURS,
}
