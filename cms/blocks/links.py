"""Links as editors make them: to a page, which is followed when it moves, or to an address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError, StructValue

from cms.navigation.addresses import validate_address

MAX_SUB_ITEMS = 12


class AddressBlock(blocks.URLBlock):
    """Also takes paths of the shop. A URLBlock, so that translators are not asked to translate it."""

    def __init__(self, required: bool = True, help_text: Any = None, max_length: int = 500, **kwargs: Any) -> None:
        super().__init__(required=required, help_text=help_text, **kwargs)
        self.field = forms.CharField(
            required=required, help_text=help_text, max_length=max_length, validators=[validate_address]
        )


class LinkBlock(blocks.StructBlock):
    """A page or an address, and what the link says."""

    #: The child that holds the address.
    address_name = "address"

    page = blocks.PageChooserBlock(
        label=_("Page"),
        required=False,
        help_text=_("Readers get it in their language. The entry is not shown until it is published."),
    )
    address = AddressBlock(
        label=_("Or an address"),
        required=False,
        help_text=_("A path of the shop such as /account/, or https://, mailto:, tel:."),
    )
    label = blocks.CharBlock(
        label=_("Label"),
        required=False,
        max_length=60,
        help_text=_("Leave empty for the page's title in each language."),
    )

    class Meta:
        icon = "link"
        label = _("Link")

    def clean(self, value: Any) -> Any:
        """Raises StructBlockValidationError unless exactly one of page and address is given, and a label with an
        address."""
        cleaned = super().clean(value)
        if errors := self.errors(cleaned):
            raise StructBlockValidationError(block_errors=errors)
        return cleaned

    def errors(self, value: Any) -> dict[str, ValidationError]:
        """By field; empty if the link is complete."""
        errors: dict[str, ValidationError] = {}
        page, address = value["page"], value[self.address_name]
        if page and address:
            errors[self.address_name] = ValidationError(_("Choose a page or type an address, not both."))
        elif not page and not address:
            errors["page"] = ValidationError(_("Choose a page or type an address."))
        elif address and not value["label"]:
            errors["label"] = ValidationError(_("An address needs a label."))
        return errors


class ButtonValue(StructValue):
    """``address`` is where the button leads, "" if its page is deleted or not published. Two queries for a page."""

    @cached_property
    def address(self) -> str:
        page = self.get("page")
        if page is not None:
            return str(page.localized.url or "") if page.live else ""
        return str(self.get("url") or "")


class ButtonBlock(LinkBlock):
    """A link that always has a label of its own. Its address is stored as ``url``."""

    address_name = "url"

    label = blocks.CharBlock(label=_("Label"), max_length=60)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    address = None  # type: ignore[assignment]  # Wagtail's way to leave an inherited child out
    url = blocks.URLBlock(label=_("or an address"), required=False)

    class Meta:
        icon = "link"
        label = _("Button")
        value_class = ButtonValue
        form_layout = ["label", "page", "url"]


class MenuItemBlock(LinkBlock):
    """An entry of the main menu, which may open a few more."""

    below = blocks.ListBlock(
        LinkBlock(),
        label=_("Sub-items"),
        default=[],
        max_num=MAX_SUB_ITEMS,
        collapsed=True,
        help_text=_("With sub-items the entry opens a small menu; its own page is then the first in it."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Entry")

    def errors(self, value: Any) -> dict[str, ValidationError]:
        """An entry with sub-items need not lead anywhere itself."""
        if value["below"] and not value["page"] and not value["address"]:
            missing = ValidationError(_("An entry without a page of its own needs a label."))
            return {} if value["label"] else {"label": missing}
        return super().errors(value)


class ColumnBlock(blocks.StructBlock):
    """A column of the footer."""

    title = blocks.CharBlock(label=_("Heading"), max_length=60)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), min_num=1, max_num=MAX_SUB_ITEMS)

    class Meta:
        icon = "list-ul"
        label = _("Column")
