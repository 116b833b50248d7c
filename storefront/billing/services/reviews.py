"""The queue of things about money that a person must look at."""

from __future__ import annotations

import logging

from django.db import transaction

from storefront.billing.models import Invoice, PaymentAttempt, ReviewItem
from storefront.billing.services import orders
from storefront.billing.services.locking import lock_attempt
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, states
from storefront.notifications import addresses, mails
from storefront.notifications.models import MailAddress
from storefront.users.models import User

logger = logging.getLogger(__name__)

#: Money that does not fit its invoice: no more may be asked for until a person has looked.
MISMATCH = "mismatch"
#: A buyer's bank asks about a payment or takes it back; and one that is decided.
DISPUTE, DISPUTE_CLOSED = "dispute", "dispute_closed"
#: The payment method refuses the invoice itself; the next try would be refused as well.
CANNOT_CHARGE = "cannot_charge"
#: The payment method is not set up as the shop needs it.
SETUP = "setup"
#: The provider holds an attempt that differs from ours, and no money of it yet.
MISMATCH_UNPAID = "mismatch_unpaid"
#: Mails to an address come back. Nothing is sent there until it is corrected, or somebody says that it works.
MAIL_BOUNCED = "mail_bounced"


class ReasonMissing(ValueError):
    """A resolution without a word of why."""


def file(
    *,
    key: str,
    kind: str,
    detail: str,
    payment: PaymentAttempt | None = None,
    invoice: Invoice | None = None,
    subject: str = "",
) -> ReviewItem:
    """Put something before the staff, once per ``key``, and tell them by mail, with ``subject`` where it is about no
    payment. No secrets in ``detail``."""
    with transaction.atomic():
        item, is_new = ReviewItem.objects.get_or_create(
            key=key, defaults={"kind": kind, "detail": detail, "payment": payment, "invoice": invoice}
        )
        if is_new:
            logger.warning("for review: %s", key)
            about = f" ({invoice.number})" if invoice else ""
            subject = subject or f"Payment to review: {kind}{about}"
            mails.staff_notice(key=f"review:{key}", subject=subject, text=detail)
    return item


def is_waiting(*, payment: PaymentAttempt, kind: str) -> bool:
    """Whether an unresolved item of that kind names the payment."""
    return ReviewItem.objects.filter(payment=payment, kind=kind, resolved_at=None).exists()


def is_blocked(invoice: Invoice) -> bool:
    """Whether money that does not fit the invoice waits for a person: nobody is asked for more until then."""
    return ReviewItem.objects.filter(invoice_id=invoice.pk, kind=MISMATCH, resolved_at=None).exists()


def cannot_be_charged(invoice: Invoice) -> bool:
    """Whether a person must do something before the invoice can be paid here."""
    return ReviewItem.objects.filter(invoice_id=invoice.pk, kind=CANNOT_CHARGE, resolved_at=None).exists()


def file_cannot_charge(*, invoice: Invoice, gateway: str, code: str) -> None:
    """Put an invoice that the payment method refuses before the staff, once until somebody resolves it."""
    if cannot_be_charged(invoice):
        return
    known = ReviewItem.objects.filter(invoice_id=invoice.pk, kind=CANNOT_CHARGE).count()
    file(
        key=f"{CANNOT_CHARGE}:{invoice.public_id}:{known + 1}",
        kind=CANNOT_CHARGE,
        detail=f"{gateway} refuses {invoice.amount} {invoice.currency} of {invoice.number} ({code or 'no code'}). "
        f"The customer cannot pay it on the shop's pages.",
        invoice=invoice,
    )


def file_setup(*, gateway: str, code: str, detail: str) -> None:
    """Put something wrong with a payment method's set-up before the staff, once until somebody resolves it.

    ``code`` tells what it is about: a right, the endpoint.
    """
    about = f"{SETUP}:{gateway}:{code}"[:190]
    same = ReviewItem.objects.filter(kind=SETUP, key__startswith=f"{about}:")
    if not same.filter(resolved_at=None).exists():
        file(key=f"{about}:{same.count() + 1}", kind=SETUP, detail=detail)


def resolve(*, item: ReviewItem, by: User, reason: str) -> ReviewItem:
    """Note who dealt with an item, when, and how. One that is resolved already keeps its first resolution.

    A charge that did not fit is over with it, so that the buyer may pay by a new one; an unpaid one is closed at the
    provider first. Must not be called inside a transaction. Raises ReasonMissing, or Unavailable (or a
    BillingError) if the provider cannot be asked now: nothing is resolved then.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing
    if item.resolved_at is None and item.kind == MISMATCH_UNPAID and item.payment is not None:
        from storefront.billing.services.cancelling import cancel_attempt  # it files reviews, too

        cancel_attempt(item.payment)
    with transaction.atomic(durable=True):
        payment = lock_attempt(item.payment_id) if item.payment_id else None
        locked = states.lock(ReviewItem(pk=item.pk))
        if locked.resolved_at is not None:
            return locked
        if payment is not None and locked.kind in (MISMATCH, MISMATCH_UNPAID):
            _give_up(payment)
        if locked.kind == MAIL_BOUNCED:
            _send_there_again(locked)
        locked.resolved_at, locked.resolved_by, locked.resolution = clock.now(), by, reason
        locked.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        logger.info("resolved: %s by user %s", locked.key, by.pk)
    return locked


def _send_there_again(item: ReviewItem) -> None:
    """The address is good, says who closes the matter. One that was corrected meanwhile is nobody's any more."""
    address = MailAddress.objects.filter(pk=item.key.split(":")[1]).first()
    if address is not None:
        addresses.cleared(address.email)


def _give_up(payment: PaymentAttempt) -> None:
    """Close an attempt a person has judged. Should the provider's object fit one day after all, it still pays."""
    if payment.status not in OPEN_ATTEMPT:
        return
    states.apply(
        payment, AttemptStatus.FAILED, table=ATTEMPT_TRANSITIONS, failure_code="did_not_fit", next_check_at=None
    )
    orders.follow_attempts(payment.invoice)
