"""Lines of a file become rows, some hundred at a time, each with what it is proposed to be for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from storefront.billing.bank_statements.matching import Matcher
from storefront.billing.bank_statements.models import AccountStatement, LineStatus, StatementFile, StatementLine
from storefront.billing.bank_statements.services import claims, neighbours
from storefront.billing.transfers.models import SellerAccount
from storefront.billing.transfers.services.booking import key_of
from storefront.core import clock
from storefront.formats.bank_statements import Format, Line, Statement, keys

CHUNK = 500
#: Formats whose references are the bank's own: a transfer that was confirmed by hand has the same name.
_NAMED_BY_THE_BANK = (Format.CAMT, Format.MT940)
#: How far the booking days of lines with one value date lie apart.
_NEAR = timedelta(days=31)


def write(
    file: StatementFile, rows: Sequence[AccountStatement], statements: Sequence[Statement], *, lease: timedelta
) -> bool:
    """Write the booked lines that are not there yet. False if the file was given to another worker meanwhile."""
    matchers: dict[str, Matcher] = {}
    mine = StatementFile.objects.filter(pk=file.pk, attempts=file.attempts)
    done, seen = 0, Counter[str]()
    for row, statement in zip(rows, statements, strict=True):
        if statement.lines and row.account.currency not in matchers:
            matchers[row.account.currency] = claims.matcher(row.account.currency)
        seen.update(neighbours.others(row, statement))
        for chunk in _chunks(row, statement, seen):
            _add_new(chunk, matchers[row.account.currency])
            done += len(chunk)
            if not mine.update(lines_done=done, leased_until=clock.now() + lease):
                return False
    new = StatementLine.objects.filter(statement__file=file).count()
    mine.update(lines_known=done - new)
    return True


def _chunks(row: AccountStatement, statement: Statement, seen: Counter[str]) -> Iterator[list[StatementLine]]:
    taken: set[str] = set()
    chunk: list[StatementLine] = []
    for line, key in zip(statement.lines, keys(statement, seen), strict=True):
        if not line.is_final:
            continue
        transfer_key = _transfer_key(row.account, statement.format, line, key)
        if transfer_key in taken:
            transfer_key = f"{row.account_id}:{key}"
        taken.add(transfer_key)
        new = StatementLine(statement=row, account=row.account, key=key, transfer_key=transfer_key)
        new.fill(line)
        new.currency = row.account.currency
        new.status = LineStatus.OPEN if line.amount > 0 or line.is_reversal else LineStatus.OUTGOING
        chunk.append(new)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _transfer_key(account: SellerAccount, format: Format, line: Line, key: str) -> str:
    if format in _NAMED_BY_THE_BANK and line.reference and line.item == 0 and line.amount > Decimal(0):
        day = line.value_on or line.booked_on
        return key_of(account=account, value_on=day, amount=line.amount, bank_reference=line.reference)
    return f"{account.pk}:{key}"


def _add_new(chunk: Sequence[StatementLine], matcher: Matcher) -> None:
    """Two workers may write the same lines at once: the database takes each key once."""
    wanted = [each.key for each in chunk]
    known = set(StatementLine.objects.filter(account=chunk[0].account, key__in=wanted).values_list("key", flat=True))
    new = [each for each in chunk if each.key not in known]
    taken = _transfers_taken(new)
    for each in new:
        if each.transfer_key in taken:
            each.transfer_key = f"{each.account_id}:{each.key}"
        if each.status == LineStatus.OPEN:
            each.propose(matcher.propose(each.as_read()))
    StatementLine.objects.bulk_create(new, ignore_conflicts=True)


def _transfers_taken(new: Sequence[StatementLine]) -> set[str]:
    """Which names of transfers lines of other files have, under a reference that the bank gave to several."""
    if not new:
        return set()
    days = [each.booked_on for each in new]
    near = StatementLine.objects.filter(
        account=new[0].account, booked_on__gte=min(days) - _NEAR, booked_on__lte=max(days) + _NEAR
    )
    return set(near.filter(transfer_key__in=[each.transfer_key for each in new]).values_list("transfer_key", flat=True))
