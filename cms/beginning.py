"""What every shop begins with: its site with a home page and a list of products, its group of marketers, and
the first member of staff. Each step makes what is missing and leaves alone what is there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sites.models import Site as DjangoSite
from django.db import transaction
from wagtail.models import Page, Site

from cms.groups import ensure_marketers
from cms.models import HomePage, ProductIndexPage
from storefront.users import services
from storefront.users.models import User


class NotStaff(Exception):
    """The e-mail has the account of a customer already. Carries no address, so that none reaches a log."""


@transaction.atomic
def begin() -> None:
    """Home page, list of products, site and marketers of a migrated shop, as far as they are missing."""
    ensure_products(ensure_home())
    ensure_marketers()


def ensure_home(**fields: Any) -> HomePage:
    """The home page, made with ``fields`` if there is none, at the address in SITE_URL."""
    home: HomePage | None = HomePage.objects.first()
    if home is None:
        root = Page.objects.get(depth=1)
        _remove_welcome(root)
        page = HomePage(**{"title": "Home", "slug": "home", "headline": settings.SHOP_NAME} | fields)
        home = root.add_child(instance=page)
    _point_site(home)
    return home


def ensure_products(home: HomePage, **fields: Any) -> ProductIndexPage:
    """The list of products, made with ``fields`` below the home page if there is none."""
    index: ProductIndexPage | None = ProductIndexPage.objects.first()
    if index is None:
        page = ProductIndexPage(**{"title": "Products", "slug": "products", "show_in_menus": True} | fields)
        index = home.add_child(instance=page)
    return index


@transaction.atomic
def ensure_staff(*, email: str) -> bool:
    """A member of staff with all rights, without a password; the access mail goes to the outbox.

    Returns whether the account was made now. Raises NotStaff if the e-mail belongs to a customer: rights are not
    given to an account that somebody else may have opened.
    """
    user: User | None = services.find_by_email(email)
    if user is not None:
        if not (user.is_superuser and user.is_active):
            raise NotStaff
        return False
    user = services.register(email=email, name="", company="", phone="", language=settings.LANGUAGE_CODE)
    user.is_staff = user.is_superuser = True
    user.save(update_fields=["is_staff", "is_superuser"])
    return True


def _remove_welcome(root: Page) -> None:
    """Wagtail's own migration makes a welcome page, the only page that is of no type of ours."""
    for page in root.get_children():
        if page.specific_class is Page:
            page.delete()
    root.refresh_from_db()


def _point_site(home: HomePage) -> None:
    address = urlsplit(settings.SITE_URL)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": address.hostname or "localhost",
            "port": address.port or (443 if address.scheme == "https" else 80),
            "site_name": settings.SHOP_NAME,
            "root_page": home,
        },
    )
    DjangoSite.objects.update_or_create(
        pk=settings.SITE_ID, defaults={"domain": address.netloc, "name": settings.SHOP_NAME[:50]}
    )
