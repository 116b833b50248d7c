"""Closing open charges: at the provider first, because only it can say that no money will come."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import GIVEN_UP, Invoice, PaymentAttempt
from storefront.billing.services import orders
from storefront.billing.services.locking import lock_attempt
from storefront.billing.services.poll_schedule import after_lapse
from storefront.billing.services.settlement import record, settle
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus
from storefront.core import states
from storefront.gateways.errors import NotFound


def cancel_open(*, invoice: Invoice) -> None:
    """Close every open charge of an invoice so that it can be made void. Must not be called inside a transaction.

    If the provider says that one was paid meanwhile, it is settled instead: re-read the invoice afterwards. Raises
    Unavailable (or a BillingError) if that cannot be known now; try again later.
    """
    for payment in PaymentAttempt.objects.filter(invoice_id=invoice.pk, status__in=OPEN_ATTEMPT):
        cancel_attempt(payment)


def cancel_attempt(payment: PaymentAttempt) -> PaymentAttempt:
    """Close one charge at its provider and note what it has become.

    One that we count as closed already is closed there too; one that the provider may not know is asked for first. A
    voucher that the provider cannot withdraw is given up here: what is paid with it all the same is received later.
    """
    if payment.status == AttemptStatus.CREATED and payment.provider_reference is None:
        from storefront.billing.services.starting import resume  # the other way round it is imported at the top

        payment = resume(payment)
    if payment.status == AttemptStatus.SUCCEEDED or payment.provider_reference is None:
        return payment
    seen = payment.revision
    try:
        snapshot = gateway(payment.gateway).cancel(payment.provider_reference)
    except NotFound:
        return settle(attempt_id=payment.pk)
    payment = record(attempt_id=payment.pk, snapshot=snapshot, seen=seen)
    return _give_up(payment.pk) if payment.is_awaited else payment


def _give_up(attempt_id: int) -> PaymentAttempt:
    with transaction.atomic(durable=True):
        payment = lock_attempt(attempt_id)
        if payment.is_awaited:
            states.apply(
                payment,
                AttemptStatus.CANCELLED,
                table=ATTEMPT_TRANSITIONS,
                failure_code=GIVEN_UP,
                next_check_at=after_lapse(payment),
            )
            orders.follow_attempts(payment.invoice)
    return payment
