"""News: a list by date with a feed, and its items."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, ClassVar, NamedTuple, Self

from django.conf import settings
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms import renditions
from cms.blocks.articles import ArticleBlock, table_of_contents
from cms.page_base import BLOCKS_IN_ORDER, INTRO_PANEL, ArticlePage, PublishedQuerySet, picture
from cms.renditions import Picture
from storefront.core import clock

PER_PAGE = 10
#: Other news below one piece of news.
MAX_MORE = 2
#: The feed's address below the list's, and how many news it holds.
FEED, MAX_IN_FEED = "feed", 20


class Teaser(NamedTuple):
    """A piece of news in a list."""

    title: str
    url: str
    summary: str
    published_on: date
    picture: Picture | None


class NewsPageQuerySet(PublishedQuerySet):
    def newest(self, language: str = "") -> Self:
        """Published news in one language, by default the reader's, newest first, with the pictures of lists."""
        news: Self = self.published(language).prefetch_related(renditions.on_cards()).order_by("-published_on", "-pk")
        return news


class NewsIndexPage(ArticlePage):  # type: ignore[django-manager-missing]
    """``/news/``: all news, newest first, and as an Atom feed at ``/news/feed/``."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    page_description = _("The list of all news. News are made below it.")
    max_count_per_parent = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["articles.NewsPage"]
    template = "cms/articles/news_index.html"
    content_panels = [*Page.content_panels, INTRO_PANEL]
    search_fields = [*Page.search_fields, index.SearchField("intro")]

    class Meta:
        verbose_name = _("list of news")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        if path_components == [FEED] and self.live:
            return RouteResult(self, kwargs={"is_feed": True})
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, is_feed: bool = False, **kwargs: Any) -> HttpResponse:
        if is_feed:
            return self.feed(request)
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        page_obj = Paginator(NewsPage.objects.newest().child_of(self), PER_PAGE).get_page(request.GET.get("page"))
        context["page_obj"] = page_obj
        context["teasers"] = [page.teaser(request) for page in page_obj]
        context["feed_url"] = f"{self.get_url(request)}{FEED}/"
        return context

    def feed(self, request: HttpRequest) -> HttpResponse:
        """The newest news in the page's language as an Atom feed, with absolute addresses; two queries."""
        url, language = settings.SITE_URL + (self.get_url(request) or "/"), self.locale.language_code
        feed = Atom1Feed(
            title=f"{self.title} – {settings.SHOP_NAME}",
            link=url,
            description=self.intro,
            language=language,
            feed_url=f"{url}{FEED}/",
            author_name=settings.SHOP_NAME,
        )
        for page in NewsPage.objects.newest(language).child_of(self)[:MAX_IN_FEED]:
            published_at = datetime.combine(page.published_on, time(), tzinfo=UTC)
            feed.add_item(
                title=page.title,
                link=settings.SITE_URL + (page.get_url(request) or "/"),
                description=page.summary,
                unique_id=f"urn:uuid:{page.translation_key}:{language}",
                pubdate=published_at,
                updateddate=page.last_published_at or published_at,
            )
        return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


class NewsPage(ArticlePage):  # type: ignore[django-manager-missing]
    """One piece of news."""

    published_on = models.DateField(
        _("date"), default=clock.today, help_text=_("Shown to readers; the list is sorted by it.")
    )
    image = picture(_("picture"))
    summary = models.CharField(
        _("summary"), max_length=400, help_text=_("One or two sentences; lists, search and the feed show them.")
    )
    body = StreamField(ArticleBlock(), verbose_name=_("text"), blank=True)

    objects: ClassVar[Any] = PageManager.from_queryset(NewsPageQuerySet)()

    page_description = _("One piece of news, with its date.")
    parent_page_types = ["articles.NewsIndexPage"]
    subpage_types: list[str] = []
    template = "cms/articles/news_page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("published_on"),
        FieldPanel(
            "image", help_text=_("Above the text and on cards. At least 1280 pixels wide; it is resized automatically.")
        ),
        FieldPanel("summary"),
        FieldPanel("body", help_text=BLOCKS_IN_ORDER),
    ]
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
        context["contents"] = table_of_contents(self.body)
        context["picture"] = renditions.cut(self.image, renditions.LARGE)
        others = NewsPage.objects.newest(self.locale.language_code).exclude(pk=self.pk)[:MAX_MORE]
        context["more"] = [page.teaser(request) for page in others]
        return context

    def teaser(self, request: HttpRequest | None = None) -> Teaser:
        """What lists show. A query only for a picture that was not cut yet, for pages from ``newest``."""
        small = renditions.cut(self.image, renditions.SMALL)
        return Teaser(self.title, self.get_url(request) or "", self.summary, self.published_on, small)
