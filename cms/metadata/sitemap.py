"""The parts of the sitemap: published pages and agreements in force, each with its other languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap as DjangoSitemap
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import translation
from wagtail.contrib.sitemaps import Sitemap
from wagtail.models import Page

from catalogue.plans.models import Agreement

#: Addresses in one file: search engines take 50,000, but a file should be quick to make.
PER_FILE = 2000


def entry(path: str, changed_at: datetime | None, addresses: Mapping[str, str]) -> dict[str, Any]:
    """A row for Django's sitemap.xml. ``addresses``: paths by code of the language; a single one is no alternate."""
    others = [{"lang_code": code, "location": settings.SITE_URL + url} for code, url in addresses.items()]
    if settings.LANGUAGE_CODE in addresses:
        others.append({"lang_code": "x-default", "location": settings.SITE_URL + addresses[settings.LANGUAGE_CODE]})
    return {
        "location": settings.SITE_URL + path,
        "lastmod": changed_at,
        "alternates": others if len(addresses) > 1 else [],
    }


class PageMap(Sitemap):
    """Pages published for everybody, in all languages; Wagtail's own sitemap knows one."""

    limit = PER_FILE

    def items(self) -> QuerySet[Page]:
        pages = Page.objects.live().public().filter(depth__gt=1, locale__language_code__in=_codes())
        return pages.select_related("locale").order_by("path")

    def get_latest_lastmod(self) -> datetime | None:
        last: datetime | None = self.items().aggregate(last=Max("last_published_at"))["last"]
        return last

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        pages = list(self.paginator.page(page).object_list)
        addresses = self._addresses(pages)
        paths = ((page, page.get_url()) for page in pages)
        return [entry(path, self.lastmod(page), addresses[page.translation_key]) for page, path in paths if path]

    def _addresses(self, pages: Iterable[Page]) -> dict[Any, dict[str, str]]:
        """Paths of these pages and their translations, by translation key and language; one query."""
        addresses: dict[Any, dict[str, str]] = {}
        for page in self.items().filter(translation_key__in={page.translation_key for page in pages}):
            if url := page.get_url():
                addresses.setdefault(page.translation_key, {})[page.locale.language_code] = url
        return addresses


class AgreementMap(DjangoSitemap[Agreement]):
    """Agreements in force, without their earlier versions."""

    limit = PER_FILE

    def items(self) -> QuerySet[Agreement]:
        agreements = Agreement.objects.filter(live=True, locale__language_code__in=_codes(), versions__isnull=False)
        return agreements.annotate(changed_at=Max("versions__published_at")).select_related("locale").order_by("pk")

    def get_latest_lastmod(self) -> datetime | None:
        return max((agreement.changed_at for agreement in self.items()), default=None)

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        agreements = list(self.paginator.page(page).object_list)
        addresses: dict[Any, dict[str, str]] = {}
        for each in agreements:
            addresses.setdefault(each.translation_key, {})[each.locale.language_code] = _path(each)
        return [entry(_path(each), each.changed_at, addresses[each.translation_key]) for each in agreements]


def _codes() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def _path(agreement: Agreement) -> str:
    with translation.override(agreement.locale.language_code):
        return reverse("agreement", args=[agreement.slug])
