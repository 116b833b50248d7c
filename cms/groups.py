"""Groups of staff and what they may do in Wagtail."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from catalogue.plans.models import Agreement, Discount, Period, Plan, SoftwareProduct
from cms.site.models import Footer, Menu, NotFoundText, Notice

MARKETERS = "Marketers"


def ensure_marketers() -> Group:
    """Who writes pages and products: pages, pictures, documents, products, agreements; no users, no orders."""
    group, _ = Group.objects.get_or_create(name=MARKETERS)
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    for model in (Agreement, SoftwareProduct, Plan, Period, Discount):
        kind = ContentType.objects.get_for_model(model)
        group.permissions.add(
            *Permission.objects.filter(content_type=kind, codename__regex=r"^(add|change|view|publish)_")
        )
    for model in (Menu, Footer, Notice, NotFoundText, Redirect):
        kind = ContentType.objects.get_for_model(model)
        group.permissions.add(*Permission.objects.filter(content_type=kind))
    group.permissions.add(Permission.objects.get(content_type__app_label="numbers", codename="view_numbers"))
    root = Page.objects.get(depth=1)
    for permission in Permission.objects.filter(
        content_type=ContentType.objects.get_for_model(Page), codename__in=("add_page", "change_page", "publish_page")
    ):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    collection = Collection.objects.get(depth=1)
    for permission in Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"),
        codename__regex=r"^(add|change|choose)_(image|document)$",
    ):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
    return group
