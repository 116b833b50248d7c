"""A day at a provider against our rows, movement by movement.

Things are matched by what they are about, not by the time at which we booked them: what happened at the provider one
minute before midnight and was booked here after it belongs to the provider's day on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Dispute, LedgerTransaction, Payment, ProviderMovement, Refund
from storefront.billing.states import MADE_REFUND, RefundStatus
from storefront.core.money import MoneySum
from storefront.gateways.payments.balance import MovementKind

UNKNOWN, MISSING, DOUBLE, AMOUNT, CURRENCY, FEE = "unknown", "missing", "double", "amount", "currency", "fee"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the provider and we say otherwise. ``theirs`` or ``ours`` is None where that side has none.

    ``about``: payment, refund, dispute or other. ``instance``: our row, for its link.
    """

    code: str
    about: str
    currency: str
    theirs: Decimal | None
    ours: Decimal | None
    reference: str
    instance: Payment | Refund | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One movement, or one row of ours without any: what counts on each side, and the difference if there is one."""

    about: str
    currency: str
    theirs: Decimal
    ours: Decimal
    our_currency: str
    difference: Difference | None = None


def bounds(name: str, day: date) -> tuple[datetime, datetime]:
    """When a day of the provider begins and ends."""
    zone = ZoneInfo(gateway(name).day_zone)
    return tuple(datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))  # type: ignore[return-value]


def compared(name: str, day: date) -> Iterator[Compared]:
    """All of a day: its movements, then what we have and the provider does not list."""
    rows = ProviderMovement.objects.filter(gateway=name, day=day).select_related("payment__attempt")
    for movement in rows:
        match movement.kind:
            case MovementKind.PAYMENT:
                yield _payment(movement)
            case MovementKind.REFUND | MovementKind.REFUND_FAILED:
                yield _refund(movement)
            case MovementKind.DISPUTE | MovementKind.DISPUTE_RETURNED:
                yield _dispute(movement)
            case MovementKind.OTHER:
                yield _other(movement)
    yield from _missing(name, day)


def differences(name: str, day: date) -> list[Difference]:
    return [each.difference for each in compared(name, day) if each.difference]


def _payment(movement: ProviderMovement) -> Compared:
    payment = movement.payment
    if payment is None:
        return _differing(movement, UNKNOWN, "payment", movement.source_amount)
    earlier = payment.movements.filter(kind=MovementKind.PAYMENT, pk__lt=movement.pk)
    if earlier.exists():
        return _differing(movement, DOUBLE, "payment", movement.source_amount, instance=payment)
    return _against(movement, "payment", payment.amount, payment.currency, payment)


def _refund(movement: ProviderMovement) -> Compared:
    sign = 1 if movement.kind == MovementKind.REFUND else -1
    amount = sign * movement.source_amount
    refund = Refund.objects.filter(reference=movement.source_reference, payment__gateway=movement.gateway).first()
    if refund is None:
        return _differing(movement, UNKNOWN, "refund", amount, instance=movement.payment)
    is_booked = refund.status in MADE_REFUND or refund.status == RefundStatus.FAILED
    if not is_booked or (sign < 0 and refund.status != RefundStatus.FAILED):
        return _differing(movement, UNKNOWN, "refund", amount, instance=refund)
    same = ProviderMovement.objects.filter(
        gateway=movement.gateway, source_reference=movement.source_reference, kind=movement.kind, pk__lt=movement.pk
    )
    if same.exists():
        return _differing(movement, DOUBLE, "refund", amount, instance=refund)
    return _against(movement, "refund", sign * refund.amount, refund.payment.currency, refund, theirs=amount)


def _dispute(movement: ProviderMovement) -> Compared:
    """A dispute's movements together are what we hold as withdrawn, and their fees what we booked."""
    amount = -movement.amount
    dispute = Dispute.objects.filter(
        reference=movement.source_reference, payment__gateway=movement.gateway
    ).select_related("payment").first()  # fmt: skip
    if dispute is None:
        return _differing(movement, UNKNOWN, "dispute", amount, instance=movement.payment)
    same = ProviderMovement.objects.filter(gateway=movement.gateway, source_reference=movement.source_reference)
    total = same.aggregate(net=MoneySum(-F("amount")), fee=MoneySum("fee"))
    is_converted = movement.currency != dispute.payment.currency
    if not is_converted and total["net"] != dispute.withdrawn:
        return _differing(movement, AMOUNT, "dispute", amount, ours=dispute.withdrawn, instance=dispute.payment)
    if total["fee"] != dispute.fee:
        difference = Difference(
            FEE, "dispute", movement.currency, total["fee"], dispute.fee, movement.reference, dispute.payment
        )
        return Compared("dispute", movement.currency, amount, amount, movement.currency, difference)
    return Compared("dispute", movement.currency, amount, amount, movement.currency)


