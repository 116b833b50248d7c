"""The movements of a customer's account: payments in and out, and expenses. Opening balance + movements = closing.

Each is an entry of the ledger, so that the lists and the balance cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from storefront.billing import payment_numbers
from storefront.billing.gateway_registry import buyer_name
from storefront.billing.models import Allocation, Invoice, LedgerEntry, Payment
from storefront.billing.personal_account import balances
from storefront.core import money
from storefront.core.money import MoneySum
from storefront.users.models import User

#: Kinds of the ledger's transactions that are expenses: what was bought, and what of it was given back.
EXPENSES = ("purchase", "purchase_reversed")
_NOTHING = Decimal(0)
#: Where ``wanted`` keeps what a payment was spent on: allocations.
_SPENT = "spent_on"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which movements: of one currency, of days (both included, in the shop's time zone; None: open), with a text in
    them (or of a payment, and what it was spent on, by its number). ``is_expense``: None for all."""

    currency: str
    first: date | None = None
    last: date | None = None
    text: str = ""
    is_expense: bool | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """One line. ``amount``: major units of ``currency``, below zero where money left the account. ``payments``: where
    the money of an expense came from, with how much of each; ``spent``: what a payment paid for."""

    at: datetime
    what: str
    amount: Decimal
    currency: str
    payment: Payment | None
    invoice: Invoice | None
    products: tuple[str, ...] = ()
    method: str = ""
    payments: tuple[tuple[Payment, Decimal], ...] = ()
    spent: tuple[tuple[Invoice, Decimal], ...] = ()

    @property
    def is_disputed(self) -> bool:
        """Whether the buyer's bank asks for the money of a payment, or has taken it back."""
        return self.payment is not None and self.payment.is_disputed and not self.products


@dataclass(frozen=True, slots=True)
class Sums:
    """What was on the account before the wanted days, what came and went in them, and what was left. Of all movements,
    whatever else is filtered."""

    opening: Decimal
    came: Decimal
    went: Decimal
    closing: Decimal


def wanted(customer: User, asked: Wanted, *, most_spent: int | None = None) -> QuerySet[LedgerEntry]:
    """The entries, the newest first. ``most_spent``: of what a payment was spent on, only so much is read."""
    found = balances.entries_of(customer, asked.currency)
    begin, end = _bounds(asked)
    if begin:
        found = found.filter(created_at__gte=begin)
    if end:
        found = found.filter(created_at__lt=end)
    if asked.is_expense is not None:
        expenses = Q(transaction__kind__in=EXPENSES)
        found = found.filter(expenses) if asked.is_expense else found.exclude(expenses)
    if asked.text:
        found = found.filter(_says(asked.text))
    related = found.select_related(
        "account", "transaction__payment__attempt__invoice__auto_top_up_charge", "transaction__invoice__order"
    ).prefetch_related("transaction__invoice__lines")
    if asked.is_expense is not False:
        came_from = Allocation.objects.select_related("payment__attempt__invoice__auto_top_up_charge").order_by("pk")
        related = related.prefetch_related(Prefetch("allocations", came_from))
    if asked.is_expense is not True:  # one payment may have paid thousands of invoices
        spent = Allocation.objects.select_related("entry__transaction__invoice").order_by("pk")[:most_spent]
        related = related.prefetch_related(Prefetch("transaction__payment__allocations", spent, to_attr=_SPENT))
    return related.order_by("-created_at", "-pk")


def sums(customer: User, asked: Wanted) -> Sums:
    """Two queries."""
    begin, end = _bounds(asked)
    entries = balances.entries_of(customer, asked.currency)
    before = _sum(entries.filter(created_at__lt=begin)) if begin else _NOTHING
    within = entries.filter(created_at__gte=begin) if begin else entries
    within = within.filter(created_at__lt=end) if end else within
    came, went = _sum(within.filter(amount__gt=0)), _sum(within.filter(amount__lt=0))
    return Sums(*(money.quantize(each, asked.currency) for each in (before, came, went, before + came + went)))


def described(entry: LedgerEntry) -> Movement:
    """An entry of ``wanted`` in words of the active language."""
    moved = entry.transaction
    invoice = moved.invoice or _paid_by(moved.payment)
    is_expense = moved.kind in EXPENSES
    payment = None if is_expense else moved.payment
    return Movement(
        at=entry.created_at,
        what=_words(moved.kind, entry.amount),
        amount=money.quantize(entry.amount, entry.account.currency),
        currency=entry.account.currency,
        payment=moved.payment,
        invoice=invoice,
        products=tuple(line.description for line in moved.invoice.lines.all()) if moved.invoice else (),
        method=_method(payment) if payment else "",
        payments=tuple((each.payment, each.amount) for each in entry.allocations.all()) if is_expense else (),
        spent=_spent(payment) if payment and entry.amount > 0 else (),
    )


def _says(text: str) -> Q:
    if payment := payment_numbers.read(text):
        spent = Allocation.objects.filter(payment=payment).values("entry")
        return Q(transaction__payment=payment) | Q(pk__in=spent)
    numbers = Q(transaction__invoice__number__icontains=text) | Q(transaction__invoice__order__number__icontains=text)
    payments = Q(transaction__payment__attempt__invoice__number__icontains=text)
    labels = Q(transaction__payment__method_label__icontains=text)
    lines = Q(transaction__invoice__in=Invoice.objects.filter(lines__description__icontains=text).values("pk"))
    return numbers | payments | labels | lines


def _bounds(asked: Wanted) -> tuple[datetime | None, datetime | None]:
    zone = timezone.get_default_timezone()
    begin = datetime.combine(asked.first, time.min, zone) if asked.first else None
    end = datetime.combine(asked.last + timedelta(days=1), time.min, zone) if asked.last else None
    return begin, end


def _words(kind: str, amount: Decimal) -> str:
    words = {
        "payment": _("Payment received"),
        "purchase": _("Expense"),
        "purchase_reversed": _("Expense given back"),
        "refund": _("Refund"),
        "refund_failed": _("Refund that came back"),
        "dispute_lost": _("Taken back by your bank"),
        "dispute_regained": _("Returned by your bank"),
    }
    return words.get(kind) or (_("Credit") if amount > 0 else _("Debit"))


def _method(payment: Payment) -> str:
    if payment.method_label:
        return payment.method_label
    if payment.gateway in settings.PAYMENT_GATEWAYS:
        return _(buyer_name(payment.gateway))
    return _("Bank transfer")


def _paid_by(payment: Payment | None) -> Invoice | None:
    return payment.invoice if payment is not None else None


def _spent(payment: Payment) -> tuple[tuple[Invoice, Decimal], ...]:
    by_invoice: dict[int, tuple[Invoice, Decimal]] = {}
    for each in getattr(payment, _SPENT):
        if invoice := each.entry.transaction.invoice:
            known = by_invoice.get(invoice.pk, (invoice, _NOTHING))[1]
            by_invoice[invoice.pk] = (invoice, known + each.amount)
    return tuple(by_invoice.values())


def _sum(entries: QuerySet[LedgerEntry]) -> Decimal:
    total: Decimal = entries.aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
    return total
