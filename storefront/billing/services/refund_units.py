"""What can still be given back: of a payment, and of each unit of an invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Invoice, InvoiceLine, Payment, RefundedUnit
from storefront.billing.states import MADE_REFUND, RESERVED_REFUND
from storefront.core import money
from storefront.core.money import MoneySum
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.base import Feature

_NOTHING = Decimal(0)


class Unit(NamedTuple):
    """One piece of an invoice line; ``number`` counts from 1, as in the periods that were granted for it."""

    line_id: int
    number: int


def can_refund(payment: Payment) -> bool:
    """Whether the payment's provider gives money back at our request. Not for money that came without an attempt:
    nothing would follow what becomes of the refund."""
    try:
        return payment.attempt_id is not None and Feature.REFUND in gateway(payment.gateway).supports
    except ConfigurationError:
        return False


def refundable(payment: Payment) -> Decimal:
    """What may still be given back, major units: not what was refunded, lost to disputes or is being asked for."""
    reserved = payment.refunds.filter(status__in=RESERVED_REFUND).aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
    return payment.amount_kept - reserved


def unit_amounts(line: InvoiceLine) -> list[Decimal]:
    """What each unit of a line costs; they add up to the line's amount."""
    return money.allocate(line.amount, [Decimal(1)] * line.quantity, line.invoice.currency)


def units_left(invoice: Invoice) -> dict[Unit, Decimal]:
    """What each unit of an invoice can still give back, in the order of the lines: its price less what refunds by line,
    made or asked for, hold of it."""
    held = RefundedUnit.objects.filter(
        line__invoice=invoice, refund__status__in=(*RESERVED_REFUND, *MADE_REFUND)
    ).values_list("line_id", "unit", "amount")
    left = {
        Unit(line.pk, number): amount
        for line in invoice.lines.all()
        for number, amount in enumerate(unit_amounts(line), start=1)
    }
    for line_id, number, amount in held:
        left[Unit(line_id, number)] -= amount
    return left


def made_of(unit: Unit) -> Decimal:
    """What refunds that were made have given back of a unit by line."""
    made = RefundedUnit.objects.filter(line=unit.line_id, unit=unit.number, refund__status__in=MADE_REFUND)
    return made.aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
