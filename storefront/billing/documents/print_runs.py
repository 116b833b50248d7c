"""Paper copies made into one PDF by the worker: without seal and signature, which are put by hand."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from storefront.billing.documents import issuing, making, papers
from storefront.billing.documents.errors import CannotIssue
from storefront.billing.documents.models import PaperCopy, PaperStatus, PrintRun, PrintStatus
from storefront.core import clock, queue, sentences, states
from storefront.core.sentences import Sentence
from storefront.users.models import User

logger = logging.getLogger(__name__)

PATIENCE = queue.Patience(lease=timedelta(minutes=5), longest_gap=timedelta(minutes=1), max_attempts=4)
#: Days for which the file can be fetched.
KEEP = timedelta(days=7)
_LEFT_OUT = _("%(number)s is left out.")
_FAULT = _("An error of the program: %(name)s.")
_STEPS: states.Transitions = {PrintStatus.WAITING: frozenset({PrintStatus.READY, PrintStatus.FAILED})}


def ask(copies: Iterable[PaperCopy], *, by: User) -> PrintRun:
    """Have them made into one PDF. Commits with the caller's transaction."""
    run = PrintRun.objects.create(asked_by=by)
    run.papers.set(copies)
    return run


def make_due() -> int:
    """The worker's job: make what was asked for. Returns how many files."""
    return queue.drain(lambda: queue.lease(_due, PATIENCE), _make)


def _due(now: datetime) -> QuerySet[PrintRun]:
    return queue.due(PrintRun.objects.filter(status=PrintStatus.WAITING), now).order_by("next_attempt_at", "pk")


def _make(run: PrintRun) -> int:
    if run.tries > PATIENCE.max_attempts:  # only one that kills its worker gets here
        queue.finish(run, status=PrintStatus.FAILED)
        return 0
    try:
        return int(make(run))
    except issuing.FAULTS as exc:
        logger.exception("paper copies %s cannot be made into a file", run)
        problem = sentences.kept([Sentence(_FAULT, {"name": type(exc).__name__})])
        is_over = run.tries >= PATIENCE.max_attempts
        status = PrintStatus.FAILED if is_over else PrintStatus.WAITING
        at = clock.now() + PATIENCE.gap_after(run.tries)
        queue.finish(run, status=status, problem=problem, next_attempt_at=at)
    return 0


def make(run: PrintRun) -> bool:
    """The file, and its copies noted as printed, in one transaction. One that cannot be printed, or was posted
    meanwhile, is left out. Returns whether there is a file."""
    copies = run.papers.exclude(status=PaperStatus.POSTED).select_related("document__invoice").order_by("pk")
    sheets, problem = _sheets(list(copies))
    content = _together([sheet for _copy, sheet in sheets])
    with transaction.atomic():
        locked = states.lock(run)
        if locked.status != PrintStatus.WAITING:
            return False
        if sheets:
            locked.file.save("copies.pdf", ContentFile(content), save=False)
            papers.printed([copy for copy, _sheet in sheets])
        to = PrintStatus.READY if sheets else PrintStatus.FAILED
        kept = sentences.kept(problem)
        states.apply(locked, to, table=_STEPS, file=locked.file.name, problem=kept, leased_until=None)
    return bool(sheets)


def _sheets(copies: Sequence[PaperCopy]) -> tuple[list[tuple[PaperCopy, io.BytesIO]], list[Sentence]]:
    made: list[tuple[PaperCopy, io.BytesIO]] = []
    problem: list[Sentence] = []
    for copy in copies:
        try:
            made.append((copy, making.without_marks(copy.document)))
        except CannotIssue as exc:
            problem += [Sentence(_LEFT_OUT, {"number": copy.document.number}), *exc.sentences]
    return made, problem


def _together(sheets: Sequence[io.BytesIO]) -> bytes:
    from pypdf import PdfWriter  # only here

    together, made = PdfWriter(), io.BytesIO()
    for sheet in sheets:
        together.append(sheet)
    together.write(made)
    return made.getvalue()
