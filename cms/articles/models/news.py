"""News: a list by date with a feed, and its items."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms import cards
from cms.articles import feeds, outline, queries
from cms.articles.blocks import ArticleBlock
from cms.articles.models.base import PROMOTE_PANELS, Shared
from cms.models.base import BLOCKS_IN_ORDER, INTRO_PANEL
from storefront.core import clock

PER_PAGE = 10
#: Other news below one piece of news.
MORE = 2
#: Below the list's own address.
FEED = "feed"


def today() -> Any:
    return clock.today()


class NewsIndexPage(Shared, Page):  # type: ignore[django-manager-missing]
    """``/news/``: all news, newest first, and as an Atom feed at ``/news/feed/``."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    page_description = _("The list of all news. News are made below it.")
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["articles.NewsPage"]
    template = "cms/articles/news_index.html"
    content_panels = [*Page.content_panels, INTRO_PANEL]
    promote_panels = PROMOTE_PANELS
    search_fields = [*Page.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("list of news")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if path_components == [FEED] and self.live:
            return RouteResult(self, kwargs={"is_feed": True})
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, is_feed: bool = False, **kwargs: Any) -> HttpResponse:
        if is_feed:
            return feeds.respond(self, request)
        answer: HttpResponse = super().serve(request, *args, **kwargs)
        return answer

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        found = queries.news(get_language() or settings.LANGUAGE_CODE).child_of(self)
        page_obj = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        context["page_obj"] = page_obj
        context["teasers"] = list(queries.teasers(page_obj, request))
        context["trail"] = queries.trail(self, request)
        context["feed_url"] = f"{self.get_url(request)}{FEED}/"
        return context


class NewsPage(Shared, Page):  # type: ignore[django-manager-missing]
    """One piece of news."""

    published_on = models.DateField(
        _("date"), default=today, help_text=_("As readers see it; the list is in its order.")
    )
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    summary = models.CharField(
        _("summary"), max_length=400, help_text=_("One or two sentences; lists, search and the feed show them.")
    )
    body = StreamField(ArticleBlock(), verbose_name=_("text"), blank=True)

    page_description = _("One piece of news, with its date.")
    parent_page_types = ["articles.NewsIndexPage"]
    subpage_types: list[str] = []
    template = "cms/articles/news_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("published_on"),
        FieldPanel(
            "image", help_text=_("Above the text and on cards. At least 1280 pixels wide; it is cut to size by itself.")
        ),
        FieldPanel("summary"),
        FieldPanel("body", help_text=BLOCKS_IN_ORDER),
    ]
    promote_panels = PROMOTE_PANELS
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("published_on"),
    ]

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")

    @property
    def intro(self) -> str:
        """What lists of mixed pages show."""
        return self.summary

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["contents"] = outline.table_of_contents(self.body)
        context["trail"] = queries.trail(self, request)
        context["picture"] = cards.picture(self.image, cards.LARGE)
        others = queries.news(self.locale.language_code).exclude(pk=self.pk)
        context["more"] = list(queries.teasers(others[:MORE], request))
        return context
