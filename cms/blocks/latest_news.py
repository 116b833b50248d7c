"""The block 'latest news' of the front page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.articles.models.news import NewsIndexPage, NewsPage
from storefront.core.language import current_language


class LatestNewsBlock(blocks.StructBlock):
    """The newest news in the reader's language, nothing while there is none. Three queries at most."""

    title = blocks.CharBlock(label=_("Heading"), max_length=120)
    count = blocks.IntegerBlock(label=_("How many"), default=3, min_value=1, max_value=6)

    class Meta:
        icon = "calendar-alt"
        label = _("Latest news")
        description = _("The latest news with date and picture, always up to date.")
        template = "cms/articles/latest_news.html"
        preview_value = {"title": "News", "count": 3}

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        request, language = context.get("request"), current_language()
        newest = NewsPage.objects.newest(language)[: value["count"]]
        context["teasers"] = [page.teaser(request) for page in newest]
        index = NewsIndexPage.objects.live().filter(locale__language_code=language).first()
        context["all_url"] = index.get_url(request) if index else ""
        return context
