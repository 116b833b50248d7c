"""Booking what only the provider knows: its fees, payouts to our bank, and the exchange into the balance's currency.

Payments, refunds and disputes are booked when they happen (``settlement``, ``refund_booking``, ``disputes``), in the
buyer's currency. With the entries made here the account of a provider holds, in each currency, what the provider holds
for us; what it still differs by are the differences of its days (``day_differences``), and what was on the balance
before its first listed day. A dispute's fee is booked with the dispute. Entries are dated when it happened, not when
it was booked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as _

from storefront.billing.models import Dispute, ProviderMovement, Refund
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger, reviews
from storefront.billing.states import MADE_REFUND, RefundStatus
from storefront.core import clock, states
from storefront.core.money import MoneyError
from storefront.core.sentences import Sentence
from storefront.gateways.payments.balance import MovementKind

#: Kinds of the ledger's transactions that are made here: they are about no payment of ours alone.
FEE, PAYOUT, EXCHANGE = "movement_fee", "movement_payout", "movement_exchange"
KINDS = (FEE, PAYOUT, EXCHANGE)
_OF_DISPUTES = (MovementKind.DISPUTE, MovementKind.DISPUTE_RETURNED)


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction of the ledger: ``amount`` (signed, never 0) leaves the provider's balance in ``currency`` for the
    account of the kind ``other``."""

    key: str
    kind: str
    other: AccountKind
    currency: str
    amount: Decimal


def book_new(name: str) -> int:
    """Book the movements of a provider that are not booked yet. Returns how many.

    One whose payment, refund or dispute we do not know stays for a later run; so does one that the ledger refuses,
    which is put before the staff until it can be booked.
    """
    waiting = ProviderMovement.objects.filter(gateway=name, booked_at=None).order_by("happened_at", "pk")
    return sum(_book_or_file(pk) for pk in waiting.values_list("pk", flat=True))


def _book_or_file(pk: int) -> bool:
    try:
        return _book(pk)
    except (ledger.LedgerError, MoneyError) as refusal:
        movement = ProviderMovement.objects.get(pk=pk)
        text = _(
            "%(kind)s %(reference)s of %(gateway)s, %(day)s: %(amount)s %(currency)s, fee %(fee)s. It is not booked: "
            "%(problem)s."
        )
        values = {
            "kind": movement.kind, "reference": movement.reference, "gateway": movement.gateway,
            "day": f"{movement.happened_at:%Y-%m-%d}", "amount": movement.amount, "currency": movement.currency,
            "fee": movement.fee, "problem": refusal,
        }  # fmt: skip
        detail = [Sentence(text, values)]
        about = f"movement-not-booked:{movement.pk}"
        reviews.file_until_resolved(about=about, kind="movement_not_booked", detail=detail)
        return False


def _book(pk: int) -> bool:
    with transaction.atomic():
        movement = states.lock(ProviderMovement.objects.get(pk=pk))
        if movement.booked_at is not None or not _is_ours_booked(movement):
            return False
        for step in steps(movement):
            _move(movement, step)
        movement.booked_at = clock.now()
        movement.save(update_fields=["booked_at"])
    return True


def steps(movement: ProviderMovement) -> list[Step]:
    """All that is booked of a movement. The auditor compares the ledger with it."""
    return [
        Step(f"movement-{movement.pk}-{word}", EXCHANGE if word.startswith(EXCHANGE) else word, other, currency, amount)
        for word, other, currency, amount in _parts(movement)
        if amount
    ]


def _parts(movement: ProviderMovement) -> Iterator[tuple[str, AccountKind, str, Decimal]]:
    currency, kind = movement.currency, movement.kind
    if kind == MovementKind.FEE:
        yield FEE, AccountKind.FEES, currency, movement.fee - movement.amount
        return
    if kind not in _OF_DISPUTES:
        yield FEE, AccountKind.FEES, currency, movement.fee
    if kind in (MovementKind.PAYOUT, MovementKind.PAYOUT_FAILED):
        yield PAYOUT, AccountKind.BANK, currency, -movement.amount
    elif movement.source_currency != currency:
        sign = 1 if movement.amount > 0 else -1
        yield f"{EXCHANGE}_from", AccountKind.EXCHANGE, movement.source_currency, sign * movement.source_amount
        yield f"{EXCHANGE}_to", AccountKind.EXCHANGE, currency, -movement.amount


def _is_ours_booked(movement: ProviderMovement) -> bool:
    """Whether what the movement is about stands in our ledger, so that the rest of it may."""
    kind, about = movement.kind, movement.source_reference
    if kind == MovementKind.PAYMENT:
        return movement.payment_id is not None
    if kind in (MovementKind.REFUND, MovementKind.REFUND_FAILED):
        booked = (*MADE_REFUND, RefundStatus.FAILED)
        return Refund.objects.filter(payment__gateway=movement.gateway, reference=about, status__in=booked).exists()
    if kind in _OF_DISPUTES:
        return Dispute.objects.filter(payment__gateway=movement.gateway, reference=about).exists()
    return kind != MovementKind.OTHER  # which a person must explain


def _move(movement: ProviderMovement, step: Step) -> None:
    """A provider's account is negative by what it holds, so what leaves it comes onto it from the other account."""
    provider = ledger.own_account(AccountKind.PROVIDER, movement.gateway, step.currency)
    other = ledger.own_account(step.other, movement.gateway, step.currency)
    source, target = (other, provider) if step.amount > 0 else (provider, other)
    ledger.move(
        key=step.key,
        kind=step.kind,
        source=source,
        target=target,
        amount=abs(step.amount),
        at=movement.happened_at,
    )
