"""Abandoned carts in Wagtail: addresses, menu item, permission."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from storefront.backoffice.carts.listing import VIEW, AbandonedCarts
from storefront.backoffice.menu import StaffMenuItem


@hooks.register("register_admin_urls")
def cart_addresses() -> list[URLPattern]:
    return [
        path("carts/", AbandonedCarts.as_view(), name="backoffice-carts"),
        path("carts/results/", AbandonedCarts.as_view(results_only=True), name="backoffice-carts-results"),
    ]


@hooks.register("register_sales_menu_item")
def carts_menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Abandoned carts"), reverse_lazy("backoffice-carts"), permissions=(VIEW,), icon_name="time", name="carts",
        order=600,
    )  # fmt: skip


@hooks.register("register_permissions")
def cart_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="checkout", codename="view_checkoutreminder")
