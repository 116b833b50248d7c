"""From the links that editors made to those that visitors see: address and title in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.conf import settings
from wagtail.models import Page, Site

from cms.navigation.addresses import in_language


class Link(NamedTuple):
    """``id`` is the page's, 0 for an address. ``language``: that of the page where it is not the reader's, else ""."""

    id: int
    title: str
    url: str
    language: str = ""


class MenuItem(NamedTuple):
    """An entry of the main menu: a link, or a button (``url`` is "") that opens ``below``."""

    title: str
    url: str
    language: str = ""
    below: tuple[Link, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(url for url in (self.url, *(link.url for link in self.below)) if url)


@dataclass(frozen=True, slots=True)
class Target:
    """A link as an editor made it: a page or an address, and a label."""

    page_id: int | None = None
    address: str = ""
    label: str = ""

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Target:
        """From the stored value of a ``LinkBlock``."""
        return cls(value.get("page"), value.get("address") or "", value.get("label") or "")


class Resolver:
    """Resolves links to pages in the reader's language, for all pages at once, in three queries."""

    def __init__(self, page_ids: Iterable[int | None], *, language: str, site: Site | None) -> None:
        self._language, self._site = language, site
        ids = {pk for pk in page_ids if pk}
        self._keys = dict(Page.objects.filter(pk__in=ids).values_list("pk", "translation_key")) if ids else {}
        self._pages: dict[Any, Page] = {}
        for page in self._published():
            if page.translation_key not in self._pages or page.locale.language_code == language:
                self._pages[page.translation_key] = page

    def _published(self) -> Iterable[Page]:
        if not self._keys:
            return ()
        languages = {self._language, settings.LANGUAGE_CODE}
        pages = Page.objects.live().public().filter(translation_key__in=self._keys.values())
        return pages.filter(locale__language_code__in=languages).select_related("locale")

    def foreign(self, code: str) -> str:
        """``code`` if it is not the reader's language, else ""."""
        return "" if code == self._language else code

    def link(self, target: Target) -> Link | None:
        """None for a page that is not published."""
        if not target.page_id:
            return Link(0, target.label, in_language(target.address, self._language)) if target.address else None
        page = self._pages.get(self._keys.get(target.page_id))
        url = page.get_url(current_site=self._site) if page is not None else None
        if page is None or url is None:
            return None
        return Link(page.pk, target.label or page.title, url, self.foreign(page.locale.language_code))

    def links(self, targets: Iterable[Target]) -> tuple[Link, ...]:
        return tuple(link for target in targets if (link := self.link(target)) is not None)

    def item(self, value: Mapping[str, Any]) -> MenuItem | None:
        """From the stored value of a ``MenuItemBlock``. None if none of its pages is published."""
        target = Target.of(value)
        own, below = self.link(target), self.links(map(Target.of, listed(value.get("below"))))
        if not below:
            return MenuItem(own.title, own.url, own.language) if own else None
        # With sub-items the entry is a button that opens them, so its own page is listed first, by its own title.
        title = target.label or (own.title if own else "")
        first = self.link(replace(target, label="")) if target.page_id else own
        return MenuItem(title, "", "", (first, *below) if first else below) if title else None


def listed(value: Any) -> list[Any]:
    """The stored values of a list of blocks."""
    return [entry["value"] if entry.keys() >= {"type", "value"} else entry for entry in value or ()]


def page_ids(values: Sequence[Any]) -> list[int]:
    """Every page named anywhere in stored blocks."""
    ids: list[int] = []
    for value in values:
        if isinstance(value, Mapping):
            ids += [value["page"]] if isinstance(value.get("page"), int) else []
            ids += page_ids([part for part in value.values() if isinstance(part, Mapping | list)])
        elif isinstance(value, list):
            ids += page_ids(value)
    return ids
