"""Income: what the ledger says was sold, less what went back.

An entry of the account of sales counts on the day it was booked, in the shop's time zone: a refund lowers the income of
the day it was made. Money on a personal account is not income, it is still the customer's; so an order that is unpaid
or cancelled adds nothing, and one that is refunded nothing in the end. Amounts include tax.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from storefront.billing.models import LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.reports.dimensions import INVOICE, LINES, Dimension, share_of_line, tax_of_share
from storefront.core import money
from storefront.core.snapshots import snapshot
from storefront.core.spans import Span

_NOTHING = Decimal(0)
_INVOICED = F(f"{INVOICE}amount")
_FULL = Q(amount=_INVOICED) | Q(amount=-_INVOICED)


class Kind(models.TextChoices):
    """Why something was booked. What comes back when a refund fails or an appeal is won counts where it was lost."""

    SOLD = "sold", _("Sold")
    REFUNDED = "refunded", pgettext_lazy("sums", "Refunded")
    LOST = "lost", _("Lost in disputes")


KIND = Case(
    When(transaction__key__startswith="dispute-", then=Value(Kind.LOST)),
    When(transaction__key__startswith="invoice-", then=Value(Kind.SOLD)),
    default=Value(Kind.REFUNDED),
)


class Rest(Enum):
    """In place of a line's value: the part of a sum that lines do not explain."""

    NOT_OF_A_LINE = "rest"


@dataclass(frozen=True, slots=True)
class Takings:
    """Sums in major units of one currency; ``refunded`` and ``lost`` are below zero. ``tax`` is the part of the income
    that is tax."""

    sold: Decimal = _NOTHING
    refunded: Decimal = _NOTHING
    lost: Decimal = _NOTHING
    tax: Decimal = _NOTHING

    @property
    def income(self) -> Decimal:
        return self.sold + self.refunded + self.lost

    def __add__(self, other: Takings) -> Takings:
        return Takings(
            self.sold + other.sold, self.refunded + other.refunded, self.lost + other.lost, self.tax + other.tax
        )


#: The value of each dimension, then the currency.
Key = tuple[Any, ...]
Split = dict[Key, Takings]


def booked(span: Span) -> QuerySet[LedgerEntry]:
    """The entries of sales: goods sold (positive) and taken back (negative), with ``kind``."""
    entries = LedgerEntry.objects.filter(
        account__kind=AccountKind.SALES, created_at__gte=span.start, created_at__lt=span.end
    )
    return entries.order_by().annotate(why=KIND)


def split(span: Span, *by: Dimension) -> Split:
    """The income of a span by some dimensions and currency; three queries of one moment, whatever the amount of data.

    The database adds up what was booked for whole invoices; what was booked for a part is shared among the lines
    as the ledger has it (``LineShare``), in old entries by their amounts (see ``shares``). The parts of a currency
    add up to its income, to the minor unit: what lines do not explain stands under ``Rest.NOT_OF_A_LINE``.
    """
    with snapshot():
        parts, whole = [*_in_full(span, by), *_in_part(span, by)], list(_in_all(span, by))
    sums: dict[Key, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    explained: dict[tuple[Key, str], Decimal] = defaultdict(Decimal)
    for key, kind, amount, tax in parts:
        sums[key][kind] += amount
        sums[key]["tax"] += tax
        explained[_of_entry(key, by), kind] += amount
    for key, kind, amount in whole:
        if rest := amount - explained[key, kind]:
            sums[key][kind] += rest
    return {key: Takings(**each) for key, each in sums.items()}


def total(parts: Iterable[Takings]) -> Takings:
    return sum(parts, Takings())


def shares(amount: Decimal, lines: Sequence[tuple[Decimal, Decimal]], currency: str) -> list[tuple[Decimal, Decimal]]:
    """Share what was booked for an invoice among its ``lines``, pairs of amount and tax: by their amounts, to the minor
    unit (see ``money.allocate``); each share holds tax in proportion. The amounts add up to ``amount``."""
    parts = money.allocate(abs(amount), [line for line, _tax in lines], currency)
    sign = 1 if amount > 0 else -1
    return [_taxed(sign * part, whole, tax, currency) for (whole, tax), part in zip(lines, parts, strict=True)]


def _taxed(share: Decimal, whole: Decimal, tax: Decimal, currency: str) -> tuple[Decimal, Decimal]:
    """A share of a line of ``whole``, to the minor unit, and the part of the line's ``tax`` that is in it."""
    part = money.quantize(abs(share) * tax / whole, currency) if whole else _NOTHING
    return money.quantize(share, currency), part if share > 0 else -part


def _of_entry(key: Key, by: Sequence[Dimension]) -> Key:
    values = (Rest.NOT_OF_A_LINE if each.of_line else value for each, value in zip(by, key, strict=False))
    return (*values, key[-1])


def _named(entries: QuerySet[LedgerEntry], by: Sequence[Dimension]) -> tuple[QuerySet[Any, Any], list[str]]:
    names = [f"by_{each.name}" for each in by]
    return entries.annotate(**{f"by_{each.name}": each.expression() for each in by}), names


def _in_all(span: Span, by: Sequence[Dimension]) -> Iterator[tuple[Key, str, Decimal]]:
    entries, names = _named(booked(span), [each for each in by if not each.of_line])
    for row in entries.values_list(*names, "account__currency", "why").annotate(sum=Sum("amount")):
        *values, currency, kind, amount = row
        known = iter(values)
        key = tuple(Rest.NOT_OF_A_LINE if each.of_line else next(known) for each in by)
        yield (*key, currency), kind, money.quantize(amount, currency)


def _in_full(span: Span, by: Sequence[Dimension]) -> Iterator[tuple[Key, str, Decimal, Decimal]]:
    entries, names = _named(booked(span).filter(_FULL, **{f"{LINES}isnull": False}), by)
    rows = entries.values_list(*names, "account__currency", "why")
    for *key, kind, amount, tax in rows.annotate(sum=_signed("amount"), tax=_signed("tax")):
        yield tuple(key), kind, money.quantize(amount, key[-1]), money.quantize(tax, key[-1])


def _signed(column: str) -> Sum:
    return Sum(Case(When(amount__gt=0, then=F(f"{LINES}{column}")), default=-F(f"{LINES}{column}")))


def _in_part(span: Span, by: Sequence[Dimension]) -> Iterator[tuple[Key, str, Decimal, Decimal]]:
    entries, names = _named(booked(span).exclude(_FULL).filter(**{f"{LINES}isnull": False}), by)
    rows = (
        entries.annotate(share=share_of_line(), share_tax=tax_of_share())
        .order_by("pk", f"{LINES}position")
        .values_list(
            "pk", "why", "amount", f"{LINES}amount", f"{LINES}tax", "share", "share_tax", *names, "account__currency"
        )
    )
    for _pk, group in groupby(rows.iterator(), key=lambda row: row[0]):
        lines = list(group)
        currency = lines[0][-1]
        if lines[0][5] is None:
            found = shares(lines[0][2], [(row[3], row[4]) for row in lines], currency)
        else:
            found = [(money.quantize(row[5], currency), money.quantize(row[6], currency)) for row in lines]
        for row, (amount, tax) in zip(lines, found, strict=True):
            if amount:
                yield row[7:], row[1], amount, tax
