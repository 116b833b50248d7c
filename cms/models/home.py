"""The front page, and plain pages."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms import renditions
from cms.blocks.content import HomeContent, TextContent, content_html
from cms.models.product import ProductPage
from cms.page_base import (
    BLOCKS_IN_ORDER,
    INTRO_PANEL,
    SEARCH_ENGINE_PANEL,
    TITLE_PANEL,
    SharedPage,
    ShopPage,
    picture,
)

#: Products whose cards the front page shows.
MAX_PRODUCTS = 6


class HomePage(ShopPage):
    """The front page."""

    headline = models.CharField(_("headline"), max_length=200)
    lead = models.CharField(_("lead"), max_length=400, blank=True)
    image = picture(_("picture"))
    content = StreamField(HomeContent(), verbose_name=_("content"), blank=True, default=list)

    max_count_per_parent = 1
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "cms.ProductIndexPage",
        "cms.TextPage",
        "articles.HelpIndexPage",
        "articles.NewsIndexPage",
        "articles.ContactPage",
    ]
    template = "cms/home.html"
    page_description = _("The front page: headline, products, and whatever blocks you add.")
    content_panels = [
        TITLE_PANEL,
        FieldPanel("headline", help_text=_("What the shop sells, in a few words: the largest line of the page.")),
        FieldPanel("lead", help_text=_("One or two sentences below it.")),
        FieldPanel(
            "image", help_text=_("Beside the headline. At least 1280 pixels wide; it is resized automatically.")
        ),
        FieldPanel("content", help_text=BLOCKS_IN_ORDER),
    ]
    search_fields = [*Page.search_fields, index.SearchField("lead"), index.SearchField("content")]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["cards"] = [page.card() for page in ProductPage.objects.on_sale()[:MAX_PRODUCTS]]
        context["picture"] = renditions.cut(self.image, renditions.LARGE)
        context["content"] = content_html(self)
        return context


class TextPage(SharedPage, Page):  # type: ignore[django-manager-missing]
    """A plain page, such as 'About us'."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)
    content = StreamField(TextContent(), verbose_name=_("content"), blank=True, default=list)

    parent_page_types = ["cms.HomePage", "cms.TextPage"]
    template = "cms/text.html"
    page_description = _("A plain page of text and blocks.")
    content_panels = [*Page.content_panels, INTRO_PANEL, FieldPanel("content", help_text=BLOCKS_IN_ORDER)]
    promote_panels = [FieldPanel("slug"), SEARCH_ENGINE_PANEL, FieldPanel("show_in_menus")]
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("content")]

    class Meta:
        verbose_name = _("plain page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["content"] = content_html(self)
        return context
