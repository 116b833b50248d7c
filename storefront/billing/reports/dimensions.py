"""What sums of the ledger can be split by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, DateField, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate, TruncMonth
from django.db.models.lookups import Exact, IsNull
from oscar.apps.order.models import OrderDiscount

from storefront.billing.models import LedgerTransaction, LineShare
from storefront.billing.models.invoices import LINE_TERMS, MONTHS
from storefront.billing.services.sales import SALE
from storefront.core.spans import zone

INVOICE = "transaction__invoice__"
LINES = f"{INVOICE}lines__"
#: What ``VOUCHER`` says of an order with several vouchers, whose income cannot be split between them.
SEVERAL = "*"


@dataclass(frozen=True, slots=True)
class Dimension:
    """``expression`` of a ledger entry; ``of_line``: it differs among the lines of an invoice."""

    name: str
    expression: Callable[[], Any]
    of_line: bool = False


def share_of_line() -> Subquery:
    """What of an entry is for its line, None where that was not written: of whole invoices, and in old entries."""
    return _of_share("amount")


def tax_of_share() -> Subquery:
    """The tax in it."""
    return _of_share("tax")


def _of_share(column: str) -> Subquery:
    shares = LineShare.objects.filter(transaction=OuterRef("transaction"), line=OuterRef(f"{LINES}pk"))
    return Subquery(shares.values(column))


def _voucher() -> Any:
    used = OrderDiscount.objects.filter(order=OuterRef(f"{INVOICE}order"), voucher_code__gt="").order_by("voucher_code")
    first = Subquery(used.values("voucher_code")[:1])
    last = Subquery(used.reverse().values("voucher_code")[:1])
    return Case(
        When(Exact(first, last), then=first),
        When(IsNull(first, True), then=Value("")),
        default=Value(SEVERAL),
        output_field=CharField(),
    )


def _months() -> Any:
    return Cast(KeyTextTransform(MONTHS, f"{LINES}{LINE_TERMS}"), IntegerField())


def _country() -> Any:
    return Coalesce(KeyTextTransform("country", f"{INVOICE}payer"), Value(""), output_field=CharField())


def _tax_country() -> Any:
    """Where the sale was taxed, as the decision about its tax has it; of earlier releases the payer's country."""
    decided = NullIf(KeyTextTransform("country", f"{INVOICE}tax_facts"), Value(""))
    return Coalesce(decided, KeyTextTransform("country", f"{INVOICE}payer"), Value(""), output_field=CharField())


def _sold_in() -> Any:
    """The first day of the month in which what an entry belongs to was sold: an invoice may be paid anew, once its
    first payment was undone (``services.sales``)."""
    sold = LedgerTransaction.objects.filter(
        **SALE, invoice=OuterRef("transaction__invoice"), pk__lte=OuterRef("transaction")
    )
    month = TruncMonth("created_at", tzinfo=zone(), output_field=DateField())
    return Subquery(sold.order_by("-pk").values(month=month)[:1], output_field=DateField())


DAY = Dimension("day", lambda: TruncDate("created_at", tzinfo=zone()))
MONTH = Dimension("month", lambda: TruncMonth("created_at", tzinfo=zone(), output_field=DateField()))
SOLD_IN = Dimension("sold_in", _sold_in)
PRODUCT = Dimension("product", lambda: F(f"{LINES}software_id"), of_line=True)
PLAN = Dimension("type", lambda: F(f"{LINES}plan_id"), of_line=True)
PERIOD = Dimension("period", _months, of_line=True)
RATE = Dimension("rate", lambda: F(f"{LINES}tax_rate"), of_line=True)
COUNTRY = Dimension("country", _country)
TREATMENT = Dimension(
    "treatment", lambda: Coalesce(F(f"{INVOICE}tax_treatment"), Value("none"), output_field=CharField())
)
TAX_COUNTRY = Dimension("tax_country", _tax_country)
CUSTOMER = Dimension("customer", lambda: F(f"{INVOICE}customer_id"))
VOUCHER = Dimension("voucher", _voucher)
