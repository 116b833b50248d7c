"""What a refund would take, and from which payments: worked out from the rows, nothing is changed.

The preview shows a plan, and the refund makes it again under the customer's lock, so both come from the same code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from storefront.billing.errors import NotRefundable
from storefront.billing.models import Invoice, Payment, Refund
from storefront.billing.services import refund_units, sales
from storefront.billing.services.refund_payees import Payee
from storefront.billing.services.refund_units import Unit, can_refund, made_of, unit_amounts, units_left
from storefront.billing.states import RESERVED_REFUND, RefundWay
from storefront.core import money
from storefront.core.money import MoneySum

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundDecision:
    """What staff want to give back: units of an invoice whole, a sum of an invoice, or a sum of a payment as such.

    ``amount`` is in major units; None with ``units``. ``ending``: units whose time ends although only a sum is given.
    ``is_unspent``: of the payment only what bought nothing. ``way``: how it goes back; by bank transfer to ``payee``.
    """

    invoice: Invoice | None = None
    payment: Payment | None = None
    units: Sequence[Unit] = ()
    amount: Decimal | None = None
    ending: Sequence[Unit] = ()
    is_unspent: bool = False
    way: RefundWay = RefundWay.METHOD
    payee: Payee | None = None


@dataclass(slots=True)
class UnitPart:
    """What a refund holds of one unit."""

    unit: Unit
    amount: Decimal
    ends_time: bool = False


@dataclass(slots=True)
class Part:
    """What one payment gives back."""

    payment: Payment
    amount: Decimal
    units: list[UnitPart] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """The parts of a refund, one for each payment it takes from. ``decision``: of a refund that is written already."""

    invoice: Invoice | None
    currency: str
    parts: Sequence[Part]
    decision: str = ""
    way: RefundWay = RefundWay.METHOD

    @property
    def amount(self) -> Decimal:
        return sum((part.amount for part in self.parts), _NOTHING)

    @property
    def units(self) -> list[Unit]:
        """Every unit it touches, each once."""
        return list(dict.fromkeys(each.unit for part in self.parts for each in part.units))

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the invoice's money is left once this refund and all that are asked for beside it are
        made: then all that the invoice granted ends."""
        return self.invoice is not None and self.amount + self.asked_beside == _kept_of(self.invoice)

    @property
    def asked_beside(self) -> Decimal:
        """What other decisions about the invoice ask for that are not made yet."""
        others = Refund.objects.filter(invoice=self.invoice, status__in=RESERVED_REFUND)
        if self.decision:
            others = others.exclude(decision=self.decision)
        asked: Decimal = others.aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
        return asked if self.invoice is not None else _NOTHING


def plan(decision: RefundDecision) -> RefundPlan:
    """Raises NotRefundable, whose text says why."""
    if decision.payment is not None:
        return _of_payment(decision)
    if decision.invoice is None:
        raise ValueError("a refund is about an invoice or a payment")
    if decision.amount is None:
        return _of_units(decision.invoice, decision.units, decision.way)
    return _of_sum(decision.invoice, decision.amount, decision.ending, decision.way)


def plan_of(refunds: Sequence[Refund]) -> RefundPlan:
    """The plan of a decision that is written and waits; ``refunds`` are all of it."""
    parts = [
        Part(
            row.payment,
            row.amount,
            [UnitPart(Unit(each.line_id, each.unit), each.amount, each.ends_time) for each in row.units.order_by("pk")],
        )
        for row in refunds
    ]
    first = refunds[0]
    return RefundPlan(first.invoice, first.payment.currency, parts, first.decision, RefundWay(first.way))


def ending_with(plan: RefundPlan) -> list[Unit]:
    """The units whose time ends once a plan is carried out: all of the invoice's if nothing of its money is left."""
    if plan.invoice is None:
        return []
    left = units_left(plan.invoice)
    if plan.is_whole:
        return list(left)
    prices = {line.pk: unit_amounts(line) for line in plan.invoice.lines.all()}
    given: dict[Unit, Decimal] = {}
    ending = set()
    for each in (each for part in plan.parts for each in part.units):
        given[each.unit] = given.get(each.unit, _NOTHING) + each.amount
        if each.ends_time or given[each.unit] + made_of(each.unit) >= prices[each.unit.line_id][each.unit.number - 1]:
            ending.add(each.unit)
    return [unit for unit in left if unit in ending]


def sources(invoice: Invoice, way: RefundWay = RefundWay.METHOD) -> list[Part]:
    """The payments that an invoice was paid with, oldest first, each with what can be given back of it for this
    invoice. An advance payment bought nothing: all that is left of it. By their own methods only those that refund;
    otherwise not what a bank disputes, which it may take as well."""
    payments = Payment.objects.filter(allocations__entry__transaction__invoice=invoice)
    payments |= Payment.objects.filter(attempt__invoice=invoice, attempt__invoice__kind="advance_payment")
    found = []
    for payment in payments.distinct().order_by("pk"):
        if can_refund(payment) if way == RefundWay.METHOD else not payment.is_disputed:
            left = max(_NOTHING, min(_left_for(payment, invoice), refund_units.refundable(payment)))
            found.append(Part(payment, left))
    return found


