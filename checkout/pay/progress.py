"""What happens with a payment now, as the buyer watches it, and their next step with each license it paid for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.billing import status
from storefront.billing.instructions import Told, told
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.pending_words import pending_in_words
from storefront.billing.services import reviews
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceKind, InvoiceStatus
from storefront.core import clock
from storefront.licensing import queries as licensing
from storefront.licensing.effects import done_text
from storefront.licensing.models import License
from storefront.licensing.queries import LinkState
from storefront.licensing.states import BADGES, PORTAL_TAKEN, EffectiveStatus

#: Steps that only the buyer can do; the license works once they are done.
_LEFT = frozenset({"install", "address", "ask"})
CURRENT, AHEAD = "current", ""
#: Seconds between two requests of the page: while something happens by itself, and while somebody else must act.
SOON, LATER = 2, 10
#: A page that is reloaded again and again does not ask the provider each time.
LOOK_EVERY = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Card:
    """A license and its next step.

    ``step``: ``install`` the app in the portal, enter the ``address``, ``ask`` us, ``open`` the app, or ``none``;
    ``extended`` by its signed link.
    ``open_url`` leads into the portal, ``market_url`` to the app in the Market; "" where there is none.
    ``may_name``: another portal may be named. ``begins_by``: when its time begins at the latest, None once it has;
    then ``done`` says what the invoice has done to it.
    """

    public_id: str
    number: str
    product: str
    plan: str
    status: str
    badge: str
    title: str
    todo: tuple[str, ...]
    step: str
    valid_until: datetime
    begins_by: datetime | None = None
    done: str = ""
    host: str = ""
    open_url: str = ""
    market_url: str = ""
    may_name: bool = False

    @property
    def is_extended(self) -> bool:
        """Whether it was extended through its signed link: then nothing else is shown."""
        return self.step == "extended"

    @property
    def is_scheduled(self) -> bool:
        """Whether another license has the portal; when that one ends is not shown."""
        return self.status == str(EffectiveStatus.SCHEDULED.label)

    @property
    def is_left(self) -> bool:
        """Whether the buyer has something left to do."""
        return self.step in _LEFT


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the list shown while the payment is under way; ``state`` is CURRENT or AHEAD."""

    title: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """``code``: paid (something is left to do), linked (nothing is), awaited (the buyer pays elsewhere), processing,
    review, waiting, kept or unpaid.

    ``cards``: the licenses that were paid for. ``look_again``: seconds until the page asks again, 0 for never.
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
    """The progress of a payment by our own rows; calls nobody outside. ``payment.invoice`` is loaded with it."""
    if payment.invoice.status in (InvoiceStatus.PAID, InvoiceStatus.REFUNDED):
        return _paid(payment.invoice)
    if reviews.is_waiting(attempt=payment, kind=reviews.MISMATCH):
        text = _("Our staff is checking your payment and will write to you. You do not need to pay again.")
        return Progress("review", _("Your payment is being checked"), text, look_again=LATER)
    if payment.status == AttemptStatus.SUCCEEDED:
        return Progress(
            "kept",
            _("Your payment has arrived"),
            _("The invoice was no longer open, so the money is in your personal account. We will write to you."),
        )
    if payment.status in OPEN_ATTEMPT and payment.captures_declined and payment.failure_code and not _is_asked(payment):
        text = _("Nothing has been charged. Please choose another way to pay there, or another payment method.")
        return Progress("unpaid", _("The payment did not go through"), text, look_again=LATER, may_pay=True)
    if payment.status in OPEN_ATTEMPT:
        return _under_way(payment)  # also after a declined card: the buyer has paid with another one since
    text = " ".join([status.of_attempt(payment).reason, _("Nothing has been charged. Your order is kept.")]).strip()
    return Progress("unpaid", _("The payment did not go through"), text, may_pay=True)


def _is_asked(payment: PaymentAttempt) -> bool:
    """Whether the provider is asked about it just now, or for its money: a buyer who comes back after a refusal may
    have agreed to pay by something else."""
    is_due = payment.next_check_at is not None and payment.next_check_at <= clock.now()
    return is_due or payment.capture_asked_at is not None


def of_paid(invoice: Invoice) -> Progress:
    """Of an invoice that was paid without a provider's page, or is of zero; calls nobody outside."""
    return _paid(invoice)


