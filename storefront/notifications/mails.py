"""Mails: one frozen dataclass per message, and ``enqueue``, which puts one into the outbox.

The fields of a mail are the context of its templates: ``templates/email/checkout_reminder/`` for CheckoutReminderMail.
Money is Decimal in major units of the mail's ``currency``, datetimes are aware, links absolute, texts in the reader's
language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from storefront.notifications import outbox, values
from storefront.notifications.attachments import AttachedFile
from storefront.notifications.parts import MailLicense as MailLicense
from storefront.notifications.parts import MailLine as MailLine
from storefront.notifications.parts import MailTax as MailTax


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """``name`` is the reader's, for the greeting; empty where a mail greets nobody by name."""

    name: str = ""

    @property
    def template(self) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__.removesuffix("Mail")).lower()

    @property
    def group(self) -> str:
        """Mails of one group are sent in the order they were written; "" for a mail that waits for no other."""
        return ""

    def context(self) -> dict[str, Any]:
        """The fields as JSON."""
        named = asdict(self) | {"name": values.greeting_name(self.name)}
        packed: dict[str, Any] = values.pack(named, getattr(self, "currency", ""))
        return packed


def enqueue(
    mail: Mail, *, to: str, language: str, key: str, reply_to: str = "", attached: Sequence[AttachedFile] = ()
) -> None:
    """Write a mail to the outbox, in the caller's transaction.

    ``key``: the mail's stable id, a second mail with it is ignored; ``language``: the reader's; ``reply_to``: where an
    answer goes, if not to settings.SUPPORT_EMAIL; ``attached``: stored files, which are read when it is sent.
    """
    payload: dict[str, Any] = {"template": mail.template, "to": to, "language": language, "context": mail.context()}
    more = {"reply_to": reply_to, "attached": [asdict(file) for file in attached]}
    payload |= {name: value for name, value in more.items() if value}
    outbox.enqueue(kind="mail", key=key, group=mail.group, payload=payload, template=mail.template, recipient=to)


def staff_notice(*, key: str, subject: str, text: str) -> None:
    """Tell settings.STAFF_EMAIL, in English. ``text``: paragraphs with a blank line between them; no secrets."""
    notice = StaffNotice(title=subject, paragraphs=paragraphs(text))
    enqueue(notice, to=settings.STAFF_EMAIL, language="en", key=key)


def paragraphs(text: str) -> list[str]:
    return [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def text_lines(text: str) -> list[str]:
    """The text line by line, empty lines too; a line longer than a value may be (values.MAX_TEXT) becomes several."""
    size = values.MAX_TEXT
    return [line[at : at + size] for line in text.splitlines() for at in range(0, max(len(line), 1), size)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OrderMail(Mail):
    """``new_login``: the e-mail of an account that was made for the reader and has no password yet, else "".
    ``tax_rows`` stand above a total; ``tax_note`` says why no tax is charged, "" if some is."""

    order_number: str
    currency: str
    tax_rows: Sequence[MailTax] = ()
    tax_note: str = ""
    new_login: str = ""
    password_page: str = ""

    @property
    def group(self) -> str:
        return f"order:{self.order_number}" if self.order_number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(_OrderMail):
    """The order is placed; ``pay_url`` works until ``void_on``, when the unpaid order becomes void."""

    lines: Sequence[MailLine]
    total: Decimal
    pay_url: str
    void_on: datetime
    portal_address: str = ""
    early_start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpaidReminder(OrderPlaced):
    """The order is still unpaid. ``received``: what has come of its price, ``due`` the rest; None where nothing has."""

    received: Decimal | None = None
    due: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderVoided(_OrderMail):
    """The order was not paid in time."""

    lines: Sequence[MailLine]
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAwaited(_OrderMail):
    """The buyer pays elsewhere, by ``method``: ``details`` are mappings with ``label`` and ``value``; ``pay_until`` is
    None where nothing lapses; ``voucher_url`` is the provider's page, ``pay_url`` leads to other ways to pay."""

    invoice_number: str
    total: Decimal
    method: str
    details: Sequence[Mapping[str, str]]
    pay_until: datetime | None
    voucher_url: str
    pay_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(_OrderMail):
    """Promised money (a voucher, a debit) did not arrive; ``reason`` says why."""

    lines: Sequence[MailLine]
    total: Decimal
    reason: str
    pay_url: str
    void_on: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(_OrderMail):
    """The invoice is paid, or its total is zero (``is_free``): what was bought, and the licenses it gave.
    ``withdraw_url``: where a consumer withdraws from the contract until ``withdraw_until``; "" without that right.
    ``early_start``: what they agreed to so that it begins at once, "" if nothing."""

    invoice_number: str
    lines: Sequence[MailLine]
    total: Decimal
    is_free: bool
    licenses: Sequence[MailLicense]
    account_url: str
    withdraw_url: str = ""
    withdraw_until: datetime | None = None
    early_start: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountToppedUp(_OrderMail):
    """An advance payment has arrived: it is on the customer's personal account."""

    invoice_number: str
    payment_number: str
    amount: Decimal
    account_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePayment(_OrderMail):
    """Money arrived for an invoice that no longer asks for it; it is on the customer's personal account."""

    invoice_number: str
    payment_number: str
    amount: Decimal
    account_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseMail(Mail):
    """Mails about one license come in the order they were written."""

    license_number: str
    product: str
    plan: str
    account_url: str

    @property
    def group(self) -> str:
        return f"license:{self.license_number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseLinked(LicenseMail):
    """The license works in its portal now."""

    portal_address: str
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseNotLinked(LicenseMail):
    """The portal is known, but the license cannot be linked to it; ``problem``: one of ``licensing.states``."""

    portal_address: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseExtended(LicenseMail):
    """Somebody else paid for one more period of the reader's license."""

    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseEnding(LicenseMail):
    """The license ends in ``days`` days; ``extend_url`` puts one more period into the cart."""

    portal_address: str
    valid_until: datetime
    days: int
    extend_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNotice(Mail):
    """Something about the reader's log-in changed (password, e-mail, second factor)."""

    title: str
    paragraphs: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotice(Mail):
    """A few words to the shop's own staff."""

    title: str
    paragraphs: Sequence[str]
