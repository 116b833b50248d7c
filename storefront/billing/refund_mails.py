"""Mails about refunds: to the second person, to who asked, to the customer (whom licensing tells what they lose)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from storefront.billing.models import Refund
from storefront.core.language import absolute_url
from storefront.notifications import mails
from storefront.users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundMade(mails.Mail):
    """Money goes back to the reader, the way it came (``method``). ``effects``: what it does to licenses, a sentence
    each; none: they stay as they are. ``invoice_number`` is "" for money that no invoice kept."""

    order_number: str
    currency: str
    invoice_number: str
    amount: Decimal
    method: str
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


def staff_must_approve(refunds: Sequence[Refund]) -> None:
    """Refunds of one decision wait for a second person. Once per decision."""
    first = refunds[0]
    amount = sum((refund.amount for refund in refunds), Decimal(0))
    asker = first.begun_by.email if first.begun_by else "a command"
    mails.staff_notice(
        key=f"refund-awaits:{first.decision}",
        subject=f"A refund of {amount} {first.payment.currency} waits for approval",
        text=f"{asker} asks for it. Reason: {first.reason}\n\nAnother person approves or declines it: "
        f"{absolute_url('backoffice-refund', language='en', pk=first.pk)}",
    )


def refund_decided(refunds: Sequence[Refund], *, by: User, is_approved: bool) -> None:
    """Who asked for a refund reads what the second person said. Once per decision."""
    first = refunds[0]
    asker = first.begun_by
    if asker is None or not asker.email:
        return
    mail = RefundDecided(
        name=asker.get_full_name(),
        currency=first.payment.currency,
        amount=sum((refund.amount for refund in refunds), Decimal(0)),
        invoice_number=first.invoice.number if first.invoice else str(first.payment),
        is_approved=is_approved,
        decided_by=by.get_full_name() or by.email,
        reason=first.decision_reason,
        page_url=absolute_url("backoffice-refund", language=asker.language, pk=first.pk),
    )
    mails.enqueue(mail, to=asker.email, language=asker.language, key=f"refund-decided:{first.decision}")
