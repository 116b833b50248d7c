"""Refunds as the provider reports them, begun by us or elsewhere: rows, ledger, invoice and order follow.

Called by settle alone, under its locks, for money that was received.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from storefront.billing import signals
from storefront.billing.models import Invoice, LedgerTransaction, Payment, Refund, RefundedUnit, ReviewItem
from storefront.billing.services import ledger, line_shares, orders, part_payments, refund_lookups, reviews, sales
from storefront.billing.services.locking import lock_invoice
from storefront.billing.services.poll_schedule import DAILY, next_check
from storefront.billing.services.refund_units import Unit, made_of, unit_amounts, units_left
from storefront.billing.states import (
    INVOICE_TRANSITIONS,
    MADE_REFUND,
    REFUND_TRANSITIONS,
    InvoiceKind,
    InvoiceStatus,
    RefundStatus,
    RefundWay,
)
from storefront.core import clock, states
from storefront.core.money import MoneySum
from storefront.core.sentences import Sentence
from storefront.gateways.payments.base import PaymentSnapshot
from storefront.gateways.payments.refunds import RefundSnapshot


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of a refund just now: it was made (``is_made``), or it has failed and staff are told."""

    refund: Refund
    is_made: bool = False
    is_failed: bool = False


def follow(payment: Payment, snapshot: PaymentSnapshot) -> None:
    """Book what the provider has given back since the last answer, or what came home because a refund failed."""
    refunded = payment.amount_refunded if snapshot.amount_refunded is None else snapshot.amount_refunded
    change = refunded - payment.amount_refunded
    rows = [_follow_row(payment, refund) for refund in snapshot.refunds or ()]
    made = [row.refund for row in rows if row.is_made and row.refund.is_ours]
    if change:
        _book(payment, change, made, [row.refund for row in rows if row.is_failed])
        payment.amount_refunded = refunded
        payment.save(update_fields=["amount_refunded"])
        part_payments.fit(payment)
        if snapshot.refunds is None:
            signals.refunds_unlisted.send(sender=Payment, payment=payment, change=change)
    over = _invoices_over(payment, made) if change > 0 else []
    for refund in made:
        _carry_out(refund, is_whole=refund.invoice in over)
    if payment.gateway != ledger.BANK_TRANSFER:  # one that its bank takes back has a mail of its own
        _announce([row.refund for row in rows if row.is_made and not row.refund.is_ours], over)
    if change and (change > 0 or not any(row.is_failed for row in rows)):
        _after_refund(payment, change, made, over)


def _announce(seen: Sequence[Refund], over: Sequence[Invoice]) -> None:
    """Refunds that were made at the provider: the customer reads of each, and with the last one what ends by them."""
    for refund in seen:
        units = [unit for invoice in over for unit in units_left(invoice)] if refund is seen[-1] else []
        signals.refund_seen.send(sender=Refund, refund=refund, units=units)


def conclude(payment: Payment, refund: Refund) -> None:
    """A refund of ours is made without the provider, and its entries are written: units, invoice and order follow.
    The payment is locked."""
    over = _invoices_over(payment, [refund])
    _carry_out(refund, is_whole=refund.invoice in over)
    for invoice in over:
        _take_back(payment.invoice if payment.invoice == invoice else lock_invoice(invoice.pk), payment)


