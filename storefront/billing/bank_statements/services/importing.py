"""Files of statements: taken in once, read by the worker, line by line under keys that no other line has.

Every step can be done again: a worker that dies leaves the file to the next one, which finds the lines that are there
already. A file is refused before any of its lines is written.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from storefront.billing.bank_statements import words
from storefront.billing.bank_statements.errors import AlreadyImported, FileTooLarge
from storefront.billing.bank_statements.models import (
    AccountStatement,
    CsvMapping,
    FileSource,
    FileStatus,
    StatementFile,
)
from storefront.billing.bank_statements.services import automatic, checks, neighbours, writing
from storefront.billing.transfers.models import SellerAccount
from storefront.core import clock, queue, sentences
from storefront.core.sentences import Sentence
from storefront.formats.bank_statements import MAX_BYTES, Statement, StatementError, read
from storefront.users.models import User

logger = logging.getLogger(__name__)

PATIENCE = queue.Patience(lease=timedelta(minutes=5), longest_gap=timedelta(minutes=5), max_attempts=5)
#: What may go wrong in a way that a later try mends, or that is a fault of ours: noted at the file.
_FAULTS = (ArithmeticError, LookupError, OSError, TypeError, ValueError)


def take_in(
    content: bytes,
    *,
    name: str,
    source: FileSource,
    by: User | None,
    encoding: str = "",
    mapping: CsvMapping | None = None,
) -> StatementFile:
    """Keep a file for the worker. Raises AlreadyImported for bytes that came before and were not refused, and
    FileTooLarge."""
    if len(content) > MAX_BYTES:
        raise FileTooLarge
    row = StatementFile(
        name=name[-120:],
        file_hash=hashlib.sha256(content).hexdigest(),
        size=len(content),
        source=source,
        encoding=encoding,
        mapping=mapping,
        uploaded_by=by,
    )
    row.file.save(row.public_id, ContentFile(content), save=False)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as exc:
        row.file.delete(save=False)
        raise AlreadyImported from exc
    return row


def import_due() -> int:
    """The worker's job. Returns how many files were finished."""
    return queue.drain(lambda: queue.lease(_due, PATIENCE), _import)


def _due(now: datetime) -> QuerySet[StatementFile]:
    rows = StatementFile.objects.filter(status__in=(FileStatus.WAITING, FileStatus.READING))
    return queue.due(rows, now).order_by("next_attempt_at", "pk")


def _import(file: StatementFile) -> int:
    if file.tries > PATIENCE.max_attempts:  # only one that kills its worker gets here
        return _refuse(file, [Sentence(words.FAULT, {"name": "worker"})])
    try:
        statements = _read(file)
        rows = _begin(file, statements)
    except StatementError as exc:
        return _refuse(file, words.problem_of(exc))
    except checks.DoesNotFit as exc:
        return _refuse(file, [exc.sentence])
    except _FAULTS as exc:
        return _put_off(file, exc)
    if neighbours.is_to_wait(rows, statements):
        queue.finish(file, next_attempt_at=clock.now() + PATIENCE.gap_after(file.tries))
        return 0
    if not writing.write(file, rows, statements, lease=PATIENCE.lease):
        return 0  # too slow: another worker has it
    automatic.settle(file)
    done = StatementFile.objects.filter(pk=file.pk, attempts=file.attempts)
    return done.update(status=FileStatus.DONE, leased_until=None, finished_at=clock.now())


def _read(file: StatementFile) -> list[Statement]:
    with file.file.open("rb") as opened:
        content = opened.read()
    if file.mapping is None:
        return read(content, encoding=file.encoding)
    account = file.mapping.account
    return read(content, mapping=file.mapping.as_mapping(), account=account.number, currency=account.currency)


@transaction.atomic
def _begin(file: StatementFile, statements: Sequence[Statement]) -> list[AccountStatement]:
    """The statements of the file, checked against what was imported before. The same ones when it is begun again."""
    known = list(file.statements.select_related("account"))
    if known:
        return known
    accounts = [checks.account_of(each) for each in statements]
    remarks = []
    rows = []
    for position, (statement, account) in enumerate(zip(statements, accounts, strict=True)):
        checks.reserve_days(statement, account)
        remarks += checks.remarks(statement, account)
        rows.append(_row(file, position, statement, account))
    finals = [line for each in statements for line in each.lines if line.is_final]
    file.lines_total = len(finals)
    file.lines_announced = sum(len(each.lines) for each in statements) - len(finals)
    file.format = statements[0].format.value if statements else ""
    file.status, file.remarks = FileStatus.READING, sentences.kept(remarks)
    file.save(update_fields=["lines_total", "lines_announced", "format", "status", "remarks"])
    return rows


def _row(file: StatementFile, position: int, statement: Statement, account: SellerAccount) -> AccountStatement:
    return AccountStatement.objects.create(
        file=file,
        position=position,
        account=account,
        number=statement.number,
        opening=statement.opening,
        closing=statement.closing,
        opened_on=statement.opened_on,
        closed_on=statement.closed_on,
        is_final=statement.is_final,
    )


def _refuse(file: StatementFile, problem: Sequence[Sentence]) -> int:
    kept = sentences.kept(problem)
    queue.finish(file, status=FileStatus.REFUSED, problem=kept, finished_at=clock.now())
    return 1


def _put_off(file: StatementFile, fault: Exception) -> int:
    logger.exception("bank statement file %s cannot be read", file.pk)
    if file.tries >= PATIENCE.max_attempts:
        return _refuse(file, [Sentence(words.FAULT, {"name": type(fault).__name__})])
    queue.finish(file, next_attempt_at=clock.now() + PATIENCE.gap_after(file.tries))
    return 0
