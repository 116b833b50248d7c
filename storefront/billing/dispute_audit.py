"""Rules about disputes that must always hold; part of ``billing.audit``. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from storefront.billing.models import Dispute, LedgerEntry, Payment
from storefront.billing.models.ledger import AccountKind
from storefront.core.audit import Finding
from storefront.core.money import MoneyField, MoneySum
from storefront.gateways.payments.disputes import AGAINST_US

_NONE = Value(Decimal(0), output_field=MoneyField())


def checks() -> Iterator[Finding]:
    """What is withdrawn lies in dispute or is lost, each fee is booked, and a payment says what its disputes say."""
    against = [stage.value for stage in AGAINST_US]
    for reference in Dispute.objects.filter(stage__in=against).exclude(lost=F("withdrawn")).values_list("reference"):
        yield Finding("dispute-loss", *reference, "decided against us, and not counted as lost")
    for reference in Dispute.objects.exclude(stage__in=against).exclude(lost=0).values_list("reference"):
        yield Finding("dispute-loss", *reference, "counted as lost, and not decided against us")
    rows = Dispute.objects.filter(payment=OuterRef("pk")).values("payment")
    open_sum = rows.annotate(total=MoneySum(F("withdrawn") - F("lost"))).values("total")
    lost_sum, fee_sum = (rows.annotate(total=MoneySum(name)).values("total") for name in ("lost", "fee"))
    payments = Payment.objects.annotate(
        open_sum=Coalesce(Subquery(open_sum), _NONE),
        lost_sum=Coalesce(Subquery(lost_sum), _NONE),
        fee_sum=Coalesce(Subquery(fee_sum), _NONE),
        booked_open=_booked(AccountKind.DISPUTED),
        booked_fees=_booked(AccountKind.FEES),
    )
    for check, wrong in (
        ("dispute-not-in-ledger", payments.exclude(booked_open=-F("open_sum"))),
        ("dispute-fee-not-in-ledger", payments.exclude(booked_fees=-F("fee_sum"))),
        ("dispute-unlike-payment", payments.exclude(amount_lost=F("lost_sum"))),
    ):
        for pk in wrong.values_list("pk", flat=True):
            yield Finding(check, f"payment-{pk}")
    # What ``billing.audit`` leaves out of what a payment's provider holds is the fees alone.
    others = LedgerEntry.objects.filter(transaction__kind="dispute_fee")
    others = others.exclude(account__kind__in=[AccountKind.PROVIDER, AccountKind.FEES])
    for key in others.values_list("transaction__key", flat=True):
        yield Finding("dispute-fee-elsewhere", key)


def _booked(kind: AccountKind) -> Coalesce:
    entries = LedgerEntry.objects.filter(transaction__payment=OuterRef("pk"), account__kind=kind)
    totals = entries.values("transaction__payment").annotate(total=MoneySum("amount"))
    return Coalesce(Subquery(totals.values("total")), _NONE)