def _other(movement: ProviderMovement) -> Compared:
    """Nothing of ours answers to it: whether it is right only a person can tell."""
    amount, currency = movement.amount, movement.currency
    difference = Difference(UNKNOWN, "other", currency, amount, None, movement.reference, movement.payment)
    return Compared("other", currency, amount, Decimal(0), currency, difference)


def _against(
    movement: ProviderMovement, about: str, ours: Decimal, currency: str, instance: Payment | Refund,
    *, theirs: Decimal | None = None,
) -> Compared:  # fmt: skip
    theirs = movement.source_amount if theirs is None else theirs
    code = CURRENCY if movement.source_currency != currency else AMOUNT if theirs != ours else ""
    difference = (
        Difference(code, about, movement.source_currency, theirs, ours, movement.reference, instance) if code else None
    )
    return Compared(about, movement.source_currency, theirs, ours, currency, difference)


def _differing(
    movement: ProviderMovement, code: str, about: str, amount: Decimal, *, ours: Decimal | None = None,
    instance: Payment | Refund | None = None,
) -> Compared:  # fmt: skip
    difference = Difference(code, about, movement.source_currency, amount, ours, movement.reference, instance)
    return Compared(about, movement.source_currency, amount, ours or Decimal(0), movement.source_currency, difference)


def _missing(name: str, day: date) -> Iterator[Compared]:
    """What we booked on that day and the provider has listed on no day."""
    begin, end = bounds(name, day)
    payments = Payment.objects.filter(gateway=name, received_at__gte=begin, received_at__lt=end)
    for payment in payments.exclude(movements__kind=MovementKind.PAYMENT):
        yield _unlisted("payment", payment, payment.amount, payment)
    made = Refund.objects.filter(payment__gateway=name, status=RefundStatus.SUCCEEDED).exclude(reference=None)
    listed = ProviderMovement.objects.filter(gateway=name, kind=MovementKind.REFUND).values("source_reference")
    of_day = made.filter(asked_at__gte=begin, asked_at__lt=end).exclude(reference__in=listed)
    for refund in of_day.select_related("payment"):
        yield _unlisted("refund", refund, refund.amount, refund.payment)
    withdrawn = LedgerTransaction.objects.filter(
        kind="dispute_withdrawn", payment=OuterRef("payment"), created_at__gte=begin, created_at__lt=end
    )
    listed = ProviderMovement.objects.filter(gateway=name, kind=MovementKind.DISPUTE).values("source_reference")
    held = Dispute.objects.filter(Exists(withdrawn), payment__gateway=name).exclude(withdrawn=0)
    for dispute in held.exclude(reference__in=listed).select_related("payment"):
        yield _unlisted("dispute", dispute.payment, dispute.withdrawn, dispute.payment)


def _unlisted(about: str, instance: Payment | Refund, amount: Decimal, payment: Payment) -> Compared:
    currency = payment.currency
    difference = Difference(MISSING, about, currency, None, amount, str(payment), instance)
    return Compared(about, currency, Decimal(0), amount, currency, difference)
