"""Sets up a new shop: languages, site, the pages that others link to, groups, the marketers' workflow, the first member
of staff. Every step is idempotent: it creates what is missing and leaves the rest alone."""

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
from cms.permissions import ensure_approval, ensure_marketers, ensure_role
from storefront.core import clock
from storefront.core.texts import other_languages
from storefront.support.models import Department
from storefront.users import roles, services, staffing
from storefront.users.models import User

#: Titles of the first pages.
HOME, PRODUCTS, HELP, CONTACT = _("Home"), _("Products"), _("Help"), _("Contact")
#: Names of the first departments.
SUPPORT, SALES = _("Support"), _("Sales")


class NotStaff(Exception):
    """The e-mail belongs to the account of a customer. Carries no address, so that none is logged."""


@transaction.atomic
def setup_shop() -> None:
    """Create languages, first pages, site and groups where missing. Expects a migrated database."""
    ensure_locales()
    home = ensure_home()
    pages = {home: HOME, ensure_products(home): PRODUCTS, ensure_help(home): HELP, ensure_contact(home): CONTACT}
    for locale in Locale.objects.exclude(pk=home.locale_id).filter(language_code__in=dict(settings.LANGUAGES)):
        for page, title in pages.items():
            ensure_translation(page, locale, title)
    ensure_approval(ensure_marketers())
    for role in roles.RIGHTS:
        ensure_role(role)
    roles.remove_oscars_group()
    ensure_departments()


def ensure_departments() -> None:
    """The first departments that tickets go to, in every language, where there is none at all."""
    if Department.objects.exists():
        return
    for place, (name, is_default) in enumerate(((SUPPORT, True), (SALES, False))):
        with translation.override(settings.LANGUAGE_CODE):
            department = Department(name=str(name), is_default=is_default, sort_order=place)
        for code, _language in other_languages():
            with translation.override(code):
                department.translations[code] = {"name": str(name)}
        department.save()


def ensure_locales() -> None:
    """A Wagtail locale for each of settings.LANGUAGES."""
    for code, _name in settings.LANGUAGES:
        Locale.objects.get_or_create(language_code=code)


def ensure_home(**fields: Any) -> HomePage:
    """The home page at SITE_URL, created with ``fields`` if there is none."""
    home: HomePage | None = HomePage.objects.filter(locale=_default()).first()
    if home is None:
        root = Page.objects.get(depth=1)
        _remove_welcome(root)
        page = HomePage(**{"slug": "home", "headline": settings.SHOP_NAME, **_first_fields(HOME)} | fields)
        home = root.add_child(instance=page)
    _point_site(home)
    return home


def ensure_products(home: HomePage, **fields: Any) -> ProductIndexPage:
    """The list of products below the home page, created with ``fields`` if there is none."""
    index: ProductIndexPage | None = ProductIndexPage.objects.filter(locale=home.locale_id).first()
    if index is None:
        page = ProductIndexPage(**{"slug": "products", "show_in_menus": True, **_first_fields(PRODUCTS)} | fields)
        index = home.add_child(instance=page)
    return index


def ensure_help(home: HomePage) -> HelpIndexPage:
    """The front page of the help centre."""
    page: HelpIndexPage | None = HelpIndexPage.objects.filter(locale=home.locale_id).first()
    return page or home.add_child(instance=HelpIndexPage(slug="help", show_in_menus=True, **_first_fields(HELP)))


def ensure_contact(home: HomePage) -> ContactPage:
    """The contact page with its form."""
    page: ContactPage | None = ContactPage.objects.filter(locale=home.locale_id).first()
    return page or home.add_child(instance=ContactPage(slug="contact", show_in_menus=True, **_first_fields(CONTACT)))


def ensure_translation(page: Page, locale: Locale, title: Promise) -> Page:
    """The page in another language, created and published under ``title`` in that language if there is none. Its
    parent must have been translated."""
    existing: Page | None = page.get_translation_or_none(locale)
    if existing is not None:
        return existing
    translated: Page = page.copy_for_translation(locale)
    with translation.override(locale.language_code):
        translated.title = translated.draft_title = str(title)
    translated.live, translated.has_unpublished_changes = True, False
    translated.first_published_at = translated.last_published_at = clock.now()
    translated.save()
    return translated


@transaction.atomic
def ensure_staff(*, email: str) -> bool:
    """An owner without a password; the mail with the link to set one goes to the outbox.

    Returns whether the account is new. Raises NotStaff if the e-mail belongs to a customer or a closed account:
    somebody else may have opened it.
    """
    user: User | None = services.find_by_email(email)
    if user is not None:
        if not staffing.is_owner(user):
            raise NotStaff
        return False
    user = services.register(email=email, name="", company="", phone="", language=settings.LANGUAGE_CODE)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(ensure_role(roles.OWNER))
    return True


def _default() -> Locale:
    locale: Locale = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    return locale


def _first_fields(title: Promise) -> dict[str, Any]:
    """Fields that every first page has."""
    now = clock.now()
    with translation.override(settings.LANGUAGE_CODE):
        return {"title": str(title), "locale": _default(), "first_published_at": now, "last_published_at": now}


def _remove_welcome(root: Page) -> None:
    """Delete the welcome page that Wagtail's migration creates, the only page of Wagtail's bare type."""
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
