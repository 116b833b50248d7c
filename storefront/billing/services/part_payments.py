"""Money that pays part of an invoice: kept for it until the whole price is there. Called under the invoice's locks.

It is on the customer's personal account all the while, so nothing is lost when the invoice becomes void.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from storefront.billing import mails, part_mails
from storefront.billing.models import Invoice, PartPayment, Payment
from storefront.billing.services import payments, sales
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core import clock
from storefront.core.money import MoneySum

logger = logging.getLogger(__name__)
_NOTHING = Decimal(0)
#: The parts with which an invoice was paid, of those that are kept no more.
PAID_IT = Q(released_at=F("invoice__paid_at"))


def held(invoice: Invoice) -> Decimal:
    """What is kept for an unpaid invoice, major units of its currency."""
    return _sum(_kept(invoice))


def due(invoice: Invoice) -> Decimal:
    """What an open invoice still asks for, major units of its currency."""
    return max(_NOTHING, invoice.amount - held(invoice))


def held_of(payment: Payment) -> Decimal:
    """What of a payment is kept for unpaid invoices, major units."""
    return _sum(PartPayment.objects.filter(payment=payment, released_at=None))


def pay_with(invoice: Invoice, payment: Payment, most: Decimal) -> Decimal:
    """Use up to ``most`` (major units) of a payment for a locked open invoice: pay it if the whole price is there with
    what is kept for it already, else keep the part. Returns what was used.

    Raises InsufficientBalance where the customer owes us more.
    """
    missing = invoice.amount - held(invoice)
    part = min(most, missing)
    if part < missing:
        keep(invoice, payment, part)
        part_mails.part_paid(invoice, payment, part=part, due=missing - part)
        return part
    pay_whole(invoice, [(payment, part)])
    return part


def pay_whole(invoice: Invoice, taken_from: Sequence[tuple[Payment, Decimal]]) -> None:
    """Pay a locked open invoice: ``taken_from`` and what is kept for it already add up to its price (major units).

    Raises InsufficientBalance where the customer owes us more.
    """
    kept = ((each.payment, each.amount) for each in _kept(invoice).select_related("payment"))
    parts: dict[Payment, Decimal] = {}
    for source, amount in [*kept, *taken_from]:
        if amount > 0:
            parts[source] = parts.get(source, _NOTHING) + amount
    _complete(invoice, parts)


def _complete(invoice: Invoice, parts: dict[Payment, Decimal]) -> None:
    """The whole price is there. An advance payment stays on the personal account; its sale is no movement of the
    ledger, so what paid it is told by the parts (``paid_with``)."""
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        for source, amount in parts.items():
            PartPayment.objects.update_or_create(
                payment=source, invoice=invoice, released_at=None, defaults={"amount": amount}
            )
        sources = list(parts)
        payments.close_paid(invoice, sources[0])
        mails.account_topped_up(invoice, sources[-1], again=paid_again(invoice, sources[0]))
    else:
        payments.pay(invoice, list(parts.items()))
    _kept(invoice).update(released_at=invoice.paid_at)


def paid_with(invoice: Invoice) -> dict[Payment, Decimal]:
    """What a paid advance payment was paid with, major units: released in the moment in which it was."""
    parts = PartPayment.objects.filter(PAID_IT, invoice=invoice).select_related("payment").order_by("payment_id")
    return {each.payment: each.amount for each in parts}


def paid_again(invoice: Invoice, payment: Payment) -> str:
    """What tells apart that an advance payment is paid anew with ``payment``, as the first was not for it; else ""."""
    released = PartPayment.objects.filter(invoice=invoice).exclude(released_at=None)
    return f":{payment.pk}" if released.exclude(released_at=invoice.paid_at).exists() else ""


def advances_of(payment: Payment) -> list[Invoice]:
    """The paid advance payments that a payment has paid, whole or in part, the latest first."""
    paid = PartPayment.objects.filter(
        PAID_IT, payment=payment, invoice__kind=InvoiceKind.ADVANCE_PAYMENT, invoice__status=InvoiceStatus.PAID
    )
    return list(Invoice.objects.filter(pk__in=paid.values("invoice")).order_by("-pk"))


def let_go(invoice: Invoice) -> list[Payment]:
    """The invoice asks for nothing any more: what was kept for it is free on the personal account. Returns the payments
    that had come for it."""
    kept = _kept(invoice)
    found = [each.payment for each in kept.filter(is_reserved=False).select_related("payment")]
    _release(kept)
    return found


def reserve(invoice: Invoice, taken_from: Sequence[tuple[Payment, Decimal]]) -> None:
    """Keep money of the personal account for a locked open invoice, whose rest is paid by a charge."""
    for payment, amount in taken_from:
        PartPayment.objects.create(payment=payment, invoice=invoice, amount=amount, is_reserved=True)


def reserved(invoice: Invoice) -> Decimal:
    """What of the personal account is kept for an unpaid invoice, major units of its currency."""
    return _sum(_kept(invoice).filter(is_reserved=True))


def renew(invoice: Invoice) -> None:
    """What is reserved for a locked invoice is so from now on: a charge for the rest is about to be opened."""
    _kept(invoice).filter(is_reserved=True).update(created_at=clock.now())


def give_back(invoice: Invoice) -> bool:
    """Keep nothing of the personal account for a locked invoice any more. Returns whether anything was."""
    return bool(_release(_kept(invoice).filter(is_reserved=True)))


def move(old: Invoice, new: Invoice) -> None:
    """``new`` takes the place of ``old``, both locked: what came for the one is kept for the other, and pays it if its
    price is lower. What was reserved is free again."""
    kept = list(_kept(old).filter(is_reserved=False).select_related("payment"))
    _release(_kept(old))
    for each in kept:
        if new.status == InvoiceStatus.OPEN:
            pay_with(new, each.payment, each.amount)


def fit(payment: Payment) -> None:
    """Some of a locked payment went back: no more is kept of it than is left."""
    left = sales.unspent(payment)
    for each in PartPayment.objects.filter(payment=payment, released_at=None):
        if each.amount > left:
            logger.info("invoice %s: %s is not kept for it any more", each.invoice_id, each.amount)
            _release(PartPayment.objects.filter(pk=each.pk))
            if left > 0:
                PartPayment.objects.create(
                    payment=payment, invoice_id=each.invoice_id, amount=left, is_reserved=each.is_reserved
                )
        left = max(_NOTHING, left - each.amount)


def keep(invoice: Invoice, payment: Payment, amount: Decimal) -> None:
    """Keep ``amount`` (major units) of a payment for a locked open invoice, beside what is kept of it already."""
    known = _kept(invoice).filter(payment=payment, is_reserved=False).first()
    if known is None:
        PartPayment.objects.create(payment=payment, invoice=invoice, amount=amount)
        return
    known.amount += amount
    known.save(update_fields=["amount"])


def _kept(invoice: Invoice) -> QuerySet[PartPayment]:
    return PartPayment.objects.filter(invoice_id=invoice.pk, released_at=None)


def _release(parts: QuerySet[PartPayment]) -> int:
    return parts.update(released_at=clock.now())


def _sum(parts: QuerySet[PartPayment]) -> Decimal:
    total: Decimal = parts.aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
    return total
