"""The rows behind the income: the entries of the account of sales with the lines of their invoices, by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from storefront.billing.models import InvoiceLine
from storefront.billing.reports.dimensions import INVOICE, LINES, TAX_COUNTRY, Dimension, share_of_line, tax_of_share
from storefront.billing.reports.income import booked, shares
from storefront.billing.tax.treatments import TaxTreatment
from storefront.core import money
from storefront.core.spans import Span

_COLUMNS = {
    "entry": "pk", "at": "created_at", "kind": "why", "currency": "account__currency", "booked": "amount",
    "key": "transaction__key", "payment": "transaction__payment__reference", "number": f"{INVOICE}number",
    "invoiced": f"{INVOICE}amount", "order": f"{INVOICE}order__number", "customer": f"{INVOICE}customer",
    "payer": f"{INVOICE}payer", "line": f"{LINES}pk", "description": f"{LINES}description",
    "line_amount": f"{LINES}amount", "line_tax": f"{LINES}tax", "rate": f"{LINES}tax_rate",
    "position": f"{LINES}position", "share": "share", "share_tax": "share_tax",
    "treatment": f"{INVOICE}tax_treatment", "country": "taxed_in", "erased_at": f"{INVOICE}customer__erased_at",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booking:
    """What an entry booked for one line of an invoice: ``amount``, of which ``tax``, in major units of ``currency``.
    ``key`` is the movement's in the ledger, ``payment`` the provider's reference where one payment is named;
    ``treatment`` (``tax.TaxTreatment``) and ``country`` say how it was taxed; ``is_erased``: the customer is."""

    at: datetime
    kind: str
    currency: str
    amount: Decimal
    tax: Decimal
    rate: Decimal | None
    key: str
    payment: str
    invoice: str
    order: str
    customer: int | None
    payer: dict[str, str]
    description: str
    treatment: str
    country: str
    is_erased: bool = False


def rows(
    span: Span, *, kind: str = "", currency: str = "", by: Dimension | None = None, value: Any = None
) -> QuerySet[Any, Any]:
    """The entries with their lines, as ``read`` takes them; those alone whose ``by`` is ``value`` (None: has none)."""
    shared = {"share": share_of_line(), "share_tax": tax_of_share()}
    entries: QuerySet[Any, Any] = booked(span).annotate(**shared, taxed_in=TAX_COUNTRY.expression())
    entries = entries.filter(Q(share=None) | ~Q(share=0))  # a refund of other lines
    if kind:
        entries = entries.filter(why=kind)
    if currency:
        entries = entries.filter(account__currency=currency)
    if by is not None:
        entries = entries.annotate(chosen=by.expression())
        entries = entries.filter(chosen__isnull=True) if value is None else entries.filter(chosen=value)
    return entries.order_by("created_at", "pk", f"{LINES}position").values_list(*_COLUMNS.values())


def read(found: QuerySet[Any, Any] | Sequence[Any]) -> Iterator[Booking]:
    """One more query for each thousand rows, where some of them are shares of a part that the ledger does not have."""
    each_row = found.iterator(chunk_size=1000) if isinstance(found, QuerySet) else iter(found)
    while batch := list(islice(each_row, 1000)):
        named = [dict(zip(_COLUMNS, row, strict=True)) for row in batch]
        partial = {row["number"] for row in named if _is_unshared(row)}
        lines = _lines(partial) if partial else {}
        for row in named:
            yield _booking(row, lines.get(row["number"], []) if _is_unshared(row) else [])


def _is_unshared(row: dict[str, Any]) -> bool:
    return bool(row["number"]) and row["share"] is None and abs(row["booked"]) != row["invoiced"]


def _lines(numbers: set[str]) -> dict[str, list[tuple[int, Decimal, Decimal]]]:
    found: dict[str, list[tuple[int, Decimal, Decimal]]] = {}
    lines = InvoiceLine.objects.filter(invoice__number__in=numbers).order_by("invoice", "position")
    for number, pk, amount, tax in lines.values_list("invoice__number", "pk", "amount", "tax"):
        found.setdefault(number, []).append((pk, amount, tax))
    return found


def _booking(row: dict[str, Any], lines: list[tuple[int, Decimal, Decimal]]) -> Booking:
    if row["line"] is None:
        amount, tax = row["booked"], Decimal(0)
    elif row["share"] is not None:
        amount, tax = (money.quantize(row[each], row["currency"]) for each in ("share", "share_tax"))
    elif lines:
        at = [pk for pk, _amount, _tax in lines].index(row["line"])
        amount, tax = shares(row["booked"], [line[1:] for line in lines], row["currency"])[at]
    else:
        sign = 1 if row["booked"] > 0 else -1
        amount, tax = sign * row["line_amount"], sign * row["line_tax"]
    return Booking(
        at=row["at"], kind=row["kind"], currency=row["currency"], amount=amount, tax=tax, rate=row["rate"],
        key=row["key"], payment=row["payment"] or "", invoice=row["number"] or "", order=row["order"] or "",
        customer=row["customer"], payer=row["payer"] or {}, description=row["description"] or "",
        treatment=row["treatment"] or TaxTreatment.NONE, country=row["country"] or "",
        is_erased=row["erased_at"] is not None,
    )  # fmt: skip
