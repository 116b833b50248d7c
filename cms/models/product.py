"""The page of a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.search import index

from catalogue.addresses import product_path
from catalogue.plans.buy_box import buy_box
from catalogue.plans.published_prices import currency_for
from cms import renditions
from cms.blocks.content import ProductContent, content_html, has_block
from cms.blocks.references import newest_release
from cms.page_base import TITLE_PANEL, PublishedQuerySet, ShopPage, picture
from cms.renditions import Picture
from storefront.core import money
from storefront.licensing.bindings import binding_of

#: Related products that a page without a choice of its own shows.
MAX_RELATED = 6


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product in a list. ``monthly_amount``: the lowest price per month, major units."""

    title: str
    url: str
    tagline: str
    monthly_amount: Decimal
    currency: str
    picture: Picture | None = None

    @property
    def monthly_text(self) -> str:
        return money.display(self.monthly_amount, self.currency)


class ProductPageQuerySet(PublishedQuerySet):
    def on_sale(self, language: str = "") -> Self:
        """Published pages in one language, by default the reader's, of products with a price; with all that their
        cards show."""
        pages = self.published(language).filter(software__lowest_monthly_amount__isnull=False)
        return pages.select_related("software__product").prefetch_related(renditions.on_cards())

    def cards_of(self, pages: Sequence[Page]) -> list[ProductCard]:
        """Cards of these product pages in the reader's language and this order, without those not on sale or not
        translated."""
        keys = [page.translation_key for page in pages]
        cards = {page.translation_key: page.card() for page in self.on_sale().filter(translation_key__in=keys)}
        return [cards[key] for key in keys if key in cards]


class ProductPage(ShopPage):  # type: ignore[django-manager-missing]
    """The page of one software product in one language, with its buy box. Its address is the product's."""

    software = models.ForeignKey(
        "plans.SoftwareProduct", verbose_name=_("product"), on_delete=models.PROTECT, related_name="pages"
    )
    lead = models.CharField(_("lead"), max_length=400, blank=True)
    image = picture(_("picture"))
    content = StreamField(
        ProductContent(),
        verbose_name=_("content"),
        blank=True,
        default=list,
        help_text=_(
            "The buy box is shown beside it. Without a comparison or steps of your own, the shop adds its own: all "
            "license types with their prices, and how the license reaches its Bitrix24."
        ),
    )

    objects: ClassVar[Any] = PageManager.from_queryset(ProductPageQuerySet)()

    parent_page_types = ["cms.ProductIndexPage"]
    subpage_types: list[str] = []
    template = "catalogue/product.html"
    page_description = _("The page of a product, with its buy box.")
    content_panels = [
        TITLE_PANEL,
        FieldPanel(
            "software",
            help_text=_(
                "What the page sells: its license types, prices and address. New ones are added under Shop, Products."
            ),
        ),
        FieldPanel(
            "lead",
            help_text=_(
                "What it does for the buyer, in one or two sentences below the title. Search engines show them too, if "
                "nothing is written for those."
            ),
        ),
        FieldPanel(
            "image",
            help_text=_("Also on the product's card. At least 1280 pixels wide; it is resized automatically."),
        ),
        FieldPanel("content"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("lead"), index.SearchField("content")]

    class Meta:
        verbose_name = _("product page")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self._take_address()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """Called by Wagtail before it saves a draft."""
        self._take_address()
        super().minimal_clean()

    def clean(self) -> None:
        """Raises ValidationError at the product if it has another page in this language."""
        super().clean()
        others = ProductPage.objects.filter(software=self.software_id, locale=self.locale_id).exclude(pk=self.pk)
        if self.software_id and others.exists():
            raise ValidationError({"software": _("This product already has a page.")})

    def _take_address(self) -> None:
        """The address of the page is always its product's."""
        if self.software_id:
            self.slug = self.software.product.slug

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """``?plan=<code>&months=<n>`` choose what the buy box shows; anything unknown is ignored."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        months = request.GET.get("months", "")
        context["software"] = self.software
        context["binding"] = binding_of(self.software.binding_kind)
        context["tagline"] = self.software.text("tagline")
        context["conditions"] = self.software.text("conditions")
        context["box"] = buy_box(
            self.software,
            plan_code=request.GET.get("plan", "")[:50],
            months=int(months) if months.isascii() and months.isdigit() and len(months) < 4 else None,
        )
        context["picture"] = renditions.cut(self.image, renditions.LARGE)
        context["release"] = newest_release(self.content)
        context["content"] = content_html(self, box=context["box"])
        context["has_comparison"] = has_block(self, "comparison")
        context["page_compares"] = not context["has_comparison"] or 'id="compare"' in context["content"]
        context["has_steps"] = has_block(self, "steps")
        return context

    def card(self) -> ProductCard:
        """How lists show the product. No query for pages from ``on_sale``."""
        currency = currency_for(self.software)
        return ProductCard(
            title=self.title,
            url=product_path(self.slug),
            tagline=self.software.text("tagline"),
            monthly_amount=self.software.lowest_in(currency) or Decimal(0),
            currency=currency,
            picture=renditions.cut(self.image, renditions.SMALL),
        )

    def related_cards(self) -> list[ProductCard]:
        """Other products on sale that share a category with this one; if there are none, any others."""
        others = ProductPage.objects.on_sale().exclude(software=self.software_id)
        related = others.filter(software__product__categories__in=self.software.product.categories.all()).distinct()
        return [page.card() for page in related[:MAX_RELATED] or others[:MAX_RELATED]]
