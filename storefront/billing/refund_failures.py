"""Why a refund did not arrive, in words."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from storefront.core import sentences
from storefront.core.sentences import Sentence

#: https://docs.stripe.com/api/refunds/object#refund_object-failure_reason,
#: https://developer.paypal.com/api/rest/reference/orders/v2/errors/ and the refusals of our own.
FAILURES: dict[str, str] = {
    "abandoned": _("the provider never confirmed it and does not list it"),
    "charge_disputed": _("the buyer's bank disputes the payment"),
    "charge_already_refunded": _("the payment had been refunded already"),
    "amount_too_large": _("so much was not left of the payment"),
    "not_refundable": _("there was nothing to refund"),
    "expired_or_canceled_card": _("the buyer's card is expired or cancelled"),
    "lost_or_stolen_card": _("the buyer's card was reported lost or stolen"),
    "insufficient_funds": _("our balance at the provider is too small"),
    "declined": _("the buyer's bank refused it"),
    "merchant_request": _("it was cancelled at our request"),
    "payout_given_up": _("staff took it off the list of payouts"),
    "payout_uncovered": _("the money went back or was taken otherwise before it was paid"),
    "payout_returned": _("the bank sent the transfer back"),
    "CAPTURE_FULLY_REFUNDED": _("the payment had been refunded already"),
    "REFUND_AMOUNT_EXCEEDED": _("so much was not left of the payment"),
    "REFUND_TIME_LIMIT_EXCEEDED": _("the payment is too long ago"),
    "charge_for_pending_refund_disputed": _("the buyer's bank disputes the payment"),
}


def sentence(code: str) -> Sentence:
    """With the provider's code."""
    why = Sentence(FAILURES.get(code, _("no reason given")))
    return Sentence(_("%(why)s (%(code)s)"), {"why": why, "code": code}) if code else why


def in_words(code: str) -> str:
    """The same, in the active language."""
    return sentences.told(sentences.kept([sentence(code)]))
