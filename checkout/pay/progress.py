"""What happens with a payment now, as the steps a buyer watches: payment, license, portal."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.billing import status
from storefront.billing.models import Invoice, Payment
from storefront.billing.services import review
from storefront.billing.states import OPEN_PAYMENT, InvoiceStatus, PaymentStatus
from storefront.core import instants
from storefront.licensing import queries as licensing
from storefront.licensing.models import License
from storefront.licensing.queries import LinkState

DONE, CURRENT, AHEAD = "done", "current", ""
#: Seconds between two looks of the page: while something moves by itself, and while somebody else must act.
SOON, LATER = 2, 10


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list; ``state`` is one of DONE, CURRENT, AHEAD."""

    title: str
    state: str
    detail: str = ""
    link: LinkState | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """``code``: paid, linked, processing, review, waiting, kept or unpaid. ``look_again``: seconds, 0 = it is over."""

    code: str
    heading: str
    text: str = ""
    steps: list[Step] = field(default_factory=list)
    look_again: int = 0
    may_pay: bool = False


def of(payment: Payment) -> Progress:
    """The progress of a payment as our rows know it; asks nobody outside. ``payment.invoice`` is loaded with it."""
    if payment.invoice.status in (InvoiceStatus.PAID, InvoiceStatus.REFUNDED):
        return _paid(payment.invoice)
    if payment.status == PaymentStatus.SUCCEEDED:
        return Progress(
            "kept",
            _("Your payment has arrived"),
            _("The invoice no longer asked for it, so the money is on your personal account. We will write to you."),
        )
    if review.is_waiting(payment=payment, kind=review.MISMATCH):
        text = _("Our staff is checking your payment and will write to you. You do not need to pay again.")
        return Progress("review", _("Your payment is being checked"), text, look_again=LATER)
    state = status.of_attempt(payment)
    if payment.status in OPEN_PAYMENT and state.code != "failed":
        return _under_way(payment)
    text = f"{state.reason} {_('Nothing has been charged. Your order is kept.')}".strip()
    return Progress("unpaid", _("The payment did not go through"), text, may_pay=True)


def of_free(invoice: Invoice) -> Progress:
    """The progress of an order of zero; asks nobody outside."""
    return _paid(invoice)


def _under_way(payment: Payment) -> Progress:
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
    return Progress(code, heading, text, steps, again)


def _paid(invoice: Invoice) -> Progress:
    licenses = licensing.licenses_for_invoice(invoice)
    private = licensing.named_by_link(invoice)
    if private and all(license.public_id in private for license in licenses):
        return _extended(licenses)
    links = [licensing.link_state(license) for license in licenses]
    is_linked = all(link.is_linked for link in links)
    is_free = invoice.amount == 0
    steps = [Step(_("Payment received"), DONE, _("Thank you. A receipt is on its way to your e-mail."))]
    if is_free:
        steps = [Step(_("Nothing to pay"), DONE, _("Thank you. The confirmation is on its way to your e-mail."))]
    steps += [_issued(licenses)] if licenses else []
    steps += [_tie(license, link, len(links) > 1) for license, link in zip(licenses, links, strict=True)]
    if not is_linked:
        # Nothing is left to watch where only a person can go on; a portal may answer at any moment.
        again = LATER if any(link.code == "waiting" for link in links) else 0
        heading = _("Nothing to pay. One step is left") if is_free else _("Paid. One step is left")
        return Progress("paid", heading, "", steps, again)
    heading = _("Paid, and your license works") if licenses else _("Paid. Thank you")
    if is_free:
        heading = _("Nothing to pay, and your license works") if licenses else _("Nothing to pay. Thank you")
    return Progress("linked", heading, "", steps)


def _extended(licenses: list[License]) -> Progress:
    """For whoever paid by a license's signed link, and need not be its holder."""
    steps = [Step(_("Payment received"), DONE, _("Thank you. A receipt is on its way to your e-mail."))]
    steps += [
        Step(
            _("License %(number)s is extended") % {"number": license.number},
            DONE,
            _("Valid until %(end)s.") % {"end": instants.instant(license.valid_until)},
        )
        for license in licenses
    ]
    return Progress("linked", _("Paid, and the license is extended"), "", steps)


def _issued(licenses: list[License]) -> Step:
    title = ngettext("License issued", "Licenses issued", len(licenses))
    return Step(title, DONE, ", ".join(license.number for license in licenses))


def _tie(license: License, link: LinkState, is_named: bool) -> Step:
    detail = f"{license.product_title}, {license.number}" if is_named else ""
    return Step(link.title, DONE if link.is_linked else CURRENT, detail, link)
