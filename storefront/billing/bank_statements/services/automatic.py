"""What needs no person: a line that is a transfer confirmed before, and what is certain, where the seller allows it."""

from __future__ import annotations

import logging

from django.db import IntegrityError
from django.db.models import QuerySet

from storefront.billing.bank_statements.models import ImportRule, LineStatus, StatementFile, StatementLine
from storefront.billing.bank_statements.services import claims, deciding
from storefront.billing.errors import BillingError
from storefront.billing.transfers.models import BankTransfer, TransferStatus
from storefront.core import clock

logger = logging.getLogger(__name__)
#: Keys that are looked for in one query.
BATCH = 500


def settle(file: StatementFile) -> None:
    """After all lines are there. Can be done again: what is decided is left alone."""
    lines = StatementLine.objects.filter(statement__file=file, status=LineStatus.OPEN, amount__gt=0)
    _link_known(lines)
    if _book_certain(lines):
        match_again(lines)


def match_again(lines: QuerySet[StatementLine]) -> int:
    """Propose anew, as invoices stand now. Returns how many lines were looked at."""
    open_ones = list(lines.filter(status=LineStatus.OPEN).order_by("pk"))
    for currency in sorted({each.currency for each in open_ones}):
        matcher = claims.matcher(currency)
        for line in open_ones:
            if line.currency == currency:
                line.propose(matcher.propose(line.as_read()))
    StatementLine.objects.bulk_update(open_ones, ["proposals", "score", "is_certain"], batch_size=BATCH)
    return len(open_ones)


def match_open() -> int:
    """The worker's job: invoices are paid and issued meanwhile, so what waits is proposed anew; and a transfer that a
    line was said to be may be booked by now."""
    lines = StatementLine.objects.filter(status=LineStatus.OPEN, amount__gt=0)
    _link_known(lines)
    return match_again(lines) if lines.exists() else 0


def _link_known(lines: QuerySet[StatementLine]) -> None:
    """Confirmed by hand under the bank's reference, before the statement came: it is not booked again."""
    keys = dict(lines.values_list("transfer_key", "pk"))
    wanted = sorted(keys)
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        known = BankTransfer.objects.filter(key__in=some, status=TransferStatus.BOOKED, statement_line=None)
        for transfer in known:
            mine = StatementLine.objects.filter(pk=keys[transfer.key], status=LineStatus.OPEN)
            try:
                mine.update(status=LineStatus.BOOKED, transfer=transfer, decided_at=clock.now())
            except IntegrityError:
                logger.info("transfer %s belongs to another line", transfer.pk)


def _book_certain(lines: QuerySet[StatementLine]) -> int:
    """Returns how many were booked. What does not fit any more waits for a person."""
    allowed = ImportRule.objects.filter(books_certain=True).values("account")
    booked = 0
    for line in lines.filter(is_certain=True, account__in=allowed).select_related("account").order_by("pk"):
        try:
            deciding.book_proposed(line=line, proposal=line.proposed[0], by=None)
            booked += 1
        except BillingError as exc:
            logger.info("statement line %s is not booked by itself: %s", line.pk, exc)
    return booked
