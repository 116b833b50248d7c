"""How long carts are kept that are not ordered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from oscar.apps.basket.models import Basket, Line

from storefront.core import clock
from storefront.core.retention import delete_in_batches


def clear_old_carts() -> int:
    """Delete carts not changed for too long, and carts merged into another. Returns how many.

    A visitor's cart lives as long as its cookie (settings.OSCAR_BASKET_COOKIE_LIFETIME), a customer's for
    settings.CART_KEEP_DAYS. Ordered carts stay with their orders.
    """
    now = clock.now()
    cookie = timedelta(seconds=settings.OSCAR_BASKET_COOKIE_LIFETIME)
    of_customers = _untouched_since(now - timedelta(days=settings.CART_KEEP_DAYS))
    old = _untouched_since(now - cookie) & Q(owner=None) | of_customers
    open_ones = Q(status__in=(Basket.OPEN, Basket.SAVED)) & old
    merged = Q(status=Basket.MERGED, date_merged__lt=now - cookie)
    return delete_in_batches(Basket.objects.filter(open_ones | merged))


def _untouched_since(before: datetime) -> Q:
    changed_since = Line.objects.filter(basket=OuterRef("pk"), date_updated__gte=before)
    return Q(date_created__lt=before) & ~Q(Exists(changed_since))
