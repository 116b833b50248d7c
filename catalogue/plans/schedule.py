"""Discounts that start and end by themselves: the worker publishes the prices of a moment when it has come."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from catalogue.plans import pricing
from catalogue.plans.discounts import in_force
from catalogue.plans.models import Discount, SoftwareProduct
from storefront.core import clock


def publish_due() -> int:
    """Publish the prices of every discount that has begun or ended since. Returns how many discounts those were.

    Each discount is done in a transaction of its own, which also notes that it is done: a crash repeats it, two
    workers at once publish the same prices.
    """
    due = _due()
    for discount in due:
        apply(discount)
    return len(due)


@transaction.atomic
def apply(discount: Discount) -> None:
    """Publish what a discount is about, and note it."""
    if discount.software_id is None:
        pricing.publish_all()
    else:
        pricing.publish(SoftwareProduct.objects.get(pk=discount.software_id))
    note(discount)


def note(discount: Discount) -> None:
    """The prices published last knew this discount, in force or not."""
    is_now = in_force(clock.now()).filter(pk=discount.pk).exists()
    # Not save(): that would publish again.
    Discount.objects.filter(pk=discount.pk).update(is_applied=is_now)


def _due() -> list[Discount]:
    is_now = Exists(in_force(clock.now()).filter(pk=OuterRef("pk")))
    return list(Discount.objects.filter(Q(is_now, is_applied=False) | (~Q(is_now) & Q(is_applied=True))).order_by("pk"))
