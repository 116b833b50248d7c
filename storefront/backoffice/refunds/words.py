"""Refunds as staff read them."""

from __future__ import annotations

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing import refund_failures
from storefront.billing.models import Refund, RefundPayout
from storefront.billing.states import RefundRequestStatus, RefundStatus, RefundWay
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


REQUEST_STATES: dict[str, str | Promise] = {
    RefundRequestStatus.ASKED: gettext_lazy("Waits for a decision."),
    RefundRequestStatus.APPROVED: gettext_lazy("Approved; the money is not on its way yet."),
    RefundRequestStatus.CHANGED: gettext_lazy("Approved with changes; the money is not on its way yet."),
    RefundRequestStatus.REFUSED: gettext_lazy("Refused."),
    RefundRequestStatus.WITHDRAWN: gettext_lazy("The customer has taken it back."),
    RefundRequestStatus.DONE: gettext_lazy("Done: nothing of it is left to be refunded."),
}
REQUEST_TONES = {
    RefundRequestStatus.ASKED: "waiting",
    RefundRequestStatus.APPROVED: "new",
    RefundRequestStatus.CHANGED: "new",
    RefundRequestStatus.REFUSED: "bad",
    RefundRequestStatus.WITHDRAWN: "off",
    RefundRequestStatus.DONE: "good",
}


def payout_state(payout: RefundPayout) -> str:
    if payout.refund.status == RefundStatus.CREATED:
        return _("To be paid")
    if payout.refund.status == RefundStatus.SUCCEEDED:
        return _("Paid")
    return payout.refund.get_status_display()


def displayed(amount: Decimal, currency: str) -> str:
    return money.display(amount, currency)


def amount(refund: Refund) -> str:
    return money.display(refund.amount, refund.payment.currency)


def state(refund: Refund) -> str:
    """What its state means, and what happens next."""
    if refund.way == RefundWay.BANK and refund.status == RefundStatus.CREATED:
        return _("Waits until somebody has paid it by bank transfer and says so here.")
    if refund.way == RefundWay.BANK and refund.status == RefundStatus.SUCCEEDED:
        return _("Done: paid by bank transfer.")
    if refund.way == RefundWay.ACCOUNT and refund.status == RefundStatus.SUCCEEDED:
        return _("Done: the money is on the customer's personal account.")
    return str(STATES[refund.status])


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
    if {refund.way for refund in refunds} == {RefundWay.BANK} and RefundStatus.CREATED in states:
        return _("It waits in the list of payouts now.")
    if RefundStatus.FAILED in states:
        reasons = ", ".join(failure(refund) for refund in refunds if refund.status == RefundStatus.FAILED)
        return _("The provider refused: %(reasons)s.") % {"reasons": reasons}
    if RefundStatus.CREATED in states:
        return _("The provider has not answered yet; it is asked again by itself.")
    return _("Refunded.")
