"""Makes the demo's menu, footer, notice and the text of the missing page, and their translations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from wagtail.models import Locale

from cms.demo.loader import Loader
from cms.demo.texts import site
from cms.demo.translating import note
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from storefront.core import clock

#: The notice is shown for these days before the holidays of the year after next: as an example in the editor.
NOTICE_IN, NOTICE_FOR = timedelta(days=380), timedelta(days=10)

FIELDS: dict[type[Any], dict[str, Any]] = {
    Menu: {"items": site.MENU},
    Footer: {"text": site.FOOTER_TEXT, "columns": site.FOOTER_COLUMNS},
    NotFoundText: {"title": site.MISSING_TITLE, "text": site.MISSING_TEXT, "pages": site.MISSING_PAGES},
    Notice: {"text": site.NOTICE, "link_label": site.NOTICE_LINK},
}


def make(loader: Loader) -> None:
    """All of them in the default language."""
    locale = Locale.objects.get(language_code=settings.LANGUAGE_CODE)
    for model in FIELDS:
        _make(model, loader, locale, {}).save()


def translate(loader: Loader, locale: Locale) -> None:
    """All of them in another language."""
    for model in FIELDS:
        own = model.objects.get(locale__language_code=settings.LANGUAGE_CODE)
        made = _make(model, loader, locale, {"translation_key": own.translation_key})
        made.save()
        note(own, made, locale)


def _make(model: type[Any], loader: Loader, locale: Locale, more: dict[str, Any]) -> Any:
    made = model(locale=locale, **more)
    for name, value in FIELDS[model].items():
        setattr(made, name, loader.settle(value, locale.language_code, f"{model.__name__}/{name}"))
    if model is Notice:
        made.link_page = loader.pages["contact"]
        made.starts_at = clock.now() + NOTICE_IN
        made.ends_at = made.starts_at + NOTICE_FOR
    return made