def _follow_row(payment: Payment, snapshot: RefundSnapshot) -> Followed:
    """The provider's word on one refund, found by its id or, before we know that, by our key.

    Staff are told of each failure by itself, as amounts may cancel out.
    """
    row = payment.refunds.filter(reference=snapshot.refund_reference).first()
    if row is None:
        unconfirmed = payment.refunds.filter(is_ours=True, reference=None)
        row = next((each for each in unconfirmed if each.idempotency_key == snapshot.idempotency_key), None)
        row = row or refund_lookups.of_same_sum(payment, snapshot)
    if row is None:
        row = Refund.objects.create(
            payment=payment, amount=snapshot.amount, reference=snapshot.refund_reference, is_ours=False,
            asked_at=clock.now(),
        )  # fmt: skip
    status = RefundStatus(snapshot.state.value)
    if row.status == status or status not in REFUND_TRANSITIONS[row.status]:
        return Followed(row)
    was_unseen, was_made = row.status == RefundStatus.CREATED, row.status in MADE_REFUND
    states.apply(
        row,
        status,
        table=REFUND_TRANSITIONS,
        reference=snapshot.refund_reference,
        failure_code=snapshot.failure_code[:100],
        next_check_at=next_check(row, latest=DAILY) if status == RefundStatus.PENDING else None,
    )
    if status == RefundStatus.SUCCEEDED:
        signals.refund_succeeded.send(sender=Refund, refund=row)
    elif was_made and status == RefundStatus.FAILED:
        signals.refund_returned.send(sender=Refund, refund=row)
    is_failed = status == RefundStatus.FAILED and (row.is_ours or not was_unseen)
    if is_failed:
        reviews.file_refund_failed(row)
        if row.is_ours:
            signals.refund_given_up.send(sender=Refund, refund=row)
    return Followed(row, is_made=status in MADE_REFUND and not was_made, is_failed=is_failed)


def _book(payment: Payment, change: Decimal, made: Sequence[Refund], failed: Sequence[Refund]) -> None:
    """Entries for money given back (``change`` > 0), or come home because a refund has ``failed`` (< 0)."""
    customer, currency, amount = payment.customer, payment.currency, abs(change)
    kinds = ("refund", "refund_failed")
    step = LedgerTransaction.objects.filter(payment=payment, kind__in=kinds).count() + 1
    key = f"payment-{payment.pk}-refund-{step}"
    if change > 0:
        decided = [(refund.invoice, refund.amount) for refund in made if refund.invoice is not None]
        sales.take_back(payment, amount, key=f"{key}-goods", first=decided, lines=line_shares.decided(made))
        ledger.pay_out(customer=customer, payment=payment, amount=amount, currency=currency, key=key)
        return
    ledger.credit(customer=customer, payment=payment, amount=amount, currency=currency, key=key, kind="refund_failed")
    sales.sell_again(payment, amount, key=f"{key}-goods", lines=line_shares.decided(failed))


def _invoices_over(payment: Payment, made: Sequence[Refund]) -> list[Invoice]:
    """The paid invoices that a refund takes back: a whole refund those that the payment paid alone, staff's own refunds
    those of which they leave nothing."""
    is_whole = payment.amount_returned >= payment.amount
    decided = {refund.invoice_id for refund in made}
    over = [
        sale.invoice
        for sale in sales.sales_of(payment)
        if (is_whole and sale.sold == sale.invoice.amount)
        or (sale.invoice.pk in decided and sales.is_all_taken_back(sale.invoice))
    ]
    if is_whole:
        over += _advances_over(payment)
    return [invoice for invoice in over if invoice.status == InvoiceStatus.PAID]


def _advances_over(payment: Payment) -> list[Invoice]:
    """The advance payments that a payment paid alone: at a provider, or by bank transfer."""
    found = [each for each in part_payments.advances_of(payment) if len(part_payments.paid_with(each)) == 1]
    own = payment.invoice
    if own and own.kind == InvoiceKind.ADVANCE_PAYMENT and own not in found and not part_payments.paid_with(own):
        found.append(own)  # paid when it was not noted yet with what
    return found


def _after_refund(payment: Payment, change: Decimal, made: Sequence[Refund], over: Sequence[Invoice]) -> None:
    """Take back what is over. Anything else that staff have not decided is a matter for them, and so is an invoice that
    other money has paid in part."""
    for invoice in over:
        _take_back(payment.invoice if payment.invoice == invoice else lock_invoice(invoice.pk), payment)
    is_whole = payment.amount_returned >= payment.amount
    is_decided = change == sum((refund.amount for refund in made), Decimal(0))
    decided = {refund.invoice_id for refund in made} if is_decided else set()
    is_short = any(
        sale.left < sale.sold - _given_otherwise(payment, sale.invoice)
        and sale.invoice not in over
        and sale.invoice.pk not in decided
        for sale in sales.sales_of(payment)
    )
    if is_decided and not is_short:
        return
    if not over or is_short:
        kind = "refund_failed" if change < 0 else "refund" if is_whole else "partial_refund"
        _file(payment, kind, change)


