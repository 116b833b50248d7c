"""Pages that Wagtail edits: home, list of products, product page, plain page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

from catalogue.plans.queries import buy_box
from cms import queries
from cms.shell import shell

TEXT_FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr", "price"]
ON_HOME = 6
PER_PAGE = 24

#: Search engines and menus; the address of these pages is not edited, because outside systems link to it.
FIXED_ADDRESS_PANELS = [
    MultiFieldPanel([FieldPanel("seo_title"), FieldPanel("search_description")], heading=_("For search engines")),
    MultiFieldPanel([FieldPanel("show_in_menus")], heading=_("For site menus")),
]


class ShopPage(Page):
    """A page at a fixed address, readable by everyone: it is found by one query, see ``cms.views``."""

    #: Nothing to keep private on the shop's own pages, so serving them need not ask.
    private_page_options: list[str] = []
    promote_panels = FIXED_ADDRESS_PANELS

    class Meta:
        abstract = True

    @property
    def locale_code(self) -> str:
        """The language of this page, without asking the database: it is the one its address has."""
        return get_language() or settings.LANGUAGE_CODE


class HomePage(ShopPage):
    """The front page."""

    headline = models.CharField(_("headline"), max_length=200)
    lead = models.CharField(_("lead"), max_length=400, blank=True)
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    body = RichTextField(_("text"), blank=True, features=TEXT_FEATURES)

    max_count = 1
    subpage_types = [
        "cms.ProductIndexPage",
        "cms.TextPage",
        "articles.HelpIndexPage",
        "articles.NewsIndexPage",
        "articles.ContactPage",
    ]
    template = "cms/home.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lead"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["cards"] = queries.cards(0, ON_HOME)
        context["picture"] = queries.large_picture(self)
        return context


class ProductIndexPage(ShopPage):
    """``/products/``: everything on sale."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)

    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.ProductPage"]
    template = "catalogue/products.html"
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        page_obj = Paginator(queries.on_sale(self.locale_code), PER_PAGE).get_page(request.GET.get("page"))
        context["page_obj"] = page_obj
        context["cards"] = (
            queries.cards(page_obj.start_index() - 1, page_obj.end_index()) if page_obj.paginator.count else []
        )
        return context


class ProductPage(ShopPage):
    """The page of one software product, with its buy box. Its address is the product's."""

    software = models.OneToOneField(
        "plans.SoftwareProduct", verbose_name=_("product"), on_delete=models.PROTECT, related_name="page"
    )
    lead = models.CharField(_("lead"), max_length=400, blank=True)
    image = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    body = RichTextField(_("description"), blank=True, features=TEXT_FEATURES)
    how_it_works = RichTextField(
        _("how it works"), blank=True, features=TEXT_FEATURES, help_text=_("A numbered list is shown as steps.")
    )
    requirements = RichTextField(_("requirements"), blank=True, features=TEXT_FEATURES)

    parent_page_types = ["cms.ProductIndexPage"]
    subpage_types: list[str] = []
    template = "catalogue/product.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("software"),
        FieldPanel("lead"),
        FieldPanel("image"),
        FieldPanel("body"),
        FieldPanel("how_it_works"),
        FieldPanel("requirements"),
    ]

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self._take_address()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """What Wagtail does for a draft."""
        self._take_address()
        super().minimal_clean()

    def _take_address(self) -> None:
        """The page's address is that of its product, always."""
        if self.software_id:
            self.slug = self.software.product.slug

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """``?plan=<code>&months=<n>`` choose what the buy box shows; anything unknown is ignored."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        months = request.GET.get("months", "")
        context["software"] = self.software
        agreements = shell(request)["agreements"]
        context["agreement"] = next((link for link in agreements if link.id == self.software.agreement_id), None)
        context["box"] = buy_box(
            self.software,
            plan_code=request.GET.get("plan", "")[:50],
            months=int(months) if months.isascii() and months.isdigit() and len(months) < 4 else None,
        )
        context["picture"] = queries.large_picture(self)
        return context


class TextPage(Page):
    """A plain page, such as contacts or how to buy."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)
    body = RichTextField(_("text"), blank=True, features=TEXT_FEATURES)

    parent_page_types = ["cms.HomePage", "cms.TextPage"]
    template = "cms/text.html"
    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
