"""Blocks that show what is sold, always at the prices the cart charges."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from catalogue.plans.buy_box import buy_box
from cms.blocks.examples import BlockWithExample, example_page
from cms.blocks.links import ButtonBlock
from cms.blocks.texts import heading


class ComparisonBlock(BlockWithExample):
    """``product`` is left empty on a product's own page."""

    heading = heading()
    product = blocks.PageChooserBlock(
        label=_("Product"),
        required=False,
        page_type="cms.ProductPage",
        help_text=_("Leave empty for this page's product."),
    )
    rows = blocks.ChoiceBlock(
        label=_("What to show"),
        choices=[("all", _("Features and prices")), ("features", _("Features")), ("prices", _("Prices"))],
        default="all",
    )

    class Meta:
        icon = "table"
        label = _("Comparison of license types")
        description = _("License types side by side with their features and live prices.")
        template = "cms/blocks/comparison.html"

    def example(self) -> dict[str, Any]:
        return {"heading": "", "product": example_page(self.child_blocks["product"]), "rows": "all"}

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """``box``: what the named product offers now, else what the page's own does."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page = value.get("product")
        if page is not None:
            context["box"] = buy_box(page.specific.software)
        return context


class ForeignComparisonBlock(ComparisonBlock):
    """For pages that are not a product's: the product must be chosen."""

    product = blocks.PageChooserBlock(label=_("Product"), page_type="cms.ProductPage")


class RelatedBlock(BlockWithExample):
    heading = heading()
    products = blocks.ListBlock(
        blocks.PageChooserBlock(page_type="cms.ProductPage"),
        label=_("Products"),
        default=[],
        max_num=6,
        help_text=_("Leave empty for products of the same categories."),
    )

    class Meta:
        icon = "duplicate"
        label = _("Related products")
        description = _("Cards of other products with their current prices.")
        template = "cms/blocks/related.html"

    @property
    def page_chooser(self) -> Any:
        return self.child_blocks["products"].child_block

    def example(self) -> dict[str, Any]:
        return {"heading": "", "products": []}

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """``cards``: of the products the block names, in its order; if it names none, of the same categories."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        pages, page = list(value["products"]), context.get("page")
        if pages:
            context["cards"] = self.page_chooser.target_model.objects.cards_of(pages)
        elif page is not None and hasattr(page, "related_cards"):
            context["cards"] = page.related_cards()
        return context

    def get_preview_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_preview_context(value, parent_context)
        return context | {"page": example_page(self.page_chooser)}

    def clean(self, value: Any) -> Any:
        """Raises ValidationError if a product is named twice."""
        cleaned = super().clean(value)
        ids = [page.pk for page in cleaned["products"]]
        if len(ids) != len(set(ids)):
            error = ValidationError(_("A product is listed twice."))
            raise StructBlockValidationError(block_errors={"products": error})
        return cleaned


class CallToActionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)
    button = ButtonBlock(label=_("Button"))

    class Meta:
        icon = "pick"
        label = _("Call to action")
        description = _("A framed sentence with one button: what the reader should do next.")
        template = "cms/blocks/call_to_action.html"
        preview_value = {
            "heading": "Questions before you buy?",
            "text": "We answer within one working day.",
            "button": {"label": "Write to us", "page": None, "url": "https://example.com/"},
        }
