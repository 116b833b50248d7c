"""Giving money back: RefundTransaction (https://developer.paypal.com/api/nvp-soap/refund-transaction-nvp/).

PayPal takes a refund within 180 days, does not return its fee, and refuses a 'full' one after a part (10009): so the
rest of a payment is given back as a part.
"""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from paypal.express import gateway as package

from storefront.gateways.errors import Declined
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.paypal_nvp import limits
from storefront.gateways.payments.paypal_nvp.models import NvpCharge, NvpRefund
from storefront.gateways.payments.paypal_nvp.post import Connection, asked
from storefront.gateways.payments.paypal_nvp.taking import message_id
from storefront.gateways.payments.paypal_nvp.transactions import plain
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot, RefundState

_STATES = {"instant": RefundState.SUCCEEDED, "delayed": RefundState.PENDING}


def give_back(
    connection: Connection, charge: NvpCharge, payment: PaymentSnapshot, request: RefundRequest
) -> RefundSnapshot:
    """``payment``: fetched just now, with its refunds. Raises Declined for more than is left, a reversed or unpaid
    payment, another currency, or a key that was used for another amount."""
    refund = _claimed(charge, payment, request)
    if refund.refund_id:
        return _known(payment, refund)
    is_whole = refund.is_whole
    reply, _row = asked(
        connection,
        lambda: package.refund_txn(
            charge.transaction_id,
            is_partial=not is_whole,
            amount=None if is_whole else request.amount,
            currency=None if is_whole else request.currency,
        ),
        MSGSUBID=message_id(charge.our_reference, request.idempotency_key),
        **({"NOTE": request.reason[:255]} if request.reason else {}),
    )
    NvpRefund.objects.filter(pk=refund.pk).update(refund_id=reply["REFUNDTRANSACTIONID"])
    return RefundSnapshot(
        refund_reference=reply["REFUNDTRANSACTIONID"],
        state=_STATES.get(plain(reply.get("REFUNDSTATUS", "")), RefundState.PENDING),
        amount=limits.read(reply.get("GROSSREFUNDAMT", "")),
        currency=reply.get("CURRENCYCODE", payment.currency),
        idempotency_key=request.idempotency_key,
    )


def _claimed(charge: NvpCharge, payment: PaymentSnapshot, request: RefundRequest) -> NvpRefund:
    """The row of this key. One whose answer is unknown is asked for again as it is: it may be among what was refunded,
    so it is not measured by what is left."""
    refund = NvpRefund.objects.filter(idempotency_key=request.idempotency_key).first()
    if refund is None:
        is_whole = _left(payment, request) == payment.amount == request.amount
        with transaction.atomic():
            refund, _is_new = NvpRefund.objects.get_or_create(
                idempotency_key=request.idempotency_key,
                defaults={"charge": charge, "amount": request.amount, "is_whole": is_whole},
            )
    if refund.charge_id != charge.pk or refund.amount != request.amount:
        raise Declined("this key was used for another refund", code="idempotency_error")
    return refund


def _known(payment: PaymentSnapshot, known: NvpRefund) -> RefundSnapshot:
    """What became of a refund that this key began."""
    for each in payment.refunds or ():
        if each.refund_reference == known.refund_id:
            return each
    return RefundSnapshot(
        known.refund_id or "", RefundState.PENDING, known.amount, payment.currency, known.idempotency_key
    )


def _left(payment: PaymentSnapshot, request: RefundRequest) -> Decimal:
    """What can be given back of the payment, counted by us: PayPal's refusal says only that it is too much."""
    left = payment.amount - (payment.amount_refunded or Decimal(0))
    is_paid = payment.state is RemoteState.SUCCEEDED and not any(each.takes_money for each in payment.disputes or ())
    problem = limits.LIMITS.problem(request.amount, request.currency)
    if not is_paid or request.currency != payment.currency or (problem and request.amount <= left):
        raise Declined("nothing was paid that could be refunded so", code="not_refundable")
    if request.amount > left:
        raise Declined("more than is left of the payment", code="10009")
    return left
