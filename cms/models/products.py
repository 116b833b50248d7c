"""The list of products and its categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.search import index

from catalogue.addresses import product_path
from catalogue.models import Category, Product  # type: ignore[attr-defined]
from cms.blocks.content import HomeContent, content_html
from cms.models.product import ProductPage
from cms.page_base import INTRO_PANEL, PROMOTE_PANELS, TITLE_PANEL, PublishedQuerySet, ShopPage

PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class CategoryLink:
    """``id`` is the Oscar category's; ``count``: its products on sale in the language of the page."""

    id: int
    title: str
    url: str
    count: int


class CategoryPageQuerySet(PublishedQuerySet):
    def links(self, language: str) -> list[CategoryLink]:
        """The published categories that have something on sale, in the order of the page tree; one query."""
        on_sale = Q(
            category__product__software__pages__live=True,
            category__product__software__pages__locale__language_code=language,
            category__product__software__lowest_monthly_amount__isnull=False,
        )
        count = Count("category__product__software__pages", filter=on_sale, distinct=True)
        pages = self.published(language).annotate(on_sale=count).filter(on_sale__gt=0)
        return [
            CategoryLink(page.category_id or 0, page.title, product_path(page.slug), page.on_sale) for page in pages
        ]


class ProductIndexPage(ShopPage):
    """``/products/``: everything on sale."""

    intro = models.CharField(_("introduction"), max_length=400, blank=True)
    assurances = models.TextField(
        _("below the button 'Buy'"),
        max_length=300,
        blank=True,
        help_text=_(
            "What buyers want to know before paying, shown on every product page: ways to pay, VAT. One per line, "
            "about 45 characters each, five at most. Leave empty for the shop's own lines. The seller's money-back "
            "rule and name are added."
        ),
    )

    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.ProductPage", "cms.CategoryPage"]
    template = "catalogue/products.html"
    page_description = _("All products on sale, with the categories.")
    content_panels = [TITLE_PANEL, INTRO_PANEL, FieldPanel("assurances")]

    class Meta:
        verbose_name = _("list of products")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | _listed(request, self.locale_code, None)


class CategoryPage(ShopPage):
    """``/products/<category>/``: the products of one category, in one language.

    It stands for an Oscar category, which offers and vouchers can name. Saving the first page of a category creates
    the category; products choose it in their own form.
    """

    category = models.ForeignKey(
        "catalogue.Category", on_delete=models.PROTECT, related_name="pages", null=True, editable=False
    )
    intro = models.CharField(_("introduction"), max_length=400, blank=True)
    content = StreamField(
        HomeContent(),
        verbose_name=_("content"),
        blank=True,
        default=list,
        help_text=_("Shown below the products."),
    )

    objects: ClassVar[Any] = PageManager.from_queryset(CategoryPageQuerySet)()

    parent_page_types = ["cms.ProductIndexPage"]
    subpage_types: list[str] = []
    template = "catalogue/products.html"
    page_description = _("A category: its products are chosen in the form of each product.")
    content_panels = [*Page.content_panels, INTRO_PANEL, FieldPanel("content")]
    promote_panels = PROMOTE_PANELS
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("content")]

    class Meta:
        verbose_name = _("category")

    def clean(self) -> None:
        """Raises ValidationError, at the slug, if it is a product's."""
        super().clean()
        if Product.objects.filter(slug=self.slug, parent=None).exists():
            raise ValidationError({"slug": _("A product already has this address.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._keep_category()
        super().save(*args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["content"] = content_html(self)
        return context | _listed(request, self.locale_code, self.category_id)

    def _keep_category(self) -> None:
        """The Oscar category has the title of the page made first, which is that in the default language."""
        if self.category_id is None:
            self.category = Category.add_root(name=self.title, slug=self.slug)
            return
        category = Category.objects.get(pk=self.category_id)
        if category.name != self.title and not self._is_translation():
            category.name = self.title
            category.save()

    def _is_translation(self) -> bool:
        first = (
            CategoryPage.objects.filter(category=self.category_id).order_by("pk").values_list("pk", flat=True).first()
        )
        return first is not None and first != self.pk


def _listed(request: HttpRequest, language: str, category: int | None) -> dict[str, Any]:
    """The template's context: a page of cards, and the categories to choose from."""
    products = ProductPage.objects.on_sale(language)
    if category is not None:
        products = products.filter(software__product__categories=category)
    page_obj = Paginator(products, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page_obj": page_obj,
        "cards": [page.card() for page in page_obj],
        "categories": CategoryPage.objects.links(language),
        "category": category,
    }