def _under_way(payment: PaymentAttempt) -> Progress:
    if instructions := told(payment):
        heading = _("Please pay by %(method)s") % {"method": instructions.method}
        text = _("Your order is waiting for the money. You can close this page: we will write to you when it arrives.")
        return Progress("awaited", heading, text, look_again=LATER, instructions=instructions)
    if payment.is_processing:
        code, again = "processing", LATER
        heading = _("Your payment is being processed")
        text = _("The bank needs a little longer. You do not need to pay again, and you may close this page.")
        if payment.pending_reason:
            text = " ".join([pending_in_words(payment.pending_reason), _("You may close this page.")])
    else:
        code, again = "waiting", SOON
        heading = _("Waiting for the confirmation of your payment")
        text = _("This page updates by itself. If you have paid, there is nothing more to do, even if you close it.")
    steps = [
        Step(_("Payment"), CURRENT, _("Not confirmed yet")),
        Step(_("License"), AHEAD, _("Issued as soon as the payment is confirmed")),
        Step(_("Bitrix24"), AHEAD),
    ]
    return Progress(code, heading, text, steps, look_again=again)


def _paid(invoice: Invoice) -> Progress:
    cards = cards_of(invoice)
    left = sum(card.is_left for card in cards)
    heading = _heading(invoice, cards, left)
    again = LATER if any(card.step == "install" for card in cards) else 0  # other steps need a person
    return Progress("paid" if left else "linked", heading, cards=cards, look_again=again)


def _heading(invoice: Invoice, cards: list[Card], left: int) -> str:
    is_free = invoice.amount == 0
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        return _("The money is on your personal account")
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


def cards_of(invoice: Invoice) -> list[Card]:
    """A card for each license that the invoice paid for. One that was extended through its signed link, by somebody who
    need not be its holder, shows number and end only; one that was handed over since is not shown."""
    by_link = licensing.named_by_link(invoice)
    return [
        _card(license, invoice, license.public_id in by_link)
        for license in licensing.licenses_for_invoice(invoice)
        if license.customer_id == invoice.customer_id or license.public_id in by_link
    ]


def _card(license: License, invoice: Invoice, is_by_link: bool) -> Card:
    status = licensing.effective_status(license, clock.now())
    if is_by_link:
        link = LinkState("extended", "", _("License %(number)s is extended") % {"number": license.number})
    else:
        link = licensing.link_state(license)
    step = _step(license, link)
    return Card(
        public_id=license.public_id,
        number=license.number,
        product=license.product_title,
        plan=license.plan_name,
        status=str(status.label),
        badge=BADGES[status],
        title=link.title,
        todo=link.steps or _words(link),
        step=step,
        valid_until=license.valid_until,
        begins_by=license.begins_by,
        done="" if license.begins_by or is_by_link else done_text(license, invoice),
        host=link.host,
        open_url=link.app_url,
        market_url=link.market_url if step == "install" else "",
        may_name=link.code in ("unnamed", "waiting", "scheduled", "conflict"),
    )


def _step(license: License, link: LinkState) -> str:
    if link.code == "conflict":
        return "none" if license.link_problem == PORTAL_TAKEN else "ask"  # it begins by itself when the portal is free
    return {
        "linked": "open",
        "waiting": "install",
        "removed": "install",
        "unnamed": "address",
        "not_needed": "open",
        "extended": "extended",
    }.get(link.code, "none")


def _words(link: LinkState) -> tuple[str, ...]:
    if link.code == "linked":
        return (_("The app works there. Nothing is left to do."),)
    return (_("The license works. Nothing is left to do."),) if link.code == "not_needed" else ()
