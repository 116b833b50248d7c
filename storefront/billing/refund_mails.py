"""Mails about refunds: to the second person, to who asked, to owners, to the customer (licensing says what is lost)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop

from storefront.billing.models import Refund
from storefront.billing.states import RefundStatus
from storefront.core import money
from storefront.core.language import absolute_url
from storefront.notifications import mails
from storefront.users import staffing
from storefront.users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundMade(mails.Mail):
    """Money goes back to the reader, the way it came (``method``); with ``way`` "bank" by transfer to the account that
    ``method`` names, with "account" it is on their personal account. ``answer``: staff's to what the reader had asked
    for. ``effects``: what it does to licenses, a sentence each; none: they stay as they are. ``invoice_number`` is ""
    for money that no invoice kept."""

    order_number: str
    currency: str
    invoice_number: str
    amount: Decimal
    method: str
    way: str = "method"
    answer: str = ""
    effects: Sequence[str]
    account_url: str

    @property
    def group(self) -> str:
        return f"order:{self.order_number}" if self.order_number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDecided(mails.Mail):
    """To a member of staff: a second person has approved or declined the refund they asked for."""

    currency: str
    amount: Decimal
    invoice_number: str
    is_approved: bool
    decided_by: str
    reason: str
    page_url: str


#: What owners read of a refund above the shop's sum, by the state it has come to.
_TITLES = {
    RefundStatus.AWAITING: gettext_noop("A large refund waits for approval"),
    RefundStatus.CREATED: gettext_noop("A large refund was approved"),
    RefundStatus.DECLINED: gettext_noop("A large refund was declined"),
    RefundStatus.WITHDRAWN: gettext_noop("A large refund was withdrawn"),
}


def staff_must_approve(refunds: Sequence[Refund]) -> None:
    """Refunds of one decision wait for a second person. Once per decision; all owners are told."""
    first, amount = refunds[0], _total(refunds)
    asker = first.begun_by.email if first.begun_by else "a command"
    mails.staff_notice(
        key=f"refund-awaits:{first.decision}",
        subject=f"A refund of {amount} {first.payment.currency} waits for approval",
        text=f"{asker} asks for it. Reason: {first.reason}\n\nAnother person approves or declines it: "
        f"{absolute_url('backoffice-refund', language='en', pk=first.pk)}",
    )
    _tell_owners(refunds, first.begun_by, _TITLES[RefundStatus.AWAITING], first.reason)


def refund_decided(refunds: Sequence[Refund], *, by: User, is_approved: bool) -> None:
    """Who asked for a refund reads what the second person said. Once per decision; all owners are told."""
    first = refunds[0]
    title = _TITLES[RefundStatus.CREATED if is_approved else RefundStatus.DECLINED]
    _tell_owners(refunds, by, title, first.decision_reason)
    asker = first.begun_by
    if asker is None or not asker.email:
        return
    mail = RefundDecided(
        name=asker.get_full_name(),
        currency=first.payment.currency,
        amount=_total(refunds),
        invoice_number=first.invoice.number if first.invoice else str(first.payment),
        is_approved=is_approved,
        decided_by=by.get_full_name() or by.email,
        reason=first.decision_reason,
        page_url=absolute_url("backoffice-refund", language=asker.language, pk=first.pk),
    )
    mails.enqueue(mail, to=asker.email, language=asker.language, key=f"refund-decided:{first.decision}")


def refund_withdrawn(refunds: Sequence[Refund], *, by: User) -> None:
    """All owners are told that who asked for a refund took it back."""
    _tell_owners(refunds, by, _TITLES[RefundStatus.WITHDRAWN], refunds[0].decision_reason)


def _tell_owners(refunds: Sequence[Refund], by: User | None, title: str, reason: str) -> None:
    first = refunds[0]
    about = first.invoice.number if first.invoice else str(first.payment)
    line = f"{money.display(_total(refunds), first.payment.currency)}, {about}: {reason}"
    staffing.tell_owners(by=by, title=title, lines=[line])


def _total(refunds: Sequence[Refund]) -> Decimal:
    return sum((refund.amount for refund in refunds), Decimal(0))
