"""What waits for a person: matters of money and refunds to approve, one by one; what is listed elsewhere, counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Min, QuerySet, Value
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.money_desk.kinds import describe
from storefront.backoffice.refunds import words
from storefront.billing.models import Refund, RefundPayout, RefundRequest, ReviewItem
from storefront.billing.states import RefundRequestStatus, RefundStatus
from storefront.core.models import ScheduledJob
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.users import approvals

REVIEW, REFUND = "review", "refund"


@dataclass(frozen=True, slots=True)
class Pile:
    """Things that are listed elsewhere: how many, and since when the oldest waits."""

    label: str | Promise
    count: int
    since: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to decide. ``amount`` is displayed money, "" where it is about none."""

    title: Any
    detail: str
    since: datetime
    url: str
    customer: Any
    amount: str


def items() -> QuerySet[ReviewItem]:
    return ReviewItem.objects.filter(resolved_at=None)


def refunds() -> QuerySet[Refund]:
    return Refund.objects.filter(status=RefundStatus.AWAITING)


def matters() -> QuerySet[Any]:
    """(source, primary key, since) of every matter, the oldest first."""
    columns = ("source", "pk", "created_at")
    review = items().annotate(source=Value(REVIEW, CharField())).order_by().values_list(*columns)
    awaiting = refunds().annotate(source=Value(REFUND, CharField())).order_by().values_list(*columns)
    return review.union(awaiting, all=True).order_by("created_at", "pk")


def loaded(rows: Sequence[tuple[str, int, datetime]]) -> list[Matter]:
    """The matters of one page, in two queries whatever their number."""
    known = ReviewItem.objects.select_related("customer", "attempt", "payment").in_bulk(_keys(rows, REVIEW))
    awaiting = Refund.objects.select_related("payment__customer", "begun_by", "invoice").in_bulk(_keys(rows, REFUND))
    found = (known.get(pk) if source == REVIEW else awaiting.get(pk) for source, pk, _since in rows)
    return [_of_item(each) if isinstance(each, ReviewItem) else _of_refund(each) for each in found if each]


def piles() -> list[Pile]:
    """What customers ask to be refunded, payouts to make, changes that wait for approval, messages that were given up
    and jobs that failed, where there are any."""
    asked = RefundRequest.objects.filter(status=RefundRequestStatus.ASKED)
    payouts = RefundPayout.objects.filter(refund__status=RefundStatus.CREATED)
    mails = OutboxMessage.objects.filter(status=OutboxStatus.DEAD)
    events = InboundEvent.objects.filter(status=InboundStatus.FAILED)
    jobs = ScheduledJob.objects.exclude(last_error="")
    found = [
        _pile(
            gettext_lazy("Withdrawals from contracts"),
            asked.filter(is_withdrawal=True),
            "created_at",
            "backoffice-refund-requests",
            "?status=asked&is_withdrawal=true",
        ),
        _pile(
            gettext_lazy("Refunds that customers ask for"),
            asked.filter(is_withdrawal=False),
            "created_at",
            "backoffice-refund-requests",
            "?status=asked&is_withdrawal=false",
        ),
        _pile(
            gettext_lazy("Refunds to pay by bank transfer"),
            payouts,
            "refund__asked_at",
            "backoffice-refund-payouts",
            "?refund__status=created",
        ),
        _pile(
            gettext_lazy("Changes that wait for approval"), approvals.waiting(), "asked_at", "backoffice-approvals", ""
        ),
        _pile(gettext_lazy("Mails and messages given up"), mails, "created_at", "backoffice-mails", "?status=dead"),
        _pile(gettext_lazy("Webhooks given up"), events, "received_at", "backoffice-webhooks", "?status=failed"),
        _pile(gettext_lazy("Jobs that failed"), jobs, "last_finished_at", "backoffice-jobs", ""),
    ]
    return [pile for pile in found if pile.count]


def count() -> int:
    """How much waits, for the menu."""
    counted: list[Callable[[], int]] = [items().count, refunds().count]
    return sum(each() for each in counted) + sum(pile.count for pile in piles())


def _pile(label: Promise, rows: QuerySet[Any], field: str, route: str, query: str) -> Pile:
    summed = rows.order_by().aggregate(count=Count("pk"), since=Min(field))
    try:
        url = reverse(route) + query
    except NoReverseMatch:  # its section is not installed
        url = ""
    return Pile(label, summed["count"], summed["since"], url)


def _keys(rows: Sequence[tuple[str, int, datetime]], source: str) -> list[int]:
    return [pk for each, pk, _since in rows if each == source]


def _of_item(item: ReviewItem) -> Matter:
    from_row = item.payment or item.attempt
    amount = words.displayed(from_row.amount, from_row.currency) if from_row else ""
    url = reverse("backoffice-review-item", args=[item.pk])
    return Matter(describe(item.kind).title, item.told, item.created_at, url, item.customer, amount)


def _of_refund(refund: Refund) -> Matter:
    asker = str(refund.begun_by or _("A command"))
    detail = _("%(asker)s asks for it: %(reason)s") % {"asker": asker, "reason": refund.reason}
    url = reverse("backoffice-refund", args=[refund.pk])
    customer = refund.payment.customer
    return Matter(_("A refund waits for approval"), detail, refund.created_at, url, customer, words.amount(refund))
