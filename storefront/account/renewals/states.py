"""Where a renewal stands, in words for its customer: what happens next, and whether they must do something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core.instants import instant
from storefront.licensing.models import Renewal, Subscription
from storefront.licensing.states import RenewalStatus, SubscriptionStatus
from storefront.licensing.subscriptions.timing import notice_days
from storefront.licensing.validity import grace

#: End of a CSS class.
GOOD, WAITING, BAD, OFF = "active", "pending", "ending", "revoked"


@dataclass(frozen=True, slots=True)
class State:
    """``label``: a word or two; ``text``: what happens next. ``asks``: the customer must do something."""

    label: str
    text: str
    badge: str
    asks: bool = False


def state_of(subscription: Subscription, renewal: Renewal | None) -> State:
    """``renewal``: the period that comes next."""
    if subscription.status == SubscriptionStatus.STOPPED:
        return State(_("Stopped"), _stopped(subscription), OFF)
    if subscription.status == SubscriptionStatus.WAITING:
        return State(_("Not begun"), _("It begins once the payment has arrived and the method is saved."), WAITING)
    if renewal is None:
        text = _("The time of the license has not begun. Nothing is charged before it does.")
        return State(_("On"), text, GOOD)
    match renewal.status:
        case RenewalStatus.PLANNED:
            return State(_("On"), _before(renewal), GOOD)
        case RenewalStatus.NOTICED:
            return State(_("Announced"), _("We have written to you about this charge."), GOOD)
        case RenewalStatus.HELD:
            text = _("Our mail about it came back, so nothing is charged. Please correct your e-mail address.")
            return State(_("On hold"), text, BAD, asks=True)
        case RenewalStatus.NEEDS_CONSENT:
            text = _("The price is above the one that you agreed to. Nothing is charged until you agree to it.")
            return State(_("Needs your consent"), text, BAD, asks=True)
    return _unpaid(renewal)


def _unpaid(renewal: Renewal) -> State:
    works = {"day": instant(works_until(renewal))}
    if renewal.status == RenewalStatus.NEEDS_BUYER:
        text = _("The charge was refused. The license works until %(day)s: pay before, or choose another method.")
        return State(_("Refused"), text % works, BAD, asks=True)
    if renewal.status == RenewalStatus.FAILED:
        text = _(
            "The last try was refused; nothing is charged any more. The license works until %(day)s, then it ends."
        )
        return State(_("Refused"), text % works, BAD, asks=True)
    if _was_refused(renewal) and renewal.next_try_at:
        text = _("The charge was refused. We try again on %(next)s; the license works until %(day)s.")
        return State(_("Refused"), text % {**works, "next": instant(renewal.next_try_at)}, BAD, asks=True)
    return State(_("Being charged"), _("The charge is under way."), WAITING)


def _was_refused(renewal: Renewal) -> bool:
    tries = list(renewal.tries.all())
    return bool(tries) and tries[-1].ended_at is not None


def works_until(renewal: Renewal) -> datetime:
    """A license goes on for a while after its end."""
    return renewal.license.valid_until + grace()


def _before(renewal: Renewal) -> str:
    days = notice_days(renewal.months)
    if len(days) > 1:
        return _("We write to you %(first)s and %(second)s days before.") % {"first": days[0], "second": days[1]}
    return ngettext("We write to you %(days)s day before.", "We write to you %(days)s days before.", days[0]) % {
        "days": days[0]
    }


def _stopped(subscription: Subscription) -> str:
    words = {
        "customer": _("You have stopped it."),
        "staff": _("We have stopped it."),
        "provider": _("The permission to charge was withdrawn at the bank or the payment provider."),
        "method": _("The saved method that paid was removed."),
        "holder": _("The license was handed over."),
    }
    return words.get(subscription.stopped_by, "")
