"""What happens with a payment now, as the buyer watches it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from checkout.pay import next_steps
from checkout.pay.next_steps import Card
from storefront.billing import status
from storefront.billing.instructions import Told, told
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import reviews
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock

CURRENT, AHEAD = "current", ""
#: Seconds between two looks of the page: while something moves by itself, and while somebody else must act.
SOON, LATER = 2, 10
#: A page reloaded again and again does not ask the provider each time.
LOOK_EVERY = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list while the payment is under way; ``state`` is CURRENT or AHEAD."""

    title: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """``code``: paid (something is left to do), linked (nothing is), awaited (the buyer pays elsewhere), processing,
    review, waiting, kept or unpaid.

    ``cards``: the licenses that were paid for. ``look_again``: seconds, 0 = it is over.
    """

    code: str
    heading: str
    text: str = ""
    steps: list[Step] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    look_again: int = 0
    may_pay: bool = False
    instructions: Told | None = None


def is_worth_a_look(payment: PaymentAttempt) -> bool:
    """Whether the provider may be asked again about a payment."""
    if payment.status == AttemptStatus.SUCCEEDED:
        return False
    return payment.checked_at is None or clock.now() - payment.checked_at > LOOK_EVERY


def of(payment: PaymentAttempt) -> Progress:
    """The progress of a payment as our rows know it; asks nobody outside. ``payment.invoice`` is loaded with it."""
    if payment.invoice.status in (InvoiceStatus.PAID, InvoiceStatus.REFUNDED):
        return _paid(payment.invoice)
    if payment.status == AttemptStatus.SUCCEEDED:
        return Progress(
            "kept",
            _("Your payment has arrived"),
            _("The invoice no longer asked for it, so the money is on your personal account. We will write to you."),
        )
    if reviews.is_waiting(payment=payment, kind=reviews.MISMATCH):
        text = _("Our staff is checking your payment and will write to you. You do not need to pay again.")
        return Progress("review", _("Your payment is being checked"), text, look_again=LATER)
    if payment.status in OPEN_ATTEMPT:
        return _under_way(payment)  # also after a declined card: who lands here has paid with another one since
    text = f"{status.of_attempt(payment).reason} {_('Nothing has been charged. Your order is kept.')}".strip()
    return Progress("unpaid", _("The payment did not go through"), text, may_pay=True)


def of_free(invoice: Invoice) -> Progress:
    """The progress of an order of zero; asks nobody outside."""
    return _paid(invoice)


def _under_way(payment: PaymentAttempt) -> Progress:
    if instructions := told(payment):
        heading = _("Please pay by %(method)s") % {"method": instructions.method}
        text = _("Your order waits for the money. You may close this page: we write to you when it has arrived.")
        return Progress("awaited", heading, text, look_again=LATER, instructions=instructions)
    if payment.is_processing:
        code, again = "processing", LATER
        heading = _("Your payment is being processed")
        text = _("The bank needs a little longer. You do not need to pay again, and you may close this page.")
    else:
        code, again = "waiting", SOON
        heading = _("Waiting for the confirmation of your payment")
        text = _("This page updates itself. If you have paid, nothing more is to be done, even if you close it.")
    steps = [
        Step(_("Payment"), CURRENT, _("Not confirmed yet")),
        Step(_("License"), AHEAD, _("Issued as soon as the payment is confirmed")),
        Step(_("Bitrix24"), AHEAD),
    ]
    return Progress(code, heading, text, steps, look_again=again)


def _paid(invoice: Invoice) -> Progress:
    cards = next_steps.cards(invoice)
    left = sum(card.is_left for card in cards)
    heading = _heading(invoice, cards, left)
    # Nothing is left to watch where only a person can go on; a portal may answer at any moment.
    again = LATER if next_steps.is_moving(cards) else 0
    return Progress("paid" if left else "linked", heading, cards=cards, look_again=again)


def _heading(invoice: Invoice, cards: list[Card], left: int) -> str:
    is_free = invoice.amount == 0
    if left:
        count = {"count": left}
        if is_free:
            return ngettext(
                "Nothing to pay. %(count)d step is left", "Nothing to pay. %(count)d steps are left", left
            ) % count  # fmt: skip
        return ngettext("Paid. %(count)d step is left", "Paid. %(count)d steps are left", left) % count
    if cards and all(card.step == "open" for card in cards):
        if len(cards) == 1:
            return _("Nothing to pay, and your license works") if is_free else _("Paid, and your license works")
        return _("Nothing to pay, and your licenses work") if is_free else _("Paid, and your licenses work")
    if cards and all(card.is_extended for card in cards):
        return _("Paid, and the license is extended")
    return _("Nothing to pay. Thank you") if is_free else _("Paid. Thank you")
