"""What must always hold of auto payment. Every check yields nothing on sound data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import F

from storefront.billing.auto_top_ups import caps
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, PaymentAttempt
from storefront.billing.models.saved_methods import Scope
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus
from storefront.core.audit import Finding

_COUNTED = (*OPEN_ATTEMPT, AttemptStatus.SUCCEEDED)


def checks() -> Iterator[Finding]:
    """Nothing is charged after an end, without a notice, or above the cap of its month."""
    charges = PaymentAttempt.objects.filter(mandate__scope=Scope.TOP_UP)
    for attempt in charges.filter(created_at__gt=F("mandate__ended_at")):
        yield Finding("charged-after-stop", attempt.idempotency_key, "by auto payment")
    for attempt in charges.filter(invoice__auto_top_up_charge=None):
        yield Finding("charged-without-plan", attempt.idempotency_key, "by auto payment")
    untold = AutoTopUpCharge.objects.filter(tries__gt=0, noticed_at=None)
    for charge in untold:
        yield Finding("charged-without-notice", charge.key, "by auto payment")
    yield from _above_cap()


def _above_cap() -> Iterator[Finding]:
    """By the mandate that the last charge of each month was made under."""
    zones = {(each.customer_id, each.currency): each.time_zone for each in AutoTopUp.objects.all()}
    sums: dict[tuple[int, str, date], Decimal] = defaultdict(Decimal)
    most: dict[tuple[int, str, date], Decimal] = defaultdict(Decimal)
    rows = PaymentAttempt.objects.filter(mandate__scope=Scope.TOP_UP, status__in=_COUNTED)
    for attempt in rows.select_related("mandate").iterator():
        mandate = attempt.mandate
        if mandate is None or mandate.amount_limit is None:
            continue
        zone = zones.get((mandate.customer_id, attempt.currency), "UTC")
        key = (mandate.customer_id, attempt.currency, caps.month_of(attempt.created_at, zone))
        sums[key] += attempt.amount
        most[key] = max(most[key], mandate.amount_limit)
    for key, amount in sums.items():
        if amount > most[key]:
            customer, currency, month = key
            yield Finding("charged-above-cap", f"customer {customer}, {month:%Y-%m}", f"{amount} {currency}")
