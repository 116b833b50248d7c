"""Refunds as staff read them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing.models import Refund
from storefront.billing.states import RefundStatus
from storefront.core import money

#: What a state means, and what happens next.
STATES: dict[str, str | Promise] = {
    RefundStatus.AWAITING: gettext_lazy("Waits for the approval of a second person. The provider has not been asked."),
    RefundStatus.DECLINED: gettext_lazy("A second person said no. Nothing was refunded."),
    RefundStatus.WITHDRAWN: gettext_lazy("Taken back by whoever asked for it. Nothing was refunded."),
    RefundStatus.CREATED: gettext_lazy(
        "Whether the provider has made it is not known yet. It is asked again by itself."
    ),
    RefundStatus.PENDING: gettext_lazy("The provider has it; the buyer's bank does not have the money yet."),
    RefundStatus.SUCCEEDED: gettext_lazy("Done: the money is on its way to the buyer."),
    RefundStatus.FAILED: gettext_lazy("It did not reach the buyer. The money is still with us."),
}
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


def displayed(amount: Decimal, currency: str) -> str:
    return money.display(amount, currency)


def amount(refund: Refund) -> str:
    return money.display(refund.amount, refund.payment.currency)


def failure(refund: Refund) -> str:
    """Why it failed, in words with the provider's code; "" if it did not."""
    if refund.status != RefundStatus.FAILED:
        return ""
    words = str(FAILURES.get(refund.failure_code, _("no reason given")))
    return f"{words} ({refund.failure_code})" if refund.failure_code else words


def done(refunds: list[Refund]) -> str:
    """What came of a decision, for the message at the top of the next page."""
    states = {refund.status for refund in refunds}
    if RefundStatus.AWAITING in states:
        return _("Asked for. Another person must approve it before the money goes back.")
    if RefundStatus.FAILED in states:
        reasons = ", ".join(failure(refund) for refund in refunds if refund.status == RefundStatus.FAILED)
        return _("The provider refused: %(reasons)s.") % {"reasons": reasons}
    if RefundStatus.CREATED in states:
        return _("The provider has not answered yet; it is asked again by itself.")
    return _("Refunded.")
