"""Groups of staff and what they may do in Wagtail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

MARKETERS, SUPPORT = "Marketers", "Support"

EVERYTHING = "add change delete view publish"
#: What marketers may do with what they keep: app -> model -> the verbs of its rights, as far as it has them.
#: Whatever was sold or published refuses to be deleted by itself (see ``cms.shop.delete_guards``).
RIGHTS: dict[str, dict[str, str]] = {
    "plans": {
        "softwareproduct": EVERYTHING,
        "plan": EVERYTHING,
        "period": EVERYTHING,
        "discount": EVERYTHING,
        "agreement": "add change view publish",
    },
    # One seller is there from the beginning; its details are texts of the shop.
    "billing": {"seller": "change view"},
    "site_texts": {
        "menu": EVERYTHING,
        "footer": EVERYTHING,
        "notice": EVERYTHING,
        "notfoundtext": EVERYTHING,
    },
    "wagtailredirects": {"redirect": EVERYTHING},
}
#: Who answers visitors: conversations are theirs, all else is not. Deleting one is a right given by hand.
OF_SUPPORT: dict[str, dict[str, str]] = {"support": {"conversation": "view change"}}
ENTER = ("wagtailadmin", "access_admin")
ALSO = (ENTER, ("numbers", "view_numbers"), ("wagtail_localize", "submit_translation"))
ON_PAGES = ("add_page", "change_page", "publish_page")
IN_COLLECTIONS = r"^(add|change|choose)_(image|document)$"


def ensure_marketers() -> Group:
    """Who writes pages and products: pages, pictures, documents, products, prices, agreements, the site's texts,
    translations; no users, no orders, no customers. Adds what is missing; rights given by hand stay."""
    group = _ensure(MARKETERS, ALSO, RIGHTS)
    root = Page.objects.get(depth=1)
    for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=ON_PAGES):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    collection = Collection.objects.get(depth=1)
    for permission in Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__regex=IN_COLLECTIONS
    ):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
    return group


def ensure_support() -> Group:
    """Who answers what visitors write in the chat and on the contact page. Adds what is missing."""
    return _ensure(SUPPORT, [ENTER], OF_SUPPORT)


def _ensure(name: str, single: Iterable[tuple[str, str]], rights: Mapping[str, Mapping[str, str]]) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.add(*Permission.objects.filter(_named(single, rights)))
    return group


def _named(single: Iterable[tuple[str, str]], rights: Mapping[str, Mapping[str, str]]) -> Q:
    wanted = Q(pk=None)
    for app, codename in single:
        wanted |= Q(content_type__app_label=app, codename=codename)
    for app, models in rights.items():
        for model, verbs in models.items():
            pattern = rf"^({verbs.replace(' ', '|')})_{model}$"
            wanted |= Q(content_type__app_label=app, codename__regex=pattern)
    return wanted