def _given_otherwise(payment: Payment, invoice: Invoice) -> Decimal:
    """What staff gave back of it by bank transfer or to the personal account."""
    rows = payment.refunds.filter(invoice=invoice, status__in=MADE_REFUND).exclude(way=RefundWay.METHOD)
    return rows.aggregate(sum=MoneySum("amount"))["sum"] or Decimal(0)


def _take_back(invoice: Invoice, payment: Payment) -> None:
    states.apply(invoice, InvoiceStatus.REFUNDED, table=INVOICE_TRANSITIONS)
    orders.set_status(order=invoice.order, status=orders.REFUNDED)
    signals.invoice_refunded.send(sender=Invoice, invoice=invoice, payment=payment)


def _carry_out(refund: Refund, *, is_whole: bool) -> None:
    """A refund that staff decided is made: what its units granted ends, where all of their money has gone back, or
    all that the invoice granted, if nothing of its money is left."""
    units = list(units_left(refund.invoice)) if is_whole and refund.invoice else ended_units(refund)
    signals.refund_made.send(sender=Refund, refund=refund, units=units)


def ended_units(refund: Refund) -> list[Unit]:
    """The units whose time ends now that a refund is made: those it paid the last cent of, and, with the last refund of
    its decision, those that the decision names."""
    ended = []
    rows = RefundedUnit.objects.filter(refund=refund)
    decided = Refund.objects.filter(**({"decision": refund.decision} if refund.decision else {"pk": refund.pk}))
    is_last = not decided.exclude(status__in=MADE_REFUND).exists()
    if is_last:
        rows |= RefundedUnit.objects.filter(refund__in=decided, ends_time=True)
    for each in rows.select_related("line__invoice"):
        unit = Unit(each.line_id, each.unit)
        if (is_last and each.ends_time) or made_of(unit) >= unit_amounts(each.line)[each.unit - 1]:
            ended.append(unit)
    return list(dict.fromkeys(ended))


def _file(payment: Payment, kind: str, change: Decimal) -> None:
    """Each change is a matter of its own; the number of earlier ones, counted under lock, tells them apart."""
    known = ReviewItem.objects.filter(payment=payment, kind=kind).count()
    paid_for = [sale.invoice for sale in sales.sales_of(payment)]
    invoice = payment.invoice or next(iter(paid_for), None)
    numbers = ", ".join(each.number for each in paid_for)
    reviews.file(
        key=f"{kind}:{payment.public_id}:{known + 1}",
        kind=kind,
        detail=list(_sentences(payment, change, numbers)),
        attempt=payment.attempt,
        payment=payment,
        invoice=invoice,
    )


def _sentences(payment: Payment, change: Decimal, numbers: str) -> Iterator[Sentence]:
    text = _(
        "Of %(amount)s %(currency)s (%(gateway)s %(reference)s), %(refunded)s are refunded now (a change of "
        "%(change)s)."
    )
    yield Sentence(text, {
        "amount": payment.amount, "currency": payment.currency, "gateway": payment.gateway,
        "reference": payment.reference, "refunded": payment.amount_refunded, "change": change,
    })  # fmt: skip
    if payment.invoice:
        yield Sentence(_("The invoice is %(status)s."), {"status": payment.invoice.status})
    elif numbers:
        yield Sentence(_("It paid for %(numbers)s."), {"numbers": numbers})
    yield Sentence(_("Noted %(when)s UTC."), {"when": f"{clock.now():%Y-%m-%d %H:%M}"})
