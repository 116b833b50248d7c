"""The page of a product."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from catalogue.plans.queries import buy_box
from cms import queries, rendering
from cms.blocks import ProductContent
from cms.models.base import TITLE_PANEL, ShopPage, picture
from cms.releases import newest_release
from cms.shell import shell


class ProductPage(ShopPage):
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
            "The buy box stands beside it. Without a comparison and without steps the shop adds its own: all license "
            "types with their prices, and how the license reaches its Bitrix24."
        ),
    )

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
            help_text=_("Also on the product's card. At least 1280 pixels wide; it is cut to size by itself."),
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
        """What Wagtail does for a draft."""
        self._take_address()
        super().minimal_clean()

    def clean(self) -> None:
        """Raises ValidationError at the product if it has another page in this language."""
        super().clean()
        others = ProductPage.objects.filter(software=self.software_id, locale=self.locale_id).exclude(pk=self.pk)
        if self.software_id and others.exists():
            raise ValidationError({"software": _("This product has a page already.")})

    def _take_address(self) -> None:
        """The page's address is that of its product, always."""
        if self.software_id:
            self.slug = self.software.product.slug

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """``?plan=<code>&months=<n>`` choose what the buy box shows; anything unknown is ignored."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        months = request.GET.get("months", "")
        context["software"] = self.software
        context["tagline"] = self.software.text("tagline")
        context["conditions"] = self.software.text("conditions")
        agreements = shell(request)["agreements"]
        context["agreement"] = next((link for link in agreements if link.id == self.software.agreement_id), None)
        context["box"] = buy_box(
            self.software,
            plan_code=request.GET.get("plan", "")[:50],
            months=int(months) if months.isascii() and months.isdigit() and len(months) < 4 else None,
        )
        context["picture"] = queries.large_picture(self)
        context["release"] = newest_release(self)
        context["content"] = rendering.content_html(self, request, box=buy_box(self.software))
        context["has_comparison"] = rendering.holds(self, "comparison")
        context["page_compares"] = not context["has_comparison"] or 'id="compare"' in context["content"]
        context["has_steps"] = rendering.holds(self, "steps")
        return context
