"""The block 'latest news' for the home page."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class LatestNewsBlock(blocks.StructBlock):
    """The newest news of the page's language; nothing at all as long as there is none. Three queries at most."""

    title = blocks.CharBlock(label=_("Heading"), max_length=120)
    count = blocks.IntegerBlock(label=_("How many"), default=3, min_value=1, max_value=6)

    class Meta:
        icon = "calendar-alt"
        label = _("Latest news")
        description = _("The newest news with date and picture. It keeps itself up to date.")
        template = "cms/articles/latest_news.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        from cms.articles import queries  # it knows our pages, which know blocks

        context: dict[str, Any] = super().get_context(value, parent_context)
        request = (parent_context or {}).get("request")
        language = get_language() or settings.LANGUAGE_CODE
        context["teasers"] = list(queries.teasers(queries.news(language)[: value["count"]], request))
        index = (
            apps.get_model("articles", "NewsIndexPage").objects.live().filter(locale__language_code=language).first()
        )
        context["all_url"] = index.get_url(request) if index else ""
        return context

    def get_preview_value(self) -> Any:
        return self.normalize({"title": "News", "count": 3})
