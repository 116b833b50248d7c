"""Buttons and links that editors put on pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError, StructValue


class LinkValue(StructValue):
    """``address`` is where it leads, "" if the page it names is gone or not published."""

    @property
    def address(self) -> str:
        page = self.get("page")
        if page is not None:
            return str(page.localized.url or "") if page.live else ""
        return str(self.get("url") or "")


class LinkBlock(blocks.StructBlock):
    """A label that leads to a page of the site, which is followed when it moves, or to any address."""

    label = blocks.CharBlock(label=_("Label"), max_length=60)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    url = blocks.URLBlock(label=_("or an address"), required=False)

    class Meta:
        icon = "link"
        label = _("Button")
        value_class = LinkValue

    def clean(self, value: Any) -> Any:
        """Raises ValidationError, at the field, unless exactly one of page and address is given."""
        cleaned = super().clean(value)
        if bool(cleaned.get("page")) == bool(cleaned.get("url")):
            text = _("Choose a page or enter an address, not both.") if cleaned.get("url") else _("Choose a page.")
            raise StructBlockValidationError(block_errors={"page": ValidationError(text)})
        return cleaned
