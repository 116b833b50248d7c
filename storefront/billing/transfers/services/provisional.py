"""A license before the money: for some days, on the word of a payment proof. It is taken back by itself."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from storefront.billing import signals
from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice
from storefront.billing.services.locking import lock_invoice
from storefront.billing.services.unpaid import check as check_unpaid
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.billing.transfers import mails
from storefront.billing.transfers.models import ProofStatus, ProvisionalEnd, ProvisionalGrant
from storefront.billing.transfers.running import running_grant
from storefront.billing.transfers.services import awaiting, proofs
from storefront.core import clock, states
from storefront.core.instants import end_of_day
from storefront.core.license_terms import NOW
from storefront.users.models import User

logger = logging.getLogger(__name__)

#: The longest time that staff may give at once.
MOST_DAYS = 60
#: When the customer is told that it ends soon; half of a shorter time.
WARNED_BEFORE = timedelta(days=2)
BATCH = 50


class NothingProvisional(BillingError):
    message = _("Nothing of this invoice can be given before it is paid.")


class ChangesType(BillingError):
    message = _("This order changes the license type at once, which cannot be taken back. Wait for the money.")


class BadDays(BillingError):
    message = _("Enter a number of days from 1 to %(most)d.")

    def __init__(self) -> None:
        super().__init__(self.message % {"most": MOST_DAYS})


def check(invoice: Invoice, days: int) -> datetime:
    """Until when (UTC) ``days`` would give it. Raises as ``unpaid.check`` does, BadDays, NothingProvisional or
    ChangesType."""
    check_unpaid(invoice)
    if not 1 <= days <= MOST_DAYS:
        raise BadDays
    terms = [line.license_terms for line in invoice.lines.all() if line.license_terms]
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT or invoice.sold_by or not terms:
        raise NothingProvisional
    if any(each.change == NOW for each in terms):
        raise ChangesType
    return end_of_day(clock.now(), days=days)


def give(*, invoice: Invoice, days: int, reason: str, by: User) -> ProvisionalGrant:
    """Grant at once what an unpaid invoice buys, until the end of the day ``days`` from today; again, it is that long
    from today. The customer is told. Raises as ``check`` does."""
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        until = check(locked, days)
        grant = locked.provisional_grants.filter(ended_at=None).first()
        if grant is None:
            grant = ProvisionalGrant(invoice=locked)
        grant.until, grant.given_by, grant.reason, grant.warned_at = until, by, reason[:1000], None
        grant.save()
        awaiting.expect(locked)
        proofs.decide_all(locked, ProofStatus.PROVISIONAL, by=by, reason=reason)
        signals.provisional_given.send(sender=Invoice, invoice=locked, until=until)
        mails.provisional_given(grant)
    return grant


def finish(invoice: Invoice, outcome: ProvisionalEnd) -> None:
    """A locked invoice is paid, or will not be: what was given is final, or is taken back. The customer is told of the
    latter."""
    grant = invoice.provisional_grants.filter(ended_at=None).first()
    if grant is None:
        return
    grant.ended_at, grant.outcome = clock.now(), outcome
    grant.save(update_fields=["ended_at", "outcome"])
    if outcome == ProvisionalEnd.TAKEN_BACK:
        signals.provisional_ended.send(sender=Invoice, invoice=invoice)
        mails.provisional_ended(grant)


def resume(invoice: Invoice) -> None:
    """A locked invoice is open again: what was given before the money goes on until its day, if that is not over."""
    grant = running_grant(invoice)
    if grant is not None and grant.ended_at is not None:
        grant.ended_at, grant.outcome = None, ""
        grant.save(update_fields=["ended_at", "outcome"])


def follow() -> int:
    """Warn of what ends soon, and take back what is over. Safe in many workers at once; returns how many."""
    now = clock.now()
    running = ProvisionalGrant.objects.filter(ended_at=None).order_by("until", "pk")
    over = [grant for grant in running.filter(until__lte=now)[:BATCH] if _end(grant)]
    soon = running.filter(until__lte=now + WARNED_BEFORE, until__gt=now, warned_at=None)
    return len(over) + sum(_warn(grant) for grant in soon[:BATCH] if now >= warning_of(grant))


def warning_of(grant: ProvisionalGrant) -> datetime:
    """When the customer is to be told (UTC)."""
    return max(grant.until - WARNED_BEFORE, grant.created_at + (grant.until - grant.created_at) / 2)


def default_days() -> int:
    days: int = settings.PROVISIONAL_LICENSE_DAYS
    return days


@transaction.atomic
def _end(grant: ProvisionalGrant) -> bool:
    invoice = lock_invoice(grant.invoice_id)
    locked = states.lock(grant)
    if locked.ended_at is not None or locked.until > clock.now():
        return False
    is_paid = invoice.status in (InvoiceStatus.PAID, InvoiceStatus.REFUNDED)
    finish(invoice, ProvisionalEnd.PAID if is_paid else ProvisionalEnd.TAKEN_BACK)
    logger.info("invoice %s: its provisional license ended", invoice.number)
    return True


@transaction.atomic
def _warn(grant: ProvisionalGrant) -> bool:
    lock_invoice(grant.invoice_id)
    locked = states.lock(grant)
    if locked.ended_at is not None or locked.warned_at is not None:
        return False
    locked.warned_at = clock.now()
    locked.save(update_fields=["warned_at"])
    mails.provisional_ending(locked)
    return True
