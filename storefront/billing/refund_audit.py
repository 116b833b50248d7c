"""What must always hold of refunds. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from storefront.billing.models import Allocation, LedgerEntry, Payment, Refund
from storefront.billing.models.ledger import AccountKind
from storefront.billing.states import MADE_REFUND, RefundStatus, RefundWay
from storefront.core import clock
from storefront.core.audit import Finding
from storefront.core.money import MoneyField, MoneyResult, MoneySum

UNKNOWN_LIMIT = timedelta(minutes=15)
_NONE = Value(Decimal(0), output_field=MoneyField())


def checks() -> Iterator[Finding]:
    """No more refunds than refunded money, none forgotten, none approved by whoever asked for it."""
    # Not "=": what was refunded before refunds were rows has none.
    by_method = Q(refunds__status__in=MADE_REFUND, refunds__way=RefundWay.METHOD)
    made = MoneySum("refunds__amount", filter=by_method)
    beyond = Payment.objects.annotate(made=Coalesce(made, _NONE)).filter(made__gt=F("amount_refunded"))
    for pk, total, refunded in beyond.values_list("pk", "made", "amount_refunded"):
        yield Finding("refunds-beyond-refunded", f"payment {pk}", f"{total} of {refunded}")
    by_bank = MoneySum("refunds__amount", filter=Q(refunds__status__in=MADE_REFUND, refunds__way=RefundWay.BANK))
    differing = Payment.objects.annotate(made=Coalesce(by_bank, _NONE)).exclude(made=F("amount_paid_out"))
    for pk, total, paid_out in differing.values_list("pk", "made", "amount_paid_out"):
        yield Finding("payouts-unlike-paid-out", f"payment {pk}", f"{total} of {paid_out}")
    late = clock.now() - UNKNOWN_LIMIT
    open_refunds = Refund.objects.filter(status__in=[RefundStatus.CREATED, RefundStatus.PENDING])
    open_refunds = open_refunds.exclude(way=RefundWay.BANK)  # those wait for staff, as long as it takes
    for refund in open_refunds.filter(Q(next_check_at=None) | Q(next_check_at__lt=late)):
        yield Finding("refund-unknown", str(refund), f"{refund.status} since {refund.created_at:%Y-%m-%d %H:%M}")
    same_person = Refund.objects.exclude(decided_by=None).filter(decided_by=F("begun_by"))
    for refund in same_person.exclude(status=RefundStatus.WITHDRAWN):
        yield Finding("refund-approved-by-its-asker", str(refund))
    yield from _sold_with_lost_money()


def _sold_with_lost_money() -> Iterator[Finding]:
    """Nothing is sold with money that is gone."""
    reversed_sales = LedgerEntry.objects.filter(
        transaction__payment=OuterRef("pk"), transaction__kind="purchase_reversed", account__kind=AccountKind.SALES
    )
    undone = reversed_sales.values("transaction__payment").annotate(total=MoneySum("amount"))
    allocated = Allocation.objects.filter(payment=OuterRef("pk")).values("payment").annotate(total=MoneySum("amount"))
    payments = Payment.objects.annotate(
        left=MoneyResult(
            Coalesce(Subquery(allocated.values("total")), _NONE) + Coalesce(Subquery(undone.values("total")), _NONE)
        )
    )
    returned = F("amount_refunded") + F("amount_paid_out")
    lost = payments.filter(left__gt=Decimal(0)).filter(left__gt=MoneyResult(F("amount") - returned - F("amount_lost")))
    for pk, left in lost.values_list("pk", "left"):
        yield Finding("sold-with-lost-money", f"payment {pk}", str(left))
