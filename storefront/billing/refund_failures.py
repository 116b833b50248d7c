"""Why a refund did not arrive, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: https://docs.stripe.com/api/refunds/object#refund_object-failure_reason and the refusals of our own.
FAILURES: dict[str, str | Promise] = {
    "abandoned": gettext_lazy("the provider never confirmed it and does not list it"),
    "charge_disputed": gettext_lazy("the buyer's bank disputes the payment"),
    "charge_already_refunded": gettext_lazy("the payment had been refunded already"),
    "amount_too_large": gettext_lazy("so much was not left of the payment"),
    "not_refundable": gettext_lazy("there was nothing to refund"),
    "expired_or_canceled_card": gettext_lazy("the buyer's card is expired or cancelled"),
    "lost_or_stolen_card": gettext_lazy("the buyer's card was reported lost or stolen"),
    "insufficient_funds": gettext_lazy("our balance at the provider is too small"),
    "declined": gettext_lazy("the buyer's bank refused it"),
    "merchant_request": gettext_lazy("it was cancelled at our request"),
    "charge_for_pending_refund_disputed": gettext_lazy("the buyer's bank disputes the payment"),
}


def in_words(code: str) -> str:
    """With the provider's code."""
    words = str(FAILURES.get(code, _("no reason given")))
    return f"{words} ({code})" if code else words
