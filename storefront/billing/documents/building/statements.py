"""Reconciliation statements: the customer's personal account over a period, entry by entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from storefront.billing.documents.building import invoices, parties
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.content import Content, DocumentKind, Statement, StatementEntry
from storefront.billing.documents.errors import NotNeeded
from storefront.billing.models import LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.payer_details import PayerDetails
from storefront.core.instants import day_of
from storefront.core.money import MoneySum


def statement(basis: Basis) -> Content:
    """What the ledger says of the customer's account in the request's period and currency, both days included.

    The account holds what the seller owes the customer; on the statement that is what the payer owes, the sign turned.
    Raises NotNeeded where there is nothing in the period and nothing before it.
    """
    about, invoice = basis.request.about, invoices.invoice_of(basis)
    first, last = date.fromisoformat(about["first"]), date.fromisoformat(about["last"])
    before, within = _parts(basis.request.customer_id, invoice.currency, first, last)
    rows = tuple(_row(entry) for entry in within.select_related("transaction__invoice", "transaction__payment"))
    if not rows and not before:
        raise NotNeeded
    closing = -before + sum((row.debit - row.credit for row in rows), Decimal(0))
    return Content(
        kind=DocumentKind(basis.request.kind),
        number=basis.number,
        issued_on=basis.issued_on,
        languages=basis.settings.languages(invoices.language_of(invoice)),
        currency=invoice.currency,
        seller=parties.seller(invoice.seller, basis.settings),
        payer=parties.payer(PayerDetails.from_json(invoice.payer)),
        lines=(),
        tax_groups=(),
        net=abs(closing),
        tax=Decimal(0),
        gross=abs(closing),
        statement=Statement(first=first, last=last, opening=-before, entries=rows, closing=closing),
    )


def says_something(customer_id: int, currency: str, *, first: date, last: date) -> bool:
    """Whether there is anything in the period, or a balance before it."""
    before, within = _parts(customer_id, currency, first, last)
    return bool(before) or within.exists()


def _parts(customer_id: int, currency: str, first: date, last: date) -> tuple[Decimal, QuerySet[LedgerEntry]]:
    """The account's balance before the period (major units), and the period's own entries."""
    all_of_them, begin = entries(customer_id, currency, until=last), _midnight(first)
    before = all_of_them.filter(created_at__lt=begin).aggregate(sum=MoneySum("amount"))["sum"] or Decimal(0)
    return before, all_of_them.filter(created_at__gte=begin)


def entries(customer_id: int, currency: str, *, until: date) -> QuerySet[LedgerEntry]:
    """Of the customer's account, oldest first, those of the day ``until`` included."""
    account = {"account__kind": AccountKind.CUSTOMER, "account__customer": customer_id, "account__currency": currency}
    found = LedgerEntry.objects.filter(**account, created_at__lt=_midnight(until + timedelta(days=1)))
    return found.order_by("created_at", "pk")


def _row(entry: LedgerEntry) -> StatementEntry:
    amount = entry.amount
    return StatementEntry(
        on=day_of(entry.created_at),
        text=" ".join(_words(entry)),
        debit=-amount if amount < 0 else Decimal(0),
        credit=amount if amount > 0 else Decimal(0),
    )


def _words(entry: LedgerEntry) -> Iterable[str]:
    movement = entry.transaction
    if movement.invoice is not None:
        yield _("Invoice")
        yield movement.invoice.number
        if entry.amount > 0:
            yield "(" + _("taken back") + ")"
        return
    yield _("Payment") if entry.amount > 0 else _("Refund")
    if movement.payment is not None:
        yield movement.payment.reference


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
