"""What must always hold of personal accounts. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from storefront.billing.models import PartPayment, PaymentAttempt
from storefront.billing.states import OPEN_ATTEMPT
from storefront.core import clock
from storefront.core.audit import Finding

#: The worker frees what no charge needs within a minute.
FORGOTTEN = timedelta(hours=1)


def checks() -> Iterator[Finding]:
    """No money is reserved beside a charge that is over."""
    open_charge = PaymentAttempt.objects.filter(status__in=OPEN_ATTEMPT).values("invoice")
    idle = PartPayment.objects.filter(is_reserved=True, released_at=None, created_at__lt=clock.now() - FORGOTTEN)
    for number, amount in idle.exclude(invoice__in=open_charge).values_list("invoice__number", "amount"):
        yield Finding("reserved-without-charge", number, f"{amount} of the personal account")
