"""The steps of a planned charge: told, charged, its outcome noted. Each goes on from the row alone."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from checkout.auto_payments import outcomes, proposals, rows
from checkout.auto_payments.planning import gateway_of
from checkout.auto_payments.proposals import Proposal
from storefront.billing.auto_top_ups import caps, mails
from storefront.billing.models import AutoTopUpCharge, Invoice, Mandate
from storefront.billing.models.auto_top_ups import AutoTopUpStatus
from storefront.billing.models.saved_methods import CHARGEABLE
from storefront.billing.payer_details import PayerDetails
from storefront.billing.personal_account import top_ups
from storefront.billing.saved_methods import retry_plan
from storefront.core import clock, queue, time_zones
from storefront.notifications import notices

logger = logging.getLogger(__name__)

Reason = AutoTopUpCharge.Reason
LEASE = timedelta(minutes=2)
#: Charges are begun in these hours of the customer's day only.
FIRST_HOUR, LAST_HOUR = 9, 17


def run_due() -> int:
    """A worker's job: the next step of every charge whose time has come. Returns how many were looked at."""
    due = AutoTopUpCharge.objects.filter(status__in=rows.RUNNING).select_related("auto_top_up__customer")
    return queue.drain(lambda: queue.claim_next(due, field="next_at", lease=LEASE), run)


def run(charge: AutoTopUpCharge) -> int:
    """Its next step, whatever was done of it before. Not inside a transaction."""
    match charge.status:
        case AutoTopUpStatus.PLANNED:
            _tell(charge)
        case AutoTopUpStatus.NOTICED | AutoTopUpStatus.RETRY:
            later = _not_before(charge)
            if later is not None:
                queue.put_back(charge, field="next_at", at=later)
            elif begun := _begin(charge):
                outcomes.charge_method(begun)
        case AutoTopUpStatus.CHARGING:
            outcomes.charge_method(charge)
    return 1


def _tell(charge: AutoTopUpCharge) -> None:
    """The notice, in the transaction that says so; where nothing is charged, the invoice."""
    with transaction.atomic():
        locked, mandate = rows.lock(charge)
        if locked.status != AutoTopUpStatus.PLANNED or mandate is None:
            return
        locked.noticed_at = clock.now()
        if locked.auto_top_up.invoiced_by:
            locked.status, locked.next_at = AutoTopUpStatus.INVOICED, None
            locked.invoice = _issue(locked)
            mails.invoice_sent(locked, locked.invoice)
        else:
            locked.status, locked.next_at = AutoTopUpStatus.NOTICED, locked.charge_at
            mails.notice(locked)
        locked.save()


def _not_before(charge: AutoTopUpCharge) -> datetime | None:
    """When the charge may be begun at the earliest, if that is not now; one whose notice was lost is given up."""
    top_up, now = charge.auto_top_up, clock.now()
    notice = notices.of(charge.notice_key)
    if notice.is_lost:
        rows.end(charge, AutoTopUpStatus.FAILED, Reason.NOTICE)
        return None
    if notice.sent_at is None:
        return now + timedelta(hours=1)
    earliest = max(charge.charge_at, proposals.first_morning(top_up, notice.sent_at))
    if now < earliest - timedelta(hours=1):
        return earliest
    zone = time_zones.zone(top_up.time_zone)
    local = now.astimezone(zone)
    if FIRST_HOUR <= local.hour < LAST_HOUR:
        return None
    day = local.date() + timedelta(days=1 if local.hour >= LAST_HOUR else 0)
    return retry_plan.morning(day, zone)


def _begin(charge: AutoTopUpCharge) -> AutoTopUpCharge | None:
    """Under the customer's lock, right before the call: is it still wanted, needed, and within the cap? None if not."""
    with transaction.atomic():
        locked, mandate = rows.lock(charge)
        if locked.status not in (AutoTopUpStatus.NOTICED, AutoTopUpStatus.RETRY):
            return None
        if mandate is None or mandate.method is None or mandate.method.status not in CHARGEABLE:
            rows.end_locked(locked, AutoTopUpStatus.STOPPED, Reason.OFF)
            return None
        now = clock.now()
        amount = locked.invoice.amount if locked.invoice else locked.amount
        today = _today(locked, mandate, now)
        if today.missing <= 0:
            rows.end_locked(locked, AutoTopUpStatus.SKIPPED, Reason.NOT_NEEDED)
            return None
        if locked.invoice is None:
            amount = min(amount, today.amount)
        if amount <= 0 or amount > today.left:
            _put_into_next_month(locked)
            return None
        locked.invoice = locked.invoice or _issue(locked, amount)
        locked.status, locked.mandate = AutoTopUpStatus.CHARGING, mandate
        locked.method_label = mandate.method.label
        locked.tries += 1
        locked.first_tried_at = locked.first_tried_at or now
        locked.next_at = now + LEASE
        locked.save()
    return locked


def _today(charge: AutoTopUpCharge, mandate: Mandate, now: datetime) -> Proposal:
    """What would be charged today, for what the customer was told of and nothing else."""
    top_up = charge.auto_top_up
    known = {line["key"] for line in charge.lines}
    found = proposals.propose(
        top_up,
        now=now,
        included=list(top_up.included.all()),
        gateway=gateway_of(top_up, mandate),
        charge_at=now,
    )
    others = frozenset(line.key for line in found.lines if line.key not in known)
    return proposals.propose(
        top_up,
        now=now,
        included=list(top_up.included.all()),
        gateway=gateway_of(top_up, mandate),
        charge_at=now,
        settled=others | proposals.settled(top_up, mandate.pk),
    )


def _put_into_next_month(charge: AutoTopUpCharge) -> None:
    """The cap is used up since it was planned: the first morning of the month after."""
    top_up = charge.auto_top_up
    month = caps.month_of(clock.now(), top_up.time_zone)
    _begin_of_it, until = caps.bounds(month, top_up.time_zone)
    zone = time_zones.zone(top_up.time_zone)
    charge.charge_at = charge.next_at = retry_plan.morning(until.astimezone(zone).date(), zone)
    charge.save(update_fields=["charge_at", "next_at"])


def _issue(charge: AutoTopUpCharge, amount: object = None) -> Invoice:
    top_up = charge.auto_top_up
    payer = PayerDetails.from_json(top_up.payer)
    return top_ups.write(
        customer=top_up.customer,
        amount=charge.amount if amount is None else amount,  # type: ignore[arg-type]
        currency=top_up.currency,
        payer=payer,
        language=top_up.language,
    )
