"""Links as editors make them: to a page, whose address and title follow it into every language, or to an address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.navigation.addresses import validate_address

MOST_SUB_ITEMS = 12


class AddressBlock(blocks.URLBlock):
    """Also takes paths of the shop. A URLBlock, so that translators are not asked to translate it."""

    def __init__(self, required: bool = True, help_text: Any = None, max_length: int = 500, **kwargs: Any) -> None:
        super().__init__(required=required, help_text=help_text, **kwargs)
        self.field = forms.CharField(
            required=required, help_text=help_text, max_length=max_length, validators=[validate_address]
        )


class LinkBlock(blocks.StructBlock):
    """A page or an address, and what the link says."""

    page = blocks.PageChooserBlock(
        label=_("Page"),
        required=False,
        help_text=_("Readers get it in their language. While it is not published, this entry is not shown."),
    )
    address = AddressBlock(
        label=_("Or an address"),
        required=False,
        help_text=_("A path of the shop such as /account/, or https://, mailto:, tel:."),
    )
    label = blocks.CharBlock(
        label=_("Label"), required=False, max_length=60, help_text=_("Empty: the title of the page, in each language.")
    )

    class Meta:
        icon = "link"
        label = _("Link")

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        errors = self.problems(found)
        if errors:
            raise StructBlockValidationError(block_errors=errors)
        return found

    def problems(self, value: Any) -> dict[str, ValidationError]:
        """What is wrong, by field."""
        errors: dict[str, ValidationError] = {}
        if value["page"] and value["address"]:
            errors["address"] = ValidationError(_("Choose a page or type an address, not both."))
        elif not value["page"] and not value["address"]:
            errors["page"] = ValidationError(_("Choose a page or type an address."))
        elif value["address"] and not value["label"]:
            errors["label"] = ValidationError(_("An address needs a label."))
        return errors


class MenuItemBlock(LinkBlock):
    """An entry of the main menu, which may open a few more."""

    below = blocks.ListBlock(
        LinkBlock(),
        label=_("Sub-items"),
        default=[],
        max_num=MOST_SUB_ITEMS,
        collapsed=True,
        help_text=_("With sub-items the entry opens a small menu; its own page is then the first in it."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Entry")

    def problems(self, value: Any) -> dict[str, ValidationError]:
        if value["below"] and not value["page"] and not value["address"]:
            missing = ValidationError(_("An entry without a page of its own needs a label."))
            return {} if value["label"] else {"label": missing}
        return super().problems(value)


class ColumnBlock(blocks.StructBlock):
    """A column of the footer."""

    title = blocks.CharBlock(label=_("Heading"), max_length=60)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"), min_num=1, max_num=MOST_SUB_ITEMS)

    class Meta:
        icon = "list-ul"
        label = _("Column")
