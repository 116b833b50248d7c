"""PayPal's refusals, said in the classes of ``storefront.gateways.errors``.

Codes: https://developer.paypal.com/api/nvp-soap/errors/
"""

from __future__ import annotations

from collections.abc import Mapping

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.payments.base import DeclineReason

SUCCESSES = frozenset({"Success", "SuccessWithWarning"})
ACKS = SUCCESSES | {"Failure", "FailureWithWarning", "PartialSuccess"}

#: PayPal failed by itself: the outcome is unknown, the same request may be sent again.
TEMPORARY = frozenset({"10001", "10101", "10445"})
#: The buyer goes back to PayPal with the same token: to choose another way to pay, or to agree at all.
NOT_APPROVED = "10485"
CHOOSE_AGAIN = frozenset({"10406", "10417", "10422", NOT_APPROVED, "10486"})
#: Paid already, by this token, this message or this invoice number: the first result counts.
DONE_BEFORE = frozenset({"10412", "10415", "11607"})
EXPIRED = "10411"
_CREDENTIALS = frozenset({"10002", "10007", "10008", "81002"})
_UNKNOWN_OBJECT = frozenset({"10408", "10409", "10410"})

#: What a buyer may be told (``PaymentGateway.decline_reasons``).
REASONS = {code: DeclineReason.DECLINED for code in CHOOSE_AGAIN} | {
    "10416": DeclineReason.TRY_AGAIN,
    EXPIRED: DeclineReason.LAPSED,
    "10444": DeclineReason.NOT_SUPPORTED,
    "10605": DeclineReason.NOT_SUPPORTED,
    "10755": DeclineReason.NOT_SUPPORTED,
}


def check(reply: Mapping[str, str]) -> None:
    """Raise what an answer without success means; its messages are PayPal's and hold no secret of ours."""
    if reply["ACK"] in SUCCESSES:
        return
    codes = [reply[name] for name in sorted(reply) if name.startswith("L_ERRORCODE")]
    code = codes[0] if codes else ""
    text = f"PayPal: {code} {reply.get('L_SHORTMESSAGE0', '')} (correlation {reply.get('CORRELATIONID', '-')})"
    if _CREDENTIALS.intersection(codes):
        raise ConfigurationError(f"PayPal refuses our credentials ({text})")
    if not codes or TEMPORARY.intersection(codes):
        raise Unavailable(text, code=code or "unreadable_answer")
    if _UNKNOWN_OBJECT.intersection(codes):
        raise NotFound(text, code=code)
    raise Declined(text, code=code)
