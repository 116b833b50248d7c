"""Mails about what customers ask to be refunded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import translation

from storefront.billing import links
from storefront.billing.models import Invoice, Refund, RefundRequest
from storefront.billing.states import RefundRequestStatus
from storefront.core import clock
from storefront.core.language import absolute_url, nearest_language
from storefront.notifications import mails


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsked(mails.Mail):
    """We have what the reader asked for, with its day and time. ``is_withdrawal``: they have withdrawn from the
    contract, and this is the acknowledgement (Directive 2011/83/EU, Article 11a). ``lines``: descriptions."""

    order_number: str
    invoice_number: str
    lines: Sequence[str]
    is_withdrawal: bool
    asked_at: datetime
    reason: str
    text: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAnswered(mails.Mail):
    """What staff decided: ``outcome`` is approved, changed or refused. ``amount`` goes back, zero if refused;
    ``answer`` is theirs to the reader, perhaps ""."""

    currency: str
    order_number: str
    invoice_number: str
    outcome: str
    amount: Decimal
    answer: str
    page_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalLink(mails.Mail):
    """Somebody asked for the link by which the reader may withdraw from a contract; perhaps the reader."""

    order_number: str
    invoice_number: str
    withdraw_url: str


def withdrawal_link(invoice: Invoice, *, language: str) -> None:
    """To the customer, in ``language``; one in an hour."""
    mail = WithdrawalLink(
        name=invoice.customer.get_full_name(),
        order_number=invoice.order.number if invoice.order else "",
        invoice_number=invoice.number,
        withdraw_url=links.withdrawal_url(invoice, nearest_language(language)),
    )
    key = f"withdrawal-link:{invoice.pk}:{clock.now():%Y-%m-%d-%H}"
    mails.enqueue(mail, to=invoice.customer.email, language=nearest_language(language), key=key)


def asked(request: RefundRequest) -> None:
    """To the customer at once, and to staff. Once per request."""
    invoice, customer = request.invoice, request.customer
    lines = [each.line.description for each in request.lines.select_related("line")]
    mail = RefundAsked(
        name=customer.get_full_name(),
        order_number=invoice.order.number if invoice.order else "",
        invoice_number=invoice.number,
        lines=lines,
        is_withdrawal=request.is_withdrawal,
        asked_at=request.created_at,
        reason=request.reason_text,
        text=request.text,
        page_url=_page(request),
    )
    mails.enqueue(mail, to=customer.email, language=_language(request), key=f"refund-asked:{request.pk}")
    word = "withdraws from the contract" if request.is_withdrawal else "asks for a refund"
    mails.staff_notice(
        key=f"refund-asked-staff:{request.pk}",
        subject=f"A customer {word}: invoice {invoice.number}",
        text=f"{customer.email} {word}. Reason: {request.reason_text or '-'}\n\n"
        f"{absolute_url('backoffice-refund-request', language='en', pk=request.pk)}",
    )


def decided(request: RefundRequest, refunds: Sequence[Refund] = ()) -> None:
    """To the customer. A request that is asked for anew, because no refund came of it, may be decided again."""
    invoice = request.invoice
    outcome = RefundRequestStatus(request.status)
    mail = RefundAnswered(
        name=request.customer.get_full_name(),
        currency=invoice.currency,
        order_number=invoice.order.number if invoice.order else "",
        invoice_number=invoice.number,
        outcome=outcome.value,
        amount=sum((each.amount for each in refunds), Decimal(0)),
        answer=request.answer,
        page_url=_page(request),
    )
    key = f"refund-answered:{request.pk}:{request.decision or outcome.value}"
    mails.enqueue(mail, to=request.customer.email, language=_language(request), key=key)


def _language(request: RefundRequest) -> str:
    return nearest_language(request.language)


def _page(request: RefundRequest) -> str:
    with translation.override(_language(request)):
        return absolute_url("account-refund", language=_language(request), public_id=request.public_id)
