"""Every mail of the shop: one function per message.

Each writes one row to the outbox in the caller's transaction and returns None. ``to`` is the address, ``language``
the reader's, ``key`` the message's stable id (a second call with it does nothing), ``name`` the reader's own name.
Money is Decimal in major units of ``currency``, times are aware. Templates: ``templates/email/<function>/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict

from django.conf import settings

from storefront.notifications import values
from storefront.notifications.delivery import deliver as deliver  # named in settings.OUTBOX_HANDLERS
from storefront.notifications.payment_mails import payment_awaited as payment_awaited
from storefront.notifications.payment_mails import payment_failed as payment_failed
from storefront.notifications.writing import of_order as _of_order
from storefront.notifications.writing import write as _write


class Line(TypedDict):
    """One line of an order: what, how many, its amount (Decimal, major units), and what it does to licenses."""

    description: str
    quantity: int
    amount: Decimal
    effect: NotRequired[str]


class LicenseInfo(TypedDict):
    """One license as a mail tells it; ``valid_until`` is None before its time has begun, ``state_text`` says what
    happens with it now, in the reader's language."""

    number: str
    product: str
    plan: str
    valid_until: datetime | None
    state_text: str


def order_placed(
    *,
    to: str,
    language: str,
    key: str,
    name: str,
    order_number: str,
    lines: Sequence[Line],
    total: Decimal,
    currency: str,
    pay_url: str,
    void_on: datetime,
    portal_address: str = "",
) -> None:
    """The order is in, here is the payment link; unpaid it is void after ``void_on``."""
    _write(
        "order_placed", to=to, language=language, key=key, name=name, currency=currency, group=_of_order(order_number),
        order_number=order_number, lines=lines, total=total, pay_url=pay_url, void_on=void_on,
        portal_address=portal_address,
    )  # fmt: skip


def payment_received(
    *,
    to: str,
    language: str,
    key: str,
    name: str,
    order_number: str,
    invoice_number: str,
    lines: Sequence[Line],
    total: Decimal,
    currency: str,
    licenses: Sequence[LicenseInfo],
    account_url: str,
) -> None:
    """The money is in, or none was asked for: what was bought, and the licenses it gave."""
    _write(
        "payment_received", to=to, language=language, key=key, name=name, currency=currency,
        group=_of_order(order_number), order_number=order_number, invoice_number=invoice_number, lines=lines,
        total=total, is_free=total == 0, licenses=licenses, account_url=account_url,
    )  # fmt: skip


def license_linked(
    *, to: str, language: str, key: str, name: str, license_number: str, product: str, plan: str, portal_address: str,
    valid_until: datetime, account_url: str,
) -> None:  # fmt: skip
    """The license works in its portal now."""
    _write(
        "license_linked", to=to, language=language, key=key, name=name, group=f"license:{license_number}",
        license_number=license_number, product=product, plan=plan, portal_address=portal_address,
        valid_until=valid_until, account_url=account_url,
    )  # fmt: skip


def license_extended(
    *, to: str, language: str, key: str, name: str, license_number: str, product: str, plan: str,
    valid_until: datetime, account_url: str,
) -> None:  # fmt: skip
    """Somebody else has paid for one more period of the customer's license."""
    _write(
        "license_extended", to=to, language=language, key=key, name=name, group=f"license:{license_number}",
        license_number=license_number, product=product, plan=plan, valid_until=valid_until, account_url=account_url,
    )  # fmt: skip


def license_not_linked(
    *, to: str, language: str, key: str, name: str, license_number: str, product: str, plan: str, portal_address: str,
    problem: str, account_url: str,
) -> None:  # fmt: skip
    """The portal has shown itself, but the license cannot go there; ``problem``: one of ``licensing.states``."""
    _write(
        "license_not_linked", to=to, language=language, key=key, name=name, group=f"license:{license_number}",
        license_number=license_number, product=product, plan=plan, portal_address=portal_address, problem=problem,
        account_url=account_url,
    )  # fmt: skip


def unpaid_reminder(
    *,
    to: str,
    language: str,
    key: str,
    name: str,
    order_number: str,
    lines: Sequence[Line],
    total: Decimal,
    currency: str,
    pay_url: str,
    void_on: datetime,
    portal_address: str = "",
) -> None:
    """The order is still unpaid and will be void after ``void_on``."""
    _write(
        "unpaid_reminder", to=to, language=language, key=key, name=name, currency=currency,
        group=_of_order(order_number), order_number=order_number, lines=lines, total=total, pay_url=pay_url,
        void_on=void_on, portal_address=portal_address,
    )  # fmt: skip


def order_voided(
    *,
    to: str,
    language: str,
    key: str,
    name: str,
    order_number: str,
    lines: Sequence[Line],
    total: Decimal,
    currency: str,
) -> None:
    """The order was not paid in time and is void; money that still comes is not lost."""
    _write(
        "order_voided", to=to, language=language, key=key, name=name, currency=currency,
        group=_of_order(order_number), order_number=order_number, lines=lines, total=total,
    )  # fmt: skip


def license_ending(
    *,
    to: str,
    language: str,
    key: str,
    name: str,
    license_number: str,
    product: str,
    plan: str,
    portal_address: str,
    valid_until: datetime,
    days: int,
    extend_url: str,
    account_url: str,
) -> None:
    """The license ends in ``days`` days; ``extend_url`` (absolute) puts one more period into the cart."""
    _write(
        "license_ending", to=to, language=language, key=key, name=name, group=f"license:{license_number}",
        license_number=license_number, product=product, plan=plan, portal_address=portal_address,
        valid_until=valid_until, days=days, extend_url=extend_url, account_url=account_url,
    )  # fmt: skip


def late_payment(
    *,
    to: str,
    language: str,
    key: str,
    name: str,
    order_number: str,
    invoice_number: str,
    amount: Decimal,
    currency: str,
    account_url: str,
) -> None:
    """Money came for an invoice that no longer asks for it; it is kept on the customer's personal account."""
    _write(
        "late_payment", to=to, language=language, key=key, name=name, currency=currency,
        group=_of_order(order_number), order_number=order_number, invoice_number=invoice_number, amount=amount,
        account_url=account_url,
    )  # fmt: skip


def conversation_answer(
    *, to: str, language: str, key: str, name: str, subject: str, question: str, answers: Sequence[str],
    conversation_url: str,
) -> None:  # fmt: skip
    """Staff has answered what the reader wrote in the chat or the contact form (``subject``: his own, or empty)."""
    _write(
        "conversation_answer", to=to, language=language, key=key, name=name, title=subject, question=_lines(question),
        answers=[_lines(answer) for answer in answers], conversation_url=conversation_url,
    )  # fmt: skip


def account_notice(*, to: str, language: str, key: str, subject: str, text: str) -> None:
    """Something about the reader's log-in changed (password, e-mail, second factor). ``text``: plain paragraphs."""
    _write("account_notice", to=to, language=language, key=key, name="", title=subject, paragraphs=_paragraphs(text))


def staff_notice(*, key: str, subject: str, text: str, to: str = "", language: str = "en") -> None:
    """A few words to the shop's own people (settings.STAFF_EMAIL unless ``to`` names someone). No secrets in it."""
    to = to or settings.STAFF_EMAIL
    _write("staff_notice", to=to, language=language, key=key, name="", title=subject, paragraphs=_paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    return [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def _lines(text: str) -> list[str]:
    """Text line by line, empty ones too; none longer than a value may be."""
    size = values.MAX_TEXT
    return [line[at : at + size] for line in text.splitlines() for at in range(0, max(len(line), 1), size)]
