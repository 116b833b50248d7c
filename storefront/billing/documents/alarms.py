"""Acts that are late, or about to be, and documents that cannot be issued: a matter for staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import DocumentRequest, PaperCopy, PaperStatus, RequestStatus
from storefront.billing.models import ReviewItem
from storefront.billing.services import reviews
from storefront.core import clock
from storefront.core.sentences import Sentence

#: Days before the last one on which staff are told first.
EARLY = timedelta(days=3)
#: What was to be issued so long ago is not on its way.
STUCK = timedelta(days=1)
KIND, FAILED = "act_due", "document_failed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An act that the customer has not got: not issued yet, or not on paper. ``due_on`` is its last day."""

    request: DocumentRequest
    paper: PaperCopy | None
    due_on: date

    @property
    def days_left(self) -> int:
        """Below zero: overdue by so many days."""
        return (self.due_on - clock.today()).days


def requests() -> QuerySet[DocumentRequest]:
    """Acts to be issued, and issued ones whose paper copy was not posted; the first due first."""
    unposted = Q(document__paper__status__in=(PaperStatus.WAITING, PaperStatus.PRINTED))
    not_issued = Q(status__in=(RequestStatus.WAITING, RequestStatus.FAILED))
    acts = DocumentRequest.objects.filter(kind=DocumentKind.ACT).exclude(due_on=None)
    return acts.filter(not_issued | unposted).order_by("due_on", "pk")


def waiting() -> Iterator[Waiting]:
    for request in requests().select_related("document__paper", "invoice", "customer"):
        paper = getattr(request.document, "paper", None) if request.document else None
        yield Waiting(request, paper, request.due_on or clock.today())


def sound() -> int:
    """File a matter for each act that is late or due within three days, and another once it is overdue; close those
    that nobody needs to look at any more. Returns how many acts were looked at."""
    _close()
    acts = list(_late().select_related("invoice"))
    for request in acts:
        is_over = bool(request.due_on and request.due_on < clock.today())
        text = _OVERDUE if is_over else _SOON
        values: dict[str, object] = {
            "invoice": request.invoice.number if request.invoice else request.cause,
            "day": request.due_on,
        }
        reviews.file(
            key=f"{KIND}:{request.pk}:{'overdue' if is_over else 'soon'}",
            kind=KIND,
            detail=[Sentence(text, values)],
            invoice=request.invoice,
        )
    return len(acts)


def _late() -> QuerySet[DocumentRequest]:
    """Acts that ought to be out, or are about to be overdue. One that is planned for a day to come, by the seller's
    wish, is not late; nor is a paper copy on the day after its act was issued, if more days are left."""
    now, today = clock.now(), clock.today()
    soon, is_over = Q(due_on__lte=today + EARLY), Q(due_on__lt=today)
    is_planned = Q(document=None, status=RequestStatus.WAITING, attempts=0, next_attempt_at__gt=now)
    is_stuck = Q(document=None, next_attempt_at__lt=now - STUCK)
    is_fresh = Q(document__issued_at__gt=now - STUCK, due_on__gt=today)
    return requests().filter(is_over | is_stuck | (soon & ~is_planned & ~is_fresh))


def failed(request: DocumentRequest, why: list[Sentence]) -> None:
    """File a matter for a document that was given up; another if it is tried again in vain."""
    about = request.invoice.number if request.invoice else request.cause
    reviews.file(
        key=f"{FAILED}:{request.pk}:{request.attempts}",
        kind=FAILED,
        detail=[Sentence(_CANNOT, {"number": about}), *why],
        invoice=request.invoice,
    )


_CANNOT = _("A document for %(number)s cannot be issued.")
_SOON = _("The act for invoice %(invoice)s must have gone out by %(day)s.")
_OVERDUE = _("The act for invoice %(invoice)s should have gone out by %(day)s and has not.")


def _close() -> None:
    """Nobody needs to look at an act that has gone out, nor at a document that is issued or not needed any more."""
    unissued = DocumentRequest.objects.filter(status__in=(RequestStatus.WAITING, RequestStatus.FAILED))
    for kind, rows, resolution in (
        (KIND, requests(), "The act has gone out."),
        (FAILED, unissued, "The document is issued, or not needed any more."),
    ):
        items = {
            item.pk: int(item.key.split(":")[1]) for item in ReviewItem.objects.filter(kind=kind, resolved_at=None)
        }
        left = set(rows.filter(pk__in=items.values()).values_list("pk", flat=True))
        done = [pk for pk, request in items.items() if request not in left]
        ReviewItem.objects.filter(pk__in=done, resolved_at=None).update(resolved_at=clock.now(), resolution=resolution)
