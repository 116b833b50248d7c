"""The worker issues what was asked for: number, content, bytes and row in one transaction, the bytes made before it.

Killed anywhere before its commit, nothing has happened but a file that nobody names; the number is free again and the
request is taken up by the next worker.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import ContentFile
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext_noop as _

from storefront.billing.documents import alarms, content_json, making, numbering, printed_as, signals, signing
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.building.kinds import builder, day_of_issue, language_of
from storefront.billing.documents.content import Content, DocumentKind
from storefront.billing.documents.einvoice import adding
from storefront.billing.documents.errors import CannotIssue, NotNeeded, NotYet
from storefront.billing.documents.making import Made
from storefront.billing.documents.models import Document, DocumentRequest, DocumentSettings, PictureUse, RequestStatus
from storefront.billing.documents.models.requests import PRINTED_AS
from storefront.billing.documents.sellers import settings_of
from storefront.core import clock, queue, sentences, states
from storefront.core.sentences import Sentence

logger = logging.getLogger(__name__)

PATIENCE = queue.Patience(lease=timedelta(minutes=2), longest_gap=timedelta(hours=1), max_attempts=12)
#: Accounts have to be kept so long: Regulation (EU) 2011/282, Article 63c (OSS) has the longest period.
KEPT_YEARS = 10
#: What is raised at one document; it is kept, logged and tried again, and stops no other.
FAULTS = (
    ArithmeticError, AttributeError, DatabaseError, LookupError, ObjectDoesNotExist, OSError, RuntimeError, SyntaxError,
    TypeError, ValueError,
)  # fmt: skip
_ENDED = _("Every attempt ended with its worker.")
_NUMBERED_ELSEWHERE = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)


def issue_due() -> int:
    """Issue what is due, one after the other; a failing one stops no other. Returns how many were issued."""
    return queue.drain(lambda: queue.lease(_due, PATIENCE), _issue)


def _due(now: datetime) -> QuerySet[DocumentRequest]:
    rows = DocumentRequest.objects.filter(status=RequestStatus.WAITING)
    return queue.due(rows, now).order_by("next_attempt_at", "pk")


def _issue(request: DocumentRequest) -> int:
    if request.tries > PATIENCE.max_attempts:  # only one that kills its worker gets here
        _give_up(request, [Sentence(_ENDED)])
        return 0
    try:
        return 1 if issue(request.pk) else 0
    except NotNeeded:
        queue.finish(request, status=RequestStatus.NOT_NEEDED)
    except NotYet:
        _later(request, [])
    except CannotIssue as exc:
        logger.warning("document %s cannot be issued: %s", request.cause, exc)
        _give_up(request, list(exc.sentences))
    except OperationalError:  # others issue in the same series
        _later(request, [])
    except FAULTS as exc:
        logger.exception("document %s failed", request.cause)
        text = _("An error of the program: %(name)s. It is tried again.")
        _later(request, [Sentence(text, {"name": type(exc).__name__})])
    return 0


def _later(request: DocumentRequest, problem: list[Sentence]) -> None:
    if request.tries >= PATIENCE.max_attempts:
        _give_up(request, problem)
        return
    at = clock.now() + PATIENCE.gap_after(request.tries)
    queue.finish(request, next_attempt_at=at, problem=sentences.kept(problem))


def _give_up(request: DocumentRequest, problem: list[Sentence]) -> None:
    """Staff are told, if the row is still ours."""
    with transaction.atomic():
        if queue.finish(request, status=RequestStatus.FAILED, problem=sentences.kept(problem)):
            alarms.failed(request, problem)


def issue(request_id: int) -> Document | None:
    """Issue one document; None if it was issued or given up meanwhile.

    Raises CannotIssue, NotNeeded or NotYet, and what the makers of its files raise; nothing has changed then.
    """
    drafted = _draft(request_id)
    with transaction.atomic():
        request = states.lock(DocumentRequest(pk=request_id))
        if request.status != RequestStatus.WAITING:
            return None
        basis = _basis(request, numbering.next_number)
        content = _content(basis)
        made = drafted.made if drafted and drafted.content == content else _made(content, basis.settings)
        document = _write(request, content, made)
        states.apply(request, RequestStatus.ISSUED, table=_STEPS, document=document, leased_until=None, problem=[])
        signals.document_issued.send(sender=Document, document=document)
    return document


_STEPS: states.Transitions = {RequestStatus.WAITING: frozenset({RequestStatus.ISSUED})}


@dataclass(frozen=True, slots=True)
class _Draft:
    content: Content
    made: Made


def _draft(request_id: int) -> _Draft | None:
    """Content and files as they will be if nobody else issues in the same series meanwhile.

    They take up to seconds, in which nothing is locked: neither the series nor, on SQLite, the whole database.
    """
    request = DocumentRequest.objects.get(pk=request_id)
    if request.status != RequestStatus.WAITING:
        return None
    basis = _basis(request, numbering.likely_number)
    content = _content(basis)
    return _Draft(content, _made(content, basis.settings))


def drafted(request: DocumentRequest) -> Content:
    """What the document would say if it were issued now. Raises CannotIssue, NotNeeded or NotYet."""
    return _content(_basis(request, numbering.likely_number))


def _made(content: Content, settings: DocumentSettings) -> Made:
    whole = adding.completed(making.make(content, settings), content, settings)
    return signing.completed(whole, name=content.number)


def _basis(request: DocumentRequest, number: numbering.Numbering) -> Basis:
    """Raises NotNeeded where the seller issues no such documents."""
    settings, kind = settings_of(request.invoice), DocumentKind(request.kind)
    if not settings.issues(kind):
        raise NotNeeded
    on = day_of_issue(request)
    if kind in _NUMBERED_ELSEWHERE and request.invoice:
        return Basis(request, settings, request.invoice.number, on)
    return Basis(request, settings, number(kind, seller_id=settings.seller_id, series=settings.series, on=on), on)


def _content(basis: Basis) -> Content:
    """In the document's first language: builders write words, too."""
    with translation.override(language_of(basis.request)):
        content = builder(basis.request.kind)(basis)
    return printed_as.replaced(content, basis.request.about.get(PRINTED_AS, {}))


def _write(request: DocumentRequest, content: Content, made: Made) -> Document:
    stored = content_json.to_json(content)
    document = Document(
        kind=content.kind,
        number=content.number,
        cause=request.cause,
        customer=request.customer,
        invoice=request.invoice,
        corrects=_corrected(request, content),
        language=content.languages[0],
        currency=content.currency,
        gross=content.gross,
        issued_on=content.issued_on,
        content_json=stored,
        content_hash=content_json.content_hash(stored),
        hash_version=content_json.HASH_VERSION,
        pdf_hash=made.pdf_hash,
        xml_hash=made.xml_hash,
        ubl_hash=made.ubl_hash,
        kept_until=date(content.issued_on.year + KEPT_YEARS, 12, 31),
    )
    document.pdf.save("document.pdf", ContentFile(made.pdf), save=False)
    if made.xml:
        document.xml.save("document.xml", ContentFile(made.xml), save=False)
    if made.ubl:
        document.ubl.save("document.ubl", ContentFile(made.ubl), save=False)
    document.save(force_insert=True)
    PictureUse.objects.bulk_create(PictureUse(document=document, picture=picture) for picture in made.pictures)
    return document


def _corrected(request: DocumentRequest, content: Content) -> Document | None:
    """The document that a credit or debit note is to, if it is one: the invoice, or the credit note."""
    if content.corrects is None:
        return None
    return Document.objects.filter(invoice=request.invoice, number=content.corrects[0]).first()
