"""Statements of one day that follow each other: what says the same in two of them is two movements, not one told twice.

A bank may give several statements of a day, the second where the first ended, or the whole day again. Two equal lines
without a reference of the bank look alike in both. The balances tell which it is: a statement that opens with what
another closed with has none of its movements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Q

from storefront.billing.bank_statements.models import AccountStatement, FileStatus, StatementLine
from storefront.formats.bank_statements import Statement

#: (statement, opening, closing)
Balances = tuple[int, Decimal, Decimal]


def others(row: AccountStatement, statement: Statement) -> Counter[str]:
    """How many lines that say the same are in statements of other files that have none of this one's movements, by the
    part of their keys that tells what they say. Empty without balances: then equal lines are told once."""
    days = _days(statement)
    apart = _apart(row, days) if days else set()
    if not apart:
        return Counter()
    lines = StatementLine.objects.filter(statement__in=apart, booked_on__gte=days[0], booked_on__lte=days[-1])
    return Counter(key.rpartition("-")[0] for key in lines.values_list("key", flat=True))


def is_to_wait(rows: Iterable[AccountStatement], statements: Iterable[Statement]) -> bool:
    """Whether a file that came before has such a statement and is still being read: its lines are to be known first."""
    for row, statement in zip(rows, statements, strict=True):
        apart = _apart(row, days) if (days := _days(statement)) else set()
        earlier = AccountStatement.objects.filter(pk__in=apart, file__lt=row.file_id)
        if earlier.filter(file__status__in=(FileStatus.WAITING, FileStatus.READING)).exists():
            return True
    return False


def _days(statement: Statement) -> list[date]:
    return sorted({line.booked_on for line in statement.lines if line.is_final})


def _apart(row: AccountStatement, days: list[date]) -> set[int]:
    """Those that lead up to it, one after the other, and those that go on from it."""
    if row.opening is None or row.closing is None or row.opening == row.closing:
        return set()
    known = AccountStatement.objects.filter(account=row.account_id, is_final=True).exclude(file=row.file_id)
    known = known.filter(Q(closed_on=None) | Q(closed_on__gte=days[0]))
    known = known.filter(Q(opened_on=None) | Q(opened_on__lte=days[-1]))
    rows = known.values_list("pk", "opening", "closing")
    balances: list[Balances] = [(pk, at, to) for pk, at, to in rows if at is not None and to is not None and at != to]
    before = _chain(row.opening, [(pk, closing, opening) for pk, opening, closing in balances])
    return before | _chain(row.closing, balances)


def _chain(start: Decimal, steps: list[Balances]) -> set[int]:
    """From one balance to the next, wherever the steps lead."""
    found: set[int] = set()
    reached, frontier = set(), {start}
    while frontier:
        reached |= frontier
        taken = [(pk, to) for pk, at, to in steps if at in frontier]
        found |= {pk for pk, _to in taken}
        frontier = {to for _pk, to in taken} - reached
    return found
