"""From sights to rows: programs and staff are left out, and a visitor becomes a hash with the day's salt."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import date

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q

from catalogue.plans.models import PlanTerm, SoftwareProduct
from cms.numbers import days
from cms.numbers.bots import is_program
from cms.numbers.models import DaySalt, Sighting, Step
from cms.numbers.sights import Sight
from storefront.users.models import User

BATCH = 500


def write(sights: Collection[Sight]) -> int:
    """Write sights as rows that are there once per visitor, day, step and product; returns how many were offered.

    A fixed number of queries for any number of sights but for the batches. Sights of a day that is closed are dropped:
    its count is made. Raises django.db.Error if the database refuses.
    """
    counted = _of_visitors([sight for sight in sights if not days.is_closed(sight.day) and not is_program(sight.agent)])
    if not counted:
        return 0
    products = _products(counted)
    salts = {day: _salt(day) for day in {sight.day for sight in counted}}
    rows = {
        (sight.day, sight.step, products[sight.step, sight.key], visitor_hash(sight, salts[sight.day]))
        for sight in counted
        if (sight.step, sight.key) in products
    }
    Sighting.objects.bulk_create(
        [Sighting(day=day, step=step, software_id=pk, visitor=visitor) for day, step, pk, visitor in sorted(rows)],
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    return len(rows)


def visitor_hash(sight: Sight, salt: str) -> str:
    """Who it was, for this day only: 128 bits of address and browser under the day's key, hexadecimal."""
    text = f"{sight.address}\n{sight.agent}".encode(errors="replace")
    return hashlib.blake2b(text, key=bytes.fromhex(salt), digest_size=16).hexdigest()


def _of_visitors(sights: list[Sight]) -> list[Sight]:
    """Without those of people who work here."""
    users = {sight.user_id for sight in sights} - {None}
    if not users:
        return sights
    editors = ModelBackend().with_perm("wagtailadmin.access_admin").filter(pk__in=users)
    staff = set(User.objects.filter(Q(pk__in=users, is_staff=True) | Q(pk__in=editors)).values_list("pk", flat=True))
    return [sight for sight in sights if sight.user_id not in staff]


def _products(sights: Iterable[Sight]) -> dict[tuple[Step, int], int]:
    """The software product of each step and key; a product that is gone meanwhile is missing."""
    seen = {sight.key for sight in sights if sight.step == Step.VIEW}
    put = {sight.key for sight in sights if sight.step == Step.CART}
    found = {(Step.VIEW, pk): pk for pk in SoftwareProduct.objects.filter(pk__in=seen).values_list("pk", flat=True)}
    if put:
        terms = PlanTerm.objects.filter(product__in=put).values_list("product_id", "plan__software_id")
        found |= {(Step.CART, child): pk for child, pk in terms}
    return found


def _salt(day: date) -> str:
    """The day's salt, made by whoever needs it first."""
    salt: str = DaySalt.objects.get_or_create(day=day, defaults={"salt": secrets.token_hex(32)})[0].salt
    return salt
