"""The call of a charge, and what became of it."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import translation

from checkout.auto_payments import rows
from storefront.billing import status
from storefront.billing.auto_top_ups import mails, switching
from storefront.billing.errors import AlreadyPaid, BillingError, InvoiceVoid
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice, Mandate, PaymentAttempt, SavedMethod
from storefront.billing.models.auto_top_ups import AutoTopUpStatus
from storefront.billing.saved_methods import charging, refusals, retry_plan
from storefront.billing.services.opening import NOT_ALLOWED
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, queue, time_zones
from storefront.core.language import nearest_language
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.payments.words import RefusalClass
from storefront.notifications.mails import staff_notice

logger = logging.getLogger(__name__)

Reason = AutoTopUpCharge.Reason
GAP = timedelta(minutes=5)
#: A try about which nothing could be learned for so long is given up.
PATIENCE = timedelta(days=3)


def charge_method(charge: AutoTopUpCharge) -> None:
    """The call; asked again for the same try it asks for the same charge, and never begins another one."""
    mandate, invoice = charge.mandate, charge.invoice
    if invoice is None or mandate.method is None:
        raise ValueError("nothing was begun")
    try:
        with time_limit(WORKER_SECONDS):
            attempt = _call(charge, invoice, mandate, mandate.method)
    except charging.NotChargeable:
        rows.end(charge, AutoTopUpStatus.STOPPED, Reason.OFF)
    except AlreadyPaid:
        pass  # its row says so, too
    except InvoiceVoid:
        rows.end(charge, AutoTopUpStatus.FAILED, Reason.NOT_PAID)
    except BillingError as exc:  # unknown, or the method is stopped for a while
        logger.warning("%s: not charged now (%s)", charge.key, type(exc).__name__)
        _look_again(charge)
    else:
        note(charge, attempt)


def _call(charge: AutoTopUpCharge, invoice: Invoice, mandate: Mandate, method: SavedMethod) -> PaymentAttempt:
    before = charge.tries - 1
    try:
        return charging.charge(invoice=invoice, method=method, mandate=mandate, charges_before=before)
    except charging.ChargedBefore:
        return charging.unattended(invoice)[before]


def note(charge: AutoTopUpCharge, attempt: PaymentAttempt) -> None:
    """What became of a try. A charge that succeeded has its row written by the payment."""
    if attempt.status in OPEN_ATTEMPT:
        _look_again(charge)
    elif attempt.status != AttemptStatus.SUCCEEDED:
        _refused(charge, attempt)


def _look_again(charge: AutoTopUpCharge) -> None:
    begun = charge.first_tried_at or clock.now()
    is_open = charge.invoice is not None and charge.invoice.attempts.filter(status__in=OPEN_ATTEMPT).exists()
    if not is_open and clock.now() - begun > PATIENCE * charge.tries:
        rows.end(charge, AutoTopUpStatus.FAILED, Reason.REFUSED)
        return
    queue.put_back(charge, field="next_at", at=clock.now() + GAP)


def _refused(charge: AutoTopUpCharge, attempt: PaymentAttempt) -> None:
    if attempt.failure_code == NOT_ALLOWED:  # it was stopped before anybody was asked
        rows.end(charge, AutoTopUpStatus.STOPPED, Reason.OFF)
        return
    refusal = refusals.note(attempt)
    method = attempt.saved_method
    with transaction.atomic():
        locked, mandate = rows.lock(charge)
        if locked.status != AutoTopUpStatus.CHARGING or locked.invoice is None or method is None:
            return
        zone = time_zones.zone(locked.auto_top_up.time_zone)
        again_at = retry_plan.next_try(
            first_at=locked.first_tried_at or clock.now(), tries=locked.tries, refusal=refusal,
            card_tries=retry_plan.tries_of(method), zone=zone,
        )  # fmt: skip
        locked.failure_code, locked.refusal = attempt.failure_code, refusal.value
        locked.status = AutoTopUpStatus.RETRY if again_at else AutoTopUpStatus.FAILED
        locked.next_at = again_at
        if again_at is None:
            locked.ended_at, locked.reason = clock.now(), Reason.REFUSED
        else:
            locked.charge_at = again_at
        locked.save()
        with translation.override(nearest_language(locked.auto_top_up.language)):
            reason = str(status.failure_reason(attempt))
        mails.failed(locked, locked.invoice, reason=reason, again_at=again_at)
        if refusal is RefusalClass.OURS:
            text = f"Auto payment {locked.public_id}, invoice {locked.invoice.number}: {attempt.failure_code}"
            staff_notice(key=f"{locked.key}:ours", subject="An auto payment was refused for good", text=text)
    if mandate is None:
        switching.turn_off(locked.auto_top_up, by=AutoTopUp.EndedBy.METHOD)
