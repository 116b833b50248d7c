"""What every shop begins with: its languages, its site with the pages that others lead to, its groups, the marketers'
workflow, and the first member of staff. Each step makes what is missing and leaves alone what is there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sites.models import Site as DjangoSite
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale, Page, Site

from cms.articles.models import ContactPage, HelpIndexPage
from cms.models import HomePage, ProductIndexPage
from cms.permissions import ensure_approval, ensure_marketers, ensure_support
from storefront.core import clock
from storefront.users import services
from storefront.users.models import User

#: Titles of the first pages, each in its own language.
HOME, PRODUCTS, HELP, CONTACT = _("Home"), _("Products"), _("Help"), _("Contact")


class NotStaff(Exception):
    """The e-mail has the account of a customer already. Carries no address, so that none reaches a log."""


@transaction.atomic
def setup_shop() -> None:
    """Languages, first pages in each of them, site and groups of a migrated shop, as far as they are missing."""
    ensure_locales()
    home = ensure_home()
    pages = {home: HOME, ensure_products(home): PRODUCTS, ensure_help(home): HELP, ensure_contact(home): CONTACT}
    for locale in Locale.objects.exclude(pk=home.locale_id).filter(language_code__in=dict(settings.LANGUAGES)):
        for page, title in pages.items():
            ensure_translation(page, locale, title)
    ensure_approval(ensure_marketers())
    ensure_support()


def ensure_locales() -> None:
    """Wagtail's row for each of the shop's languages."""
    for code, _name in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)


def ensure_home(**fields: Any) -> HomePage:
    """The home page, made with ``fields`` if there is none, at the address in SITE_URL."""
    home: HomePage | None = HomePage.objects.filter(locale=_default()).first()
    if home is None:
        root = Page.objects.get(depth=1)
        _remove_welcome(root)
        page = HomePage(**{"slug": "home", "headline": settings.SHOP_NAME, **_begun(HOME)} | fields)
        home = root.add_child(instance=page)
    _point_site(home)
    return home


def ensure_products(home: HomePage, **fields: Any) -> ProductIndexPage:
    """The list of products, made with ``fields`` below the home page if there is none."""
    index: ProductIndexPage | None = ProductIndexPage.objects.filter(locale=home.locale_id).first()
    if index is None:
        page = ProductIndexPage(**{"slug": "products", "show_in_menus": True, **_begun(PRODUCTS)} | fields)
        index = home.add_child(instance=page)
    return index


def ensure_help(home: HomePage) -> HelpIndexPage:
    """The front page of the help centre."""
    found: HelpIndexPage | None = HelpIndexPage.objects.filter(locale=home.locale_id).first()
    return found or home.add_child(instance=HelpIndexPage(slug="help", show_in_menus=True, **_begun(HELP)))


def ensure_contact(home: HomePage) -> ContactPage:
    """The contact page with its form."""
    found: ContactPage | None = ContactPage.objects.filter(locale=home.locale_id).first()
    return found or home.add_child(instance=ContactPage(slug="contact", show_in_menus=True, **_begun(CONTACT)))


def ensure_translation(page: Page, locale: Locale, title: Promise) -> Page:
    """The page in another language, published under a title of that language; its parent has been translated."""
    found: Page | None = page.get_translation_or_none(locale)
    if found is not None:
        return found
    made: Page = page.copy_for_translation(locale)
    with translation.override(locale.language_code):
        made.title = made.draft_title = str(title)
    made.live, made.has_unpublished_changes = True, False
    made.first_published_at = made.last_published_at = clock.now()
    made.save()
    return made


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


def _default() -> Locale:
    locale: Locale = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    return locale


def _begun(title: Promise) -> dict[str, Any]:
    """What a first page has, whatever its kind."""
    now = clock.now()
    with translation.override(settings.LANGUAGE_CODE):
        return {"title": str(title), "locale": _default(), "first_published_at": now, "last_published_at": now}


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
