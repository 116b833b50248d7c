"""Republish prices, in the same transaction, whenever their inputs are saved; make a version of a published agreement.

Signals rather than a service to call: Wagtail's forms, commands and fixtures all save these models on their own.
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
    """Lock products before the rows their prices depend on (see ``publishing.lock_all``).

    Outside a transaction no lock is held, so nothing can deadlock.
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
    # One product is not enough: the edit may have taken the discount away from another.
    publishing.publish_all()


@receiver(pre_delete, sender=SoftwareProduct, dispatch_uid="software-lock")
def before_software_goes(**kwargs: Any) -> None:
    """Its discounts change with it: lock all products first, in their order (a deletion is a transaction)."""
    publishing.lock_all()


@receiver(post_delete, sender=SoftwareProduct, dispatch_uid="software-discounts")
def software_deleted(instance: SoftwareProduct, **kwargs: Any) -> None:
    """Take it out of its discounts. Those that were for it alone go with it: without a product one is for all."""
    for discount in Discount.objects.all():
        if instance.pk not in discount.product_ids:
            continue
        discount.product_ids = [pk for pk in discount.product_ids if pk != instance.pk]
        if discount.product_ids:
            discount.save(update_fields=["product_ids"])
        else:
            discount.delete()


@receiver(post_save, sender=SoftwareProduct, dispatch_uid="software-publish")
def software_changed(instance: SoftwareProduct, **kwargs: Any) -> None:
    publishing.publish(instance)


@receiver(post_save, sender=Product, dispatch_uid="product-publish")
def product_changed(instance: Product, **kwargs: Any) -> None:
    """Pass a parent's title, address and visibility on to its children."""
    if instance.is_parent:
        for software in SoftwareProduct.objects.filter(product=instance):
            publishing.publish(software)


@receiver(post_save, sender=Agreement, dispatch_uid="agreement-version")
def agreement_changed(instance: Agreement, **kwargs: Any) -> None:
    """Saving a draft saves the row too, with the published text still in it: no version is made then."""
    if instance.live:
        agreements.publish_version(instance)
