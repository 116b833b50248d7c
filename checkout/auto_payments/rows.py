"""The row of a charge under its locks, and its end."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.auto_top_ups import switching
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Mandate
from storefront.billing.models.auto_top_ups import AutoTopUpStatus
from storefront.core import clock, states
from storefront.users.models import User

#: The worker sees to these.
RUNNING = (
    AutoTopUpStatus.PLANNED, AutoTopUpStatus.NOTICED, AutoTopUpStatus.RETRY, AutoTopUpStatus.CHARGING,
)  # fmt: skip


def lock(charge: AutoTopUpCharge) -> tuple[AutoTopUpCharge, Mandate | None]:
    """The row and what allows it now, None where auto payment is off. Needs a transaction."""
    customer = states.lock(User(pk=charge.auto_top_up.customer_id))
    top_up = states.lock(AutoTopUp(pk=charge.auto_top_up_id))
    locked = states.lock(AutoTopUpCharge(pk=charge.pk))
    top_up.customer, locked.auto_top_up = customer, top_up
    return locked, switching.live_mandate(top_up) if top_up.is_on else None


def end(charge: AutoTopUpCharge, status: str, reason: str) -> None:
    """Nothing is charged for it any more, unless it is over already."""
    with transaction.atomic():
        locked, _mandate = lock(charge)
        if locked.status in RUNNING:
            end_locked(locked, status, reason)


def end_locked(charge: AutoTopUpCharge, status: str, reason: str) -> None:
    """The same for a locked row; an invoice that is not needed becomes void."""
    charge.status, charge.reason = status, reason
    charge.next_at, charge.ended_at = None, clock.now()
    charge.save(update_fields=["status", "reason", "next_at", "ended_at"])
    if charge.invoice is not None and status in (AutoTopUpStatus.SKIPPED, AutoTopUpStatus.STOPPED):
        switching.void_unused(charge.invoice)