def _left_for(payment: Payment, invoice: Invoice) -> Decimal:
    of_invoice = [sale.left for sale in sales.sales_of(payment) if sale.invoice.pk == invoice.pk]
    if not of_invoice:
        return refund_units.refundable(payment)
    reserved = payment.refunds.filter(invoice=invoice, status__in=RESERVED_REFUND).aggregate(sum=MoneySum("amount"))
    return of_invoice[0] - (reserved["sum"] or _NOTHING)


def _kept_of(invoice: Invoice) -> Decimal:
    """What of the invoice's money is still there, refunds being asked for left out."""
    payments = Payment.objects.filter(allocations__entry__transaction__invoice=invoice).distinct()
    return sum(
        (sale.left for payment in payments for sale in sales.sales_of(payment) if sale.invoice.pk == invoice.pk),
        _NOTHING,
    )


def unspent(payment: Payment) -> Decimal:
    """What of a payment bought nothing and can still be given back; below zero, if more was given back."""
    return refund_units.refundable(payment) - sum((sale.left for sale in sales.sales_of(payment)), _NOTHING)


def _of_payment(decision: RefundDecision) -> RefundPlan:
    payment, amount, way = decision.payment, decision.amount or _NOTHING, decision.way
    if payment is None or way == RefundWay.ACCOUNT:
        raise ValueError("what a payment did not spend is on the personal account")
    if way == RefundWay.METHOD and not can_refund(payment):
        raise NotRefundable(_("The provider of this payment cannot give money back through the shop."))
    if way == RefundWay.BANK and payment.is_disputed:
        raise NotRefundable(_("The buyer's bank disputes this payment, and may take its money."))
    left = unspent(payment) if decision.is_unspent else refund_units.refundable(payment)
    _check_amount(amount, payment.currency, left)
    return RefundPlan(None, payment.currency, [Part(payment, amount)], way=way)


def _of_sum(invoice: Invoice, amount: Decimal, ending: Sequence[Unit], way: RefundWay) -> RefundPlan:
    _check_amount(amount, invoice.currency, sum((part.amount for part in sources(invoice, way)), _NOTHING))
    left, rest = units_left(invoice), amount
    wanted: list[tuple[Unit | None, Decimal]] = []
    for unit in dict.fromkeys(ending):  # the money is theirs, up to their price
        share = max(_NOTHING, min(left.get(unit, _NOTHING), rest))
        wanted.append((unit, share))
        rest -= share
    parts = _drawn(invoice, [*wanted, (None, rest)], way)
    for each in (each for part in parts for each in part.units):
        each.ends_time = True
    return RefundPlan(invoice, invoice.currency, parts, way=way)


def _of_units(invoice: Invoice, units: Sequence[Unit], way: RefundWay) -> RefundPlan:
    left, units = units_left(invoice), list(dict.fromkeys(units))
    if not units or any(left.get(unit) is None for unit in units):
        raise NotRefundable(_("Choose what is to be refunded."))
    wanted = sum((left[unit] for unit in units), _NOTHING)
    available = sum((part.amount for part in sources(invoice, way)), _NOTHING)
    if wanted > available:
        words = {"left": money.display(available, invoice.currency), "sum": money.display(wanted, invoice.currency)}
        raise NotRefundable(
            _(
                "These lines cost %(sum)s, and %(left)s of the invoice can still be refunded: refund a sum, and say "
                "which licenses end."
            )
            % words
        )
    if wanted <= 0:
        raise NotRefundable(_("Nothing of these lines is left to be refunded."))
    parts = _drawn(invoice, [(unit, left[unit]) for unit in units], way)
    return RefundPlan(invoice, invoice.currency, parts, way=way)


def _drawn(invoice: Invoice, wanted: Sequence[tuple[Unit | None, Decimal]], way: RefundWay) -> list[Part]:
    """Take ``wanted`` from the invoice's payments, the oldest first, each to its last cent before the next."""
    there = {part.payment: part.amount for part in sources(invoice, way)}
    parts: dict[int, Part] = {}
    free = [unit for unit, amount in wanted if unit is not None and amount == 0]
    for unit, amount in wanted:
        for payment in there:
            taken = min(amount, there[payment])
            if taken <= 0:
                continue
            part = parts.setdefault(payment.pk, Part(payment, _NOTHING))
            part.amount += taken
            if unit is not None:
                part.units.append(UnitPart(unit, taken))
            there[payment] -= taken
            amount -= taken
    drawn = list(parts.values())
    drawn[0].units += [UnitPart(unit, _NOTHING, ends_time=True) for unit in free]
    return drawn


def _check_amount(amount: Decimal, currency: str, left: Decimal) -> None:
    if left <= 0:
        raise NotRefundable(_("Nothing of this money is left to be refunded."))
    if not money.is_exact(amount, currency) or amount <= 0:
        raise NotRefundable(_("This is no amount of the currency."))
    if amount > left:
        raise NotRefundable(_("At most %(left)s can be refunded.") % {"left": money.display(left, currency)})
