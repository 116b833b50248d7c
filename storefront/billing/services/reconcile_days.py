"""Comparing each day at a provider with our ledger's rows: settled, refunds, disputes; fees and payouts are booked."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from storefront.billing.gateway_registry import gateway, sum_of_each
from storefront.billing.models import Payment, ProviderMovement, ReconciledDay, ReviewItem
from storefront.billing.services import movement_booking, reviews
from storefront.billing.services.day_differences import bounds, compared, differences
from storefront.core import clock, money, sentences
from storefront.core.sentences import Sentence
from storefront.gateways.errors import MissingRight, UnsupportedOperation
from storefront.gateways.payments.balance import BalanceMovement, MovementKind

logger = logging.getLogger(__name__)

#: Days before today that each run compares anew: what was booked late mends its day by itself.
LOOK_BACK_DAYS = 10
#: What moved shortly before the first day may have been booked on it.
MARGIN = timedelta(days=3)
_KIND = "day_differs"
#: Differences that a matter names.
_NAMED = 8
_COLUMNS = {"payment": "settled", "refund": "refunded", "dispute": "disputed"}


def reconcile_days() -> int:
    """Compare the last days, up to yesterday, with every provider that lists its balance. Returns the number of
    differences. Raises Unavailable if a provider does not answer (the job shows it)."""
    return sum_of_each(_reconcile)


def reconcile_day(name: str, day: date) -> int:
    """Work one day out anew, from the movements that are stored. Returns the number of differences."""
    with transaction.atomic():
        rows = _sums(name, day)
        ReconciledDay.objects.filter(gateway=name, day=day).exclude(currency__in=rows).delete()
        for currency, sums in rows.items():
            ReconciledDay.objects.update_or_create(
                gateway=name, day=day, currency=currency, defaults=sums | {"checked_at": clock.now()}
            )
        found = int(sum(sums["differences"] for sums in rows.values()))
        if found:
            _report(name, day)
    return found


def _reconcile(name: str) -> int:
    adapter = gateway(name)
    today = clock.now().astimezone(ZoneInfo(adapter.day_zone)).date()
    days = [today - timedelta(days=back) for back in range(LOOK_BACK_DAYS, 0, -1)]
    # Until now: what we booked a minute before midnight may have been booked there after it.
    try:
        found = adapter.movements(since=bounds(name, days[0])[0] - MARGIN, until=clock.now())
    except (UnsupportedOperation, MissingRight):  # staff have been told of the right
        return 0
    _store(name, found)
    movement_booking.book_new(name)
    return sum(reconcile_day(name, day) for day in days)


def _store(name: str, found: Iterable[BalanceMovement]) -> None:
    """Keep each movement once; one whose payment was not known then may find it now."""
    zone = ZoneInfo(gateway(name).day_zone)
    for each in found:
        payment = _payment_of(name, each)
        ProviderMovement.objects.update_or_create(
            gateway=name,
            reference=each.reference,
            defaults={
                "kind": each.kind,
                "happened_at": each.happened_at,
                "day": each.happened_at.astimezone(zone).date(),
                "currency": each.currency,
                "amount": money.stored(each.amount),
                "fee": money.stored(each.fee),
                "source_reference": each.source_reference,
                "source_amount": money.stored(each.source_amount),
                "source_currency": each.source_currency,
                "charge_reference": each.charge_reference,
                "payment": payment,
            },
        )


def _payment_of(name: str, movement: BalanceMovement) -> Payment | None:
    if not movement.charge_reference:
        return None
    found = Payment.objects.filter(gateway=name, attempt__charge_reference=movement.charge_reference)
    return found.order_by("pk").first()


def _sums(name: str, day: date) -> dict[str, dict[str, Decimal | int]]:
    """The columns of the day's rows, by currency."""
    rows: dict[str, dict[str, Decimal | int]] = {}

    def add(currency: str, column: str, amount: Decimal | int) -> None:
        row = rows.setdefault(currency, {"differences": 0})
        row[column] = row.get(column, 0) + amount

    for each in compared(name, day):
        if column := _COLUMNS.get(each.about):
            add(each.currency, column, each.theirs)
            add(each.our_currency, f"our_{column}", each.ours)
        if each.difference:
            add(each.difference.currency, "differences", 1)
    for movement in ProviderMovement.objects.filter(gateway=name, day=day):
        is_fee = movement.kind == MovementKind.FEE
        add(movement.currency, "fees", -movement.amount if is_fee else movement.fee)
        if movement.kind in (MovementKind.PAYOUT, MovementKind.PAYOUT_FAILED):
            add(movement.currency, "payouts", -movement.amount)
    return rows


def _report(name: str, day: date) -> None:
    """Before the staff, once until somebody closes the matter; after that when something else differs."""
    found = sorted(f"{each.code} {each.about} {each.reference}" for each in differences(name, day))
    text = _(
        "On %(day)s %(gateway)s and we differ, movements of money: %(count)s. They are listed at the day. The first: "
        "%(first)s."
    )
    first = ", ".join(found[:_NAMED])
    sentence = Sentence(text, {"day": f"{day:%Y-%m-%d}", "gateway": name, "count": len(found), "first": first})
    said = sentences.kept([sentence])
    key = f"day-differs:{name}:{day:%Y-%m-%d}"
    same = ReviewItem.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:"), kind=_KIND)
    earlier = list(same)
    if any(each.resolved_at is None or each.sentences == said for each in earlier):
        return
    number = len(earlier) + 1
    subject = f"{name}: the sums of {day:%Y-%m-%d} differ"
    reviews.file(key=key if number == 1 else f"{key}:{number}", kind=_KIND, detail=[sentence], subject=subject)
