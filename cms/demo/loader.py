"""Makes pages of what ``words.DemoPage`` says: the tree first, then what is on the pages, which link to each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from wagtail.models import Locale, Page

from cms.demo import prices
from cms.demo.images import Album
from cms.demo.translating import note
from cms.demo.words import LANGUAGES, DaysAgo, DemoPage, Drawing, File, Shot, Text, To, settle
from storefront.core import clock

_LINK = re.compile(r'href="page:([\w/-]*)"')


class Loader:
    """The demo's pages. ``look_up`` gives the value of what is neither text nor picture nor page: a product."""

    def __init__(self, home: Page, album: Album, look_up: Callable[[Any], Any] = lambda value: value) -> None:
        self.pages: dict[str, Page] = {"": home}
        self._written: list[tuple[DemoPage, Page]] = []
        self._album = album
        self._look_up = look_up
        self.language = settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in LANGUAGES else LANGUAGES[0]

    def write(self, root: DemoPage) -> None:
        """Everything below and on the home page, in the shop's default language."""
        self._written.append((root, self.pages[""]))
        for page in root.below:
            self._plant(page, self.pages[""], "")
        for wanted, page in self._written:
            self._fill(page, wanted, self.language)
            page.save()

    def translate(self, language: str) -> None:
        """All of it in another language, as translations of the first, in the order of the tree."""
        locale = Locale.objects.get(language_code=language)
        made = {page.path: page.get_translation_or_none(locale) for page in (self.pages[""],)}
        for wanted, page in self._written:
            other = made.get(page.path)
            if other is None:
                other = self._fill(page.specific_class(**self._like(page), locale=locale), wanted, language)
                made[page.path] = made[page.path[: -page.steplen]].add_child(instance=other)
            else:
                self._fill(other, wanted, language).save()
            note(page, other, locale)

    def _like(self, page: Page) -> dict[str, Any]:
        """What a page has in common with its translations."""
        common = ["slug", "translation_key", "show_in_menus", "first_published_at", "last_published_at"]
        own = page._meta.local_concrete_fields
        common += [field.attname for field in own if field.is_relation and not field.primary_key]
        return {name: getattr(page, name) for name in common}

    def settle(self, value: Any, language: str, at: str) -> Any:
        """A text or body outside of pages, such as the menu's; pages must have been made."""
        return settle(value, language, self._put, at)

    def _plant(self, wanted: DemoPage, parent: Page, above: str) -> None:
        model = apps.get_model(wanted.model)
        now = clock.now()
        page = model(
            **self._plain(wanted),
            slug=wanted.slug,
            show_in_menus=wanted.in_menu,
            first_published_at=now,
            last_published_at=now,
        )
        path = f"{above}/{wanted.slug}".lstrip("/")
        self.pages[path] = parent.add_child(instance=page)
        self._written.append((wanted, self.pages[path]))
        for each in wanted.below:
            self._plant(each, self.pages[path], path)

    def _plain(self, wanted: DemoPage) -> dict[str, Any]:
        """What a page cannot be stored without: everything but pictures and bodies."""
        plain = {name: value for name, value in wanted.fields.items() if not isinstance(value, Shot | Drawing | list)}
        return {name: self._value(value) for name, value in plain.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, Text):
            return value.text(self.language)
        return _day(value) if isinstance(value, DaysAgo) else self._look_up(value)

    def _fill(self, page: Page, wanted: DemoPage, language: str) -> Page:
        for name, value in wanted.fields.items():
            if isinstance(value, Shot | Drawing):
                setattr(page, name, self._album.picture(value, language))
            elif isinstance(value, Text | list):
                setattr(page, name, settle(value, language, self._put, f"{wanted.slug}/{name}"))
            else:
                setattr(page, name, self._value(value))
        return page

    def _link(self, found: re.Match[str]) -> str:
        return f'id="{self.pages[found[1]].pk}" linktype="page"'

    def _put(self, value: Any, language: str) -> Any:
        if isinstance(value, Text):
            return prices.fill(_LINK.sub(self._link, value.text(language)), language)
        if isinstance(value, Shot | Drawing):
            image = self._album.picture(value, language)
            return {"image": image.pk, "alt_text": value.alt.text(language), "decorative": False}
        if isinstance(value, File):
            return self._album.document(value, language).pk
        if isinstance(value, To):
            return self.pages[value.path].pk
        if isinstance(value, DaysAgo):
            return _day(value).isoformat()
        return self._look_up(value)


def _day(value: DaysAgo) -> date:
    return clock.today() - timedelta(days=value.days)


def other_languages() -> Iterator[str]:
    """Those of the shop's languages that the demo speaks, but the default one."""
    default = settings.LANGUAGE_CODE if settings.LANGUAGE_CODE in LANGUAGES else LANGUAGES[0]
    return (code for code, _ in settings.LANGUAGES if code in LANGUAGES and code != default)
