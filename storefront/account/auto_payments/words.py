"""What auto payment will do, in plain words: the text that a customer agrees to, and what stands next to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from checkout.auto_payments import proposals
from checkout.auto_payments.proposals import Proposal
from storefront.account.auto_payments.sources import Source
from storefront.billing.auto_top_ups.mails import day_text
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice, Seller
from storefront.billing.models.auto_top_ups import STOPPABLE_CHARGE
from storefront.billing.payer_details import PayerDetails
from storefront.core import time_zones
from storefront.core.money import display


def preview(top_up: AutoTopUp, proposal: Proposal, method: str) -> str:
    """What would happen next as things stand: "On 3 December 2026 about 34.20 from Visa •••• 4242 for: ..."."""
    currency = top_up.currency
    words = {
        "amount": display(proposal.amount, currency),
        "missing": display(proposal.missing, currency),
        "method": method,
        "what": "; ".join(line.label for line in proposal.lines),
        "day": day(top_up, proposal),
    }
    if not proposal.lines:
        return _("As things stand, nothing would be charged: nothing is to be paid in the coming month.")
    if proposal.missing <= 0:
        return _("As things stand, nothing would be charged: your account holds enough for the coming month.")
    if proposal.amount <= 0:
        return (
            _("As things stand, nothing would be charged: %(missing)s is missing, but the cap leaves no room.") % words
        )
    if top_up.invoiced_by:
        return (
            _("As things stand: an invoice over about %(amount)s at once, to be paid by %(method)s, for: %(what)s")
            % words
        )
    return _("As things stand: on %(day)s about %(amount)s from %(method)s for: %(what)s") % words


def planned(charge: AutoTopUpCharge) -> str:
    """What the customer was told of, or will be in a moment; "" where nothing is to be charged by itself."""
    if charge.status not in STOPPABLE_CHARGE or charge.auto_top_up.invoiced_by:
        return ""
    words = {
        "day": day_text(charge.charge_at, charge.auto_top_up),
        "amount": display(charge.amount, charge.auto_top_up.currency),
        "method": charge.method_label,
    }
    return _("On %(day)s about %(amount)s will be charged to %(method)s.") % words


def day(top_up: AutoTopUp, proposal: Proposal) -> str:
    return date_format(proposal.charge_at.astimezone(time_zones.zone(top_up.time_zone)), "j E Y")


def terms(
    top_up: AutoTopUp, *, source: Source, proposal: Proposal, payer: PayerDetails, included: Sequence[Invoice]
) -> list[str]:
    """The paragraphs that are agreed to, in the active language, the coming charge first."""
    seller = Seller.objects.filter(is_default=True).order_by("-pk").first()
    words = {
        "seller": seller.name if seller else settings.SHOP_NAME,
        "method": source.title,
        "currency": top_up.currency,
        "cap": display(top_up.monthly_cap, top_up.currency),
        "smallest": display(proposal.smallest, top_up.currency),
        "zone": top_up.time_zone.replace("_", " "),
        "payer": payer.title,
        "days": proposals.NOTICE_DAYS,
        "invoices": ", ".join(invoice.number for invoice in included),
    }
    return [
        preview(top_up, proposal, source.title),
        *(text % words for text in _rules(source, has_invoices=bool(included))),
    ]


def _rules(source: Source, *, has_invoices: bool) -> list[str]:
    limits = _(
        "Never more than %(cap)s is charged in a calendar month (time zone %(zone)s), and no less than %(smallest)s at "
        "a time, the smallest amount that can be charged."
    )
    if source.method is None:
        return [
            _("%(method)s cannot be charged while you are away. When your personal account in %(currency)s holds less "
              "than the coming month needs, an invoice for what is missing is issued and mailed to you. You pay it "
              "yourself; nothing is charged by itself."),
            *_needs(has_invoices=has_invoices),
            _("Invoices of a calendar month (time zone %(zone)s) never come to more than %(cap)s together, and one is "
              "for no less than %(smallest)s."),
            _("You turn this off at any time on the page Auto payment."),
            _("Invoices are addressed to %(payer)s."),
        ]  # fmt: skip
    return [
        _("When your personal account in %(currency)s holds less than the coming month needs, %(seller)s may charge "
          "what is missing to %(method)s, without asking you again each time."),
        *_needs(has_invoices=has_invoices),
        limits,
        _("%(days)s days before each charge you get an e-mail with the amount, the day and what it is for. You skip "
          "the charge there with one press, without logging in. Without that e-mail nothing is charged."),
        _("You turn auto payment off at any time, on the page Auto payment or by the link in each e-mail. Nothing is "
          "charged after that."),
        _("Invoices are addressed to %(payer)s."),
    ]  # fmt: skip


def _needs(*, has_invoices: bool) -> list[str]:
    needs = [_("The coming month needs the renewals that your account pays, at their prices, and nothing else.")]
    if has_invoices:
        needs = [
            _("The coming month needs the renewals that your account pays, at their prices, and the invoices that you "
              "have chosen: %(invoices)s. These are paid from your account once it covers them. Nothing else counts."),
        ]  # fmt: skip
    return needs
