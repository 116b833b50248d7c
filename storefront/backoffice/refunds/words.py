"""Refunds as staff read them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing import refund_failures
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


def displayed(amount: Decimal, currency: str) -> str:
    return money.display(amount, currency)


def amount(refund: Refund) -> str:
    return money.display(refund.amount, refund.payment.currency)


def failure(refund: Refund) -> str:
    """Why it failed, in words with the provider's code; "" if it did not."""
    if refund.status != RefundStatus.FAILED:
        return ""
    return refund_failures.in_words(refund.failure_code)


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
