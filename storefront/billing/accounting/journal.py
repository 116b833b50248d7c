"""The ledger as a journal: each movement with its lines in debit and credit, sales split into net and tax."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby, islice
from typing import Any

from storefront.billing.accounting import accounts
from storefront.billing.models import LedgerEntry, LedgerTransaction
from storefront.billing.models.ledger import AccountKind
from storefront.billing.reports import bookings
from storefront.billing.reports.bookings import Booking
from storefront.core.spans import Span

_NOTHING = Decimal(0)
#: Entries that are read at once.
BATCH = 1000
#: Rate, country and treatment of a sale.
Taxed = tuple[Decimal | None, str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a movement on one account: ``amount`` in major units, above zero in credit, below in debit. ``rate``,
    ``country`` and ``treatment`` of sales and tax; ``tax``: of a sale the tax that belongs to it, signed likewise."""

    slot: str
    amount: Decimal
    rate: Decimal | None = None
    country: str = ""
    treatment: str = ""
    tax: Decimal = _NOTHING

    @property
    def debit(self) -> Decimal:
        return max(-self.amount, _NOTHING)

    @property
    def credit(self) -> Decimal:
        return max(self.amount, _NOTHING)


@dataclass(frozen=True, slots=True)
class Movement:
    """One transaction of the ledger; its parts add up to zero. ``document``: the invoice's number, ``reference`` the
    provider's; ``payer`` as the invoice has it."""

    at: datetime
    key: str
    kind: str
    currency: str
    document: str
    reference: str
    customer: int | None
    payer: dict[str, Any]
    parts: list[Part] = field(default_factory=list)


def movements(span: Span, *, currency: str = "") -> Iterator[Movement]:
    """All that was booked in ``span``, by time. Reads and holds a thousand entries at a time; call it in a snapshot."""
    entries = LedgerEntry.objects.filter(created_at__gte=span.start, created_at__lt=span.end)
    if currency:
        entries = entries.filter(account__currency=currency)
    entries = entries.select_related(
        "account", "transaction__invoice", "transaction__payment__attempt__invoice"
    ).order_by("created_at", "transaction", "pk")  # fmt: skip
    grouped = (
        list(group) for _key, group in groupby(entries.iterator(chunk_size=BATCH), key=lambda each: each.transaction_id)
    )
    while batch := list(islice(grouped, BATCH // 2)):
        sold = _sold(span, batch)
        for group in batch:
            yield _movement(group, sold)


def _sold(span: Span, batch: Sequence[Sequence[LedgerEntry]]) -> dict[str, list[Booking]]:
    """The lines of sales among them, by the movement's key."""
    ids = {each.transaction_id for group in batch for each in group if each.account.kind == AccountKind.SALES}
    found: dict[str, list[Booking]] = defaultdict(list)
    if ids:
        for booking in bookings.read(bookings.rows(span).filter(transaction__in=ids)):
            found[booking.key].append(booking)
    return found


def _movement(group: Sequence[LedgerEntry], sold: dict[str, list[Booking]]) -> Movement:
    moved: LedgerTransaction = group[0].transaction
    payment = moved.payment
    invoice = moved.invoice or (payment.invoice if payment else None)
    customers = [each.account.customer_id for each in group if each.account.customer_id]
    about = invoice or payment
    parts: list[Part] = []
    for entry in group:
        if entry.account.kind == AccountKind.SALES:
            parts.extend(_taxed_parts(sold[moved.key]))
        else:
            parts.append(Part(accounts.slot_of(entry.account), entry.amount))
    return Movement(
        at=moved.created_at, key=moved.key, kind=moved.kind, currency=group[0].account.currency,
        document=invoice.number if invoice else "", reference=payment.reference if payment else "",
        customer=next(iter(customers), about.customer_id if about else None), payer=invoice.payer if invoice else {},
        parts=parts,
    )  # fmt: skip


def _taxed_parts(lines: Sequence[Booking]) -> Iterator[Part]:
    """Net and tax of each rate, country and treatment."""
    sums: dict[Taxed, list[Decimal]] = defaultdict(lambda: [_NOTHING, _NOTHING])
    for line in lines:
        both = sums[line.rate, line.country, line.treatment]
        both[0] += line.amount - line.tax
        both[1] += line.tax
    for (rate, country, treatment), (net, tax) in sums.items():
        if net or tax:
            yield Part(f"{accounts.SALES}{treatment}", net, rate, country, treatment, tax)
        if tax:
            yield Part(f"{accounts.TAX}{treatment}", tax, rate, country, treatment)
