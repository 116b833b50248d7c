"""Which lines of an invoice a movement of sales is for, where it is for a part of the invoice.

Written beside the movement and never changed, so that a report says what a refund by line was decided about. The tax of
a part is what the parts so far hold less what those before it held, so that all parts of a line hold its tax.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from storefront.billing.models import (
    Invoice,
    InvoiceLine,
    LedgerEntry,
    LedgerTransaction,
    LineShare,
    Refund,
    RefundedUnit,
)
from storefront.billing.models.ledger import AccountKind
from storefront.core import money
from storefront.core.money import MoneySum

_NOTHING = Decimal(0)
#: Amounts by the key of their line.
ByLine = Mapping[int, Decimal]


def decided(refunds: Iterable[Refund]) -> dict[int, Decimal]:
    """What refunds by line hold of each line, above zero."""
    rows = RefundedUnit.objects.filter(refund__in=list(refunds)).order_by().values_list("line")
    return dict(rows.annotate(sum=MoneySum("amount")).values_list("line", "sum"))


def taken(movements: Iterable[LedgerTransaction]) -> dict[int, Decimal]:
    """What movements took of each line, above zero; less what others of them gave back."""
    rows = LineShare.objects.filter(transaction__in=movements).order_by().values_list("line")
    sums = rows.annotate(sum=MoneySum("amount")).values_list("line", "sum")
    return {line: -amount for line, amount in sums if amount < 0}


def write(movement: LedgerTransaction, amount: Decimal, first: ByLine) -> None:
    """Share ``amount``, as booked on the account of sales (below zero: taken back), among the lines of its invoice.

    First what was decided about lines (``first``), the rest by what is left of them; no line gives more than it sold,
    none gets back more than it gave. Nothing is written for a whole invoice, whose lines are the shares.
    """
    invoice = movement.invoice
    if invoice is None or abs(amount) == invoice.amount or movement.shares.exists():
        return
    lines = list(invoice.lines.order_by("position"))
    if not lines:
        return
    sold = sold_of(invoice, lines, but=movement)
    room = [sold[line.pk] if amount < 0 else line.amount - sold[line.pk] for line in lines]
    wanted = [first.get(line.pk, _NOTHING) for line in lines]
    found = shared(abs(amount), wanted, room, [line.amount for line in lines], invoice.currency)
    signed = [share if amount > 0 else -share for share in found]
    LineShare.objects.bulk_create(
        LineShare(transaction=movement, line=line, amount=share, tax=_tax_in(line, share, sold[line.pk]))
        for line, share in zip(lines, signed, strict=True)
    )


def _tax_in(line: InvoiceLine, share: Decimal, sold: Decimal) -> Decimal:
    gone = line.amount - sold
    return -tax_between(line, gone, gone - share)


def tax_between(line: InvoiceLine, before: Decimal, after: Decimal) -> Decimal:
    """The tax in what went back of a line, once ``after`` is gone of it and ``before`` was until then: below zero where
    that is less. The steps from nothing to the whole line add up to its tax, whatever they are."""
    return _tax_of(line, after) - _tax_of(line, before)


def _tax_of(line: InvoiceLine, part: Decimal) -> Decimal:
    return money.quantize(part * line.tax / line.amount, line.invoice.currency) if line.amount else _NOTHING


def sold_of(
    invoice: Invoice, lines: Sequence[InvoiceLine], *, but: LedgerTransaction | None = None
) -> dict[int, Decimal]:
    """What each line has sold by now, less what was taken back of it; ``but``: as if that movement were not there."""
    sold = {line.pk: _NOTHING for line in lines}
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.SALES, transaction__invoice=invoice)
    if but is not None:
        entries = entries.exclude(transaction=but)
    shares: dict[int, dict[int, Decimal]] = {}
    written = LineShare.objects.filter(line__invoice=invoice)
    for movement, line_id, amount in written.values_list("transaction", "line", "amount"):
        shares.setdefault(movement, {})[line_id] = amount
    for movement, amount in entries.values_list("transaction", "amount"):
        if movement in shares:
            parts = [shares[movement][line.pk] for line in lines]
        else:  # a whole invoice, or a part from before shares were written
            parts = money.allocate(abs(amount), [line.amount for line in lines], invoice.currency)
            parts = parts if amount > 0 else [-part for part in parts]
        for line, part in zip(lines, parts, strict=True):
            sold[line.pk] += part
    return sold


def shared(
    amount: Decimal, wanted: Sequence[Decimal], room: Sequence[Decimal], prices: Sequence[Decimal], currency: str
) -> list[Decimal]:
    """``amount`` by line: first what is ``wanted`` of each, the rest by the ``room`` that is left, or by the ``prices``
    where that is not enough. No line gets more than its room as long as there is enough of it."""
    room = [max(_NOTHING, each) for each in room]
    first = [min(pair) for pair in zip(wanted, room, strict=True)]
    if sum(first) >= amount:
        return money.allocate(amount, first, currency)
    rest = [each - part for each, part in zip(room, first, strict=True)]
    left = amount - sum(first)
    others = money.allocate(left, rest if sum(rest) >= left else prices, currency)
    return [part + other for part, other in zip(first, others, strict=True)]
