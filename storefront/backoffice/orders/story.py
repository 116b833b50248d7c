"""Everything that is known about some invoices, read in a fixed number of queries: the pages of orders, invoices and
payments are made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, Q
from oscar.apps.order.models import Order

from checkout.models import Consent
from storefront.backoffice import history
from storefront.backoffice.rights import has_any
from storefront.billing import webhooks
from storefront.billing.models import (
    Dispute,
    Invoice,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    PaymentAttempt,
    ProviderAnswer,
    Refund,
    ReviewItem,
)
from storefront.inbox.models import InboundEvent
from storefront.licensing.models import License, LicensePeriod
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User

#: Of each kind so many are shown, the latest.
MOST = 100


@dataclass(frozen=True)
class Story:
    """What was found. What the reader may not see is empty."""

    attempts: Sequence[PaymentAttempt] = ()
    payments: Sequence[Payment] = ()
    refunds: Sequence[Refund] = ()
    disputes: Sequence[Dispute] = ()
    answers: Sequence[ProviderAnswer] = ()
    events: Sequence[InboundEvent] = ()
    movements: Sequence[LedgerTransaction] = ()
    licenses: Sequence[License] = ()
    mails: Sequence[OutboxMessage] = ()
    consents: Sequence[Consent] = ()
    reviews: Sequence[ReviewItem] = ()
    acts: Sequence[Any] = field(default=())


def of_invoices(invoices: Sequence[Invoice], *, order: Order | None, reader: User) -> Story:
    """The story of an order (its invoices, earlier ones too) or of an invoice without one."""
    attempts = _attempts(PaymentAttempt.objects.filter(invoice__in=invoices), reader)
    payments = _payments(Q(attempt__in=attempts) | Q(allocations__entry__transaction__invoice__in=invoices), reader)
    return Story(
        attempts=attempts,
        payments=payments,
        refunds=_refunds(payments, reader),
        disputes=list(Dispute.objects.filter(payment__in=payments)) if payments else [],
        answers=_answers(attempts),
        events=_events(attempts, reader),
        movements=_movements(Q(invoice__in=invoices) | Q(payment__in=payments), reader),
        licenses=_licenses(invoices, reader),
        mails=_mails(order.number if order else invoices[0].number, reader),
        consents=list(Consent.objects.filter(order=order)) if order else [],
        reviews=_reviews(Q(invoice__in=invoices) | Q(attempt__in=attempts), reader),
        acts=list(history.of_all([*invoices, *([order] if order else [])])[:MOST]),
    )


def of_payment(attempt: PaymentAttempt | None, payment: Payment | None, *, reader: User) -> Story:
    """The story of one attempt and the money it brought, or of money that came without one."""
    attempts = [attempt] if attempt else []
    payments = [payment] if payment else []
    invoices = [attempt.invoice] if attempt else []
    return Story(
        attempts=attempts,
        payments=payments,
        refunds=_refunds(payments, reader),
        disputes=list(Dispute.objects.filter(payment__in=payments)) if payments else [],
        answers=_answers(attempts),
        events=_events(attempts, reader),
        movements=_movements(Q(payment__in=payments), reader) if payments else [],
        licenses=_licenses(invoices, reader) if payment else [],
        reviews=_reviews(Q(attempt__in=attempts), reader) if attempt else [],
        acts=list(history.of_all([*attempts, *payments])[:MOST]),
    )


def _attempts(found: Any, reader: User) -> list[PaymentAttempt]:
    if not has_any(reader, ("billing.view_paymentattempt",)):
        return []
    return list(found.select_related("invoice", "payment").order_by("-pk")[:MOST])


def _payments(condition: Q, reader: User) -> list[Payment]:
    if not has_any(reader, ("billing.view_payment",)):
        return []
    found = Payment.objects.filter(condition).select_related("attempt__invoice", "customer")
    return list(found.distinct().order_by("-pk")[:MOST])


def _refunds(payments: Sequence[Payment], reader: User) -> list[Refund]:
    if not payments or not has_any(reader, ("billing.view_refund",)):
        return []
    found = Refund.objects.filter(payment__in=payments).select_related("payment", "begun_by")
    return list(found.order_by("-pk")[:MOST])


def _answers(attempts: Sequence[PaymentAttempt]) -> list[ProviderAnswer]:
    found = ProviderAnswer.objects.filter(attempt__in=attempts).select_related("attempt")
    return list(found.order_by("-pk")[:MOST]) if attempts else []


def _events(attempts: Sequence[PaymentAttempt], reader: User) -> list[InboundEvent]:
    if not attempts or not has_any(reader, ("inbox.view_inboundevent",)):
        return []
    return list(webhooks.events_about(attempts).defer("payload").order_by("-received_at", "-pk")[:MOST])


def _movements(condition: Q, reader: User) -> list[LedgerTransaction]:
    if not has_any(reader, ("billing.view_ledgertransaction",)):
        return []
    entries = LedgerEntry.objects.select_related("account").order_by("pk")
    found = LedgerTransaction.objects.filter(condition).prefetch_related(Prefetch("entries", entries))
    return list(found.distinct().order_by("-pk")[:MOST])


def _licenses(invoices: Sequence[Invoice], reader: User) -> list[License]:
    if not has_any(reader, ("licensing.view_license",)):
        return []
    periods = LicensePeriod.objects.filter(invoice_line__invoice__in=invoices).values("license")
    return list(License.objects.filter(pk__in=periods).order_by("pk")[:MOST])


def _mails(number: str, reader: User) -> list[OutboxMessage]:
    """Mails about an order are one group of the outbox; those about an invoice without an order bear its number."""
    if not has_any(reader, ("notifications.view_outboxmessage",)):
        return []
    found = OutboxMessage.objects.filter(group=f"order:{number}")
    return list(found.defer("payload").order_by("-pk")[:MOST])


def _reviews(condition: Q, reader: User) -> list[ReviewItem]:
    if not has_any(reader, ("billing.view_reviewitem",)):
        return []
    return list(ReviewItem.objects.filter(condition).distinct().order_by("-pk")[:MOST])
