"""What auto payment tells its customer by mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django.utils import translation
from django.utils.formats import date_format

from storefront.billing.auto_top_ups import links
from storefront.billing.auto_top_ups.needs import LineNeeded, lines_of
from storefront.billing.links import pay_url
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice
from storefront.core import clock, time_zones
from storefront.core.language import nearest_language
from storefront.notifications import mails


@dataclass(frozen=True, slots=True, kw_only=True)
class _AutoPayment(mails.Mail):
    """``lines``: what the money is for. ``charge_url``: the page where it is skipped, and auto payment turned off."""

    currency: str
    amount: Decimal
    lines: list[mails.MailLine]
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPaymentNotice(_AutoPayment):
    """``amount`` will be charged on ``day``. ``is_capped``: the cap keeps it below what is missing."""

    day: str
    cap: Decimal
    spendable: Decimal
    is_capped: bool
    charge_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPaymentInvoice(_AutoPayment):
    """``method`` cannot be charged while the reader is absent: here is an invoice to be paid."""

    invoice_number: str
    pay_url: str
    void_on: datetime
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPaymentCharged(_AutoPayment):
    """``amount`` was charged, and is on the personal account."""

    invoice_number: str
    page_url: str
    charge_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPaymentFailed(_AutoPayment):
    """The charge was refused; ``again_on`` is the day of the next try, "" if there is none."""

    invoice_number: str
    reason: str
    again_on: str
    pay_url: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPaymentCapReached(_AutoPayment):
    """``amount`` is missing, and the cap leaves nothing of it to be charged before ``day``."""

    cap: Decimal
    day: str
    page_url: str
    funds_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoPaymentOff(mails.Mail):
    """Nothing is charged any more. ``by``: one of ``AutoTopUp.EndedBy``."""

    currency: str
    by: str
    page_url: str


class _Named(TypedDict):
    name: str
    currency: str
    method: str
    lines: list[mails.MailLine]


def notice(charge: AutoTopUpCharge) -> None:
    """That a charge is coming. Nothing is charged unless this mail was sent."""
    top_up = charge.auto_top_up
    mail = AutoPaymentNotice(
        **_named(charge),
        amount=charge.amount,
        day=day_text(charge.charge_at, top_up),
        cap=top_up.monthly_cap,
        spendable=max(charge.spendable, Decimal(0)),
        is_capped=charge.amount < charge.needed - max(charge.spendable, Decimal(0)),
        charge_url=links.charge_url(charge),
    )
    _enqueue(mail, top_up, key=charge.notice_key)


def invoice_sent(charge: AutoTopUpCharge, invoice: Invoice) -> None:
    mail = AutoPaymentInvoice(
        **_named(charge),
        amount=invoice.amount,
        invoice_number=invoice.number,
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
        page_url=links.page_url(charge.auto_top_up),
    )
    _enqueue(mail, charge.auto_top_up, key=charge.notice_key)


def charged(charge: AutoTopUpCharge, invoice: Invoice, *, again: str) -> None:
    """The receipt. ``again``: see ``part_payments.paid_again``."""
    mail = AutoPaymentCharged(
        **_named(charge),
        amount=invoice.amount,
        invoice_number=invoice.number,
        page_url=links.page_url(charge.auto_top_up),
        charge_url=links.charge_url(charge),
    )
    _enqueue(mail, charge.auto_top_up, key=f"{charge.key}:charged{again}")


def failed(charge: AutoTopUpCharge, invoice: Invoice, *, reason: str, again_at: datetime | None) -> None:
    """Once for each try. ``reason`` in the reader's language."""
    top_up = charge.auto_top_up
    mail = AutoPaymentFailed(
        **_named(charge),
        amount=invoice.amount,
        invoice_number=invoice.number,
        reason=reason,
        again_on=day_text(again_at, top_up) if again_at else "",
        pay_url=pay_url(invoice),
        page_url=links.page_url(top_up),
    )
    _enqueue(mail, top_up, key=f"{charge.key}:failed:{charge.tries}")


def cap_reached(top_up: AutoTopUp, *, missing: Decimal, lines: Sequence[LineNeeded], until: datetime) -> None:
    """Once a month. ``until``: when the next month begins."""
    mail = AutoPaymentCapReached(
        name=top_up.customer.get_full_name(),
        currency=top_up.currency,
        method="",
        amount=missing,
        lines=_lines(lines),
        cap=top_up.monthly_cap,
        day=day_text(until, top_up),
        page_url=links.page_url(top_up),
        funds_url=links.funds_url(top_up),
    )
    _enqueue(mail, top_up, key=f"auto-top-up-cap:{top_up.public_id}:{until:%Y%m%d}")


def turned_off(top_up: AutoTopUp) -> None:
    mail = AutoPaymentOff(
        name=top_up.customer.get_full_name(),
        currency=top_up.currency,
        by=top_up.ended_by,
        page_url=links.page_url(top_up),
    )
    _enqueue(mail, top_up, key=f"auto-top-up-off:{top_up.public_id}:{top_up.ended_at or clock.now():%Y%m%d%H%M%S}")


def day_text(moment: datetime, top_up: AutoTopUp) -> str:
    """A day as the customer's calendar has it, in their language."""
    with translation.override(nearest_language(top_up.language)):
        return date_format(moment.astimezone(time_zones.zone(top_up.time_zone)), "j E Y")


def _named(charge: AutoTopUpCharge) -> _Named:
    top_up = charge.auto_top_up
    return {
        "name": top_up.customer.get_full_name(),
        "currency": top_up.currency,
        "method": charge.method_label,
        "lines": _lines(lines_of(charge)),
    }


def _lines(lines: Sequence[LineNeeded]) -> list[mails.MailLine]:
    return [mails.MailLine(description=line.label, quantity=1, amount=line.amount) for line in lines]


def _enqueue(mail: mails.Mail, top_up: AutoTopUp, *, key: str) -> None:
    mails.enqueue(mail, to=top_up.customer.email, language=top_up.language, key=key)
