"""Whoever saves a plan, a period, a product or an agreement, and wherever: the shop follows in the same transaction.

Signals and not a service that editors must remember to call, because Wagtail's forms, commands and fixtures all
save these models in ways of their own.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver

from catalogue.models import Product
from catalogue.plans import agreements, publishing
from catalogue.plans.models import Agreement, Discount, Period, Plan, SoftwareProduct


def _publish(software_id: int | None) -> None:
    software = SoftwareProduct.objects.filter(pk=software_id).first() if software_id else None
    if software is not None:
        publishing.publish(software)


@receiver([pre_save, pre_delete], sender=Plan, dispatch_uid="plan-lock")
@receiver([pre_save, pre_delete], sender=Period, dispatch_uid="period-lock")
@receiver([pre_save, pre_delete], sender=Discount, dispatch_uid="discount-lock")
def before_change(instance: Plan | Period | Discount, **kwargs: Any) -> None:
    """Products are locked before the rows their prices are made of (see ``publishing.lock_all``).

    Outside a transaction nothing stays locked that could be waited for.
    """
    if not transaction.get_connection().in_atomic_block:
        return
    if isinstance(instance, Plan):
        publishing.lock(instance.software_id)
    else:
        publishing.lock_all()


@receiver([post_save, post_delete], sender=Plan, dispatch_uid="plan-publish")
def plan_changed(instance: Plan, **kwargs: Any) -> None:
    _publish(instance.software_id)


@receiver([post_save, post_delete], sender=Period, dispatch_uid="period-publish")
def period_changed(instance: Period, **kwargs: Any) -> None:
    if instance.software_id is None:
        publishing.publish_all()
    else:
        _publish(instance.software_id)


@receiver([post_save, post_delete], sender=Discount, dispatch_uid="discount-publish")
def discount_changed(instance: Discount, **kwargs: Any) -> None:
    # Publishing one product is not enough: an edit may have taken the discount from another product.
    publishing.publish_all()


@receiver(post_save, sender=SoftwareProduct, dispatch_uid="software-publish")
def software_changed(instance: SoftwareProduct, **kwargs: Any) -> None:
    publishing.publish(instance)


@receiver(post_save, sender=Product, dispatch_uid="product-publish")
def product_changed(instance: Product, **kwargs: Any) -> None:
    """A parent's title, address and visibility are passed on to its children."""
    if instance.is_parent:
        for software in SoftwareProduct.objects.filter(product=instance):
            publishing.publish(software)


@receiver(post_save, sender=Agreement, dispatch_uid="agreement-version")
def agreement_changed(instance: Agreement, **kwargs: Any) -> None:
    """A draft is saved with the row as well, but leaves the published text in it: then no version is made."""
    if instance.live:
        agreements.publish_version(instance)
