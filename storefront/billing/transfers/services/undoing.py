"""Taking the booking of a bank transfer back: it was booked wrongly, or the bank took the money away again.

A wrong booking is undone (``reopening``): what the transfer had paid is open again. What the bank has taken is booked
as a whole refund of its payments is (``refund_booking``): an invoice that the transfer had paid alone is Refunded and
its licenses end, one that others had paid in part is put before staff. So is a wrong booking of whose money something
was refunded since. Either way what was only kept for an invoice is asked for again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from storefront.billing.models import Invoice, Payment
from storefront.billing.services import refund_booking, reopening
from storefront.billing.services.locking import lock_payment
from storefront.billing.states import RESERVED_REFUND, RefundStatus
from storefront.billing.transfers import mails
from storefront.billing.transfers.errors import NothingBooked, NotUndoable
from storefront.billing.transfers.models import BankTransfer, TransferShare, TransferStatus
from storefront.core import clock, states
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.refunds import RefundSnapshot, RefundState
from storefront.users.models import User

logger = logging.getLogger(__name__)
_TRIES = 4


class _BookedOtherwise(Exception):
    """The payments that are locked are not those of the transfer."""


def undo(*, transfer: BankTransfer, by: User, reason: str) -> BankTransfer:
    """A booking was wrong: the transfer waits to be booked anew. Raises NothingBooked, or NotUndoable (a refund of its
    money is under way)."""
    return _take_back(transfer, TransferStatus.WAITING, by, reason)


def reverse(*, transfer: BankTransfer, by: User | None, reason: str) -> BankTransfer:
    """The bank took the money back: the transfer is over. One that was not booked is only marked. A second call changes
    nothing. Raises NotUndoable."""
    return _take_back(transfer, TransferStatus.REVERSED, by, reason)


def _take_back(transfer: BankTransfer, status: TransferStatus, by: User | None, reason: str) -> BankTransfer:
    """Somebody may book the transfer, or undo it, before its payments are locked: then it begins anew."""
    for _ in range(_TRIES):
        try:
            return _take_back_once(transfer, status, by, reason)
        except _BookedOtherwise:
            logger.info("bank transfer %s: booked otherwise meanwhile", transfer.pk)
    raise NotUndoable


def _lock_payments(transfer: BankTransfer) -> list[Payment]:
    """What the transfer became, locked with all that comes before it."""
    found = list(_payments_of(transfer))
    for pk in sorted({payment.customer_id for payment in found}):
        states.lock(User(pk=pk))
    return [lock_payment(payment.pk) for payment in found]


def _payments_of(transfer: BankTransfer) -> QuerySet[Payment]:
    found = Payment.objects.filter(transfer_shares__transfer=transfer, transfer_shares__is_undone=False)
    return found.order_by("pk").distinct()


def _are_those_of(payments: Sequence[Payment], transfer: BankTransfer) -> bool:
    return [payment.pk for payment in payments] == [payment.pk for payment in _payments_of(transfer)]


def _take_back_once(transfer: BankTransfer, status: TransferStatus, by: User | None, reason: str) -> BankTransfer:
    with transaction.atomic():
        payments = _lock_payments(transfer)
        locked = states.lock(transfer)
        if not _are_those_of(payments, locked):
            raise _BookedOtherwise
        if locked.status == status:
            return locked
        if locked.status != TransferStatus.BOOKED and status == TransferStatus.WAITING:
            raise NothingBooked
        if any(payment.refunds.filter(status__in=RESERVED_REFUND).exists() for payment in payments):
            raise NotUndoable
        for payment in payments:
            _give_back(payment, status, reason)
        undone = locked.shares.filter(is_undone=False)
        if status == TransferStatus.REVERSED:
            _tell_returned(locked, undone)
        undone.update(is_undone=True)
        locked.status, locked.reason = status, reason[:1000]
        locked.undone_at, locked.undone_by = clock.now(), by
        locked.save(update_fields=["status", "reason", "undone_at", "undone_by"])
    logger.info("bank transfer %s: %s by user %s", locked.pk, status.value, by.pk if by else None)
    return locked


def _tell_returned(transfer: BankTransfer, shares: QuerySet[TransferShare]) -> None:
    by_customer: dict[int, list[Invoice]] = {}
    for share in shares.select_related("invoice__customer", "invoice__order"):
        if share.invoice is not None:
            by_customer.setdefault(share.invoice.customer_id, []).append(share.invoice)
    for invoices in by_customer.values():
        mails.transfer_returned(transfer, invoices)


def _give_back(payment: Payment, status: TransferStatus, reason: str) -> None:
    """Book what is left of a locked payment as gone."""
    reference = f"undone-{payment.reference}"
    if status == TransferStatus.WAITING:
        reopened = reopening.unbook(payment, reference=reference, reason=reason)
        if reopened is not None:
            if reopened:
                mails.booking_undone(reopened, payment)
            return
    left = payment.amount_kept
    if left <= 0:
        return
    gone = RefundSnapshot(
        refund_reference=reference, state=RefundState.SUCCEEDED, amount=left, currency=payment.currency
    )
    snapshot = PaymentSnapshot(
        provider_reference=payment.reference,
        our_reference=payment.public_id,
        state=RemoteState.SUCCEEDED,
        amount=payment.amount,
        currency=payment.currency,
        is_live=payment.is_live,
        amount_refunded=payment.amount_refunded + left,
        refunds=(gone,),
    )
    refund_booking.follow(payment, snapshot)
    payment.refunds.filter(reference=reference, status=RefundStatus.SUCCEEDED).update(reason=reason[:1000])
