"""The choices on the page of an 'Extend' link. Who pays is typed into the checkout's own form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkout.cart.prices import CartPrice
from checkout.extension.periods import Extension
from checkout.page.forms import EARLY_START, box_name, consent_box, early_start_box
from storefront.billing.payer_forms import PayerFields, reload_from

#: Who gets the invoice when nobody is logged in: the holder of the license, or somebody who gives their data.
HOLDER, OTHER = "holder", "other"
#: Selector of what the payer's tax changes on the page.
PRICES = "#periods"


class ExtendForm(forms.Form):
    """Period, who pays (asked only of a visitor who is not logged in), and consent. ``page``: the form's address."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, extension: Extension, asks_payer: bool, page: str
    ) -> None:
        super().__init__(data, label_suffix="")
        self._prices = {str(choice.price.pk): choice.price for choice in extension.periods}
        self.versions = extension.versions
        self.fields["term"] = forms.ChoiceField(
            label=_("Period"),
            choices=[(pk, pk) for pk in self._prices],
            initial=str(extension.usual.pk),
            widget=forms.RadioSelect,
            error_messages={
                "required": _("Choose a period."),
                "invalid_choice": _("This period is no longer sold. Choose another one."),
            },
        )
        if asks_payer:
            choices = [(HOLDER, _("The holder of the license, whose data we have")), (OTHER, _("Somebody else"))]
            self.fields["payer"] = forms.ChoiceField(
                label=_("Who gets the invoice?"), choices=choices, initial=HOLDER, widget=forms.RadioSelect
            )
            reload_from(page, self.fields["payer"], button=PayerFields.RELOAD, part=PRICES, also="#shown,#early-start")
        for version in self.versions:
            self.fields[box_name(version)] = consent_box(version)

    def ask_for_early_start(self) -> None:
        """Of a payer whom ``billing.services.early_starts`` asks."""
        self.fields[EARLY_START] = early_start_box()

    @property
    def boxes(self) -> list[forms.BoundField]:
        return [self[box_name(version)] for version in self.versions]

    @property
    def chosen(self) -> str:
        """The period to be shown as chosen."""
        return str(self["term"].value())

    @property
    def price(self) -> CartPrice:
        """The chosen price of a valid form."""
        return self._prices[self.cleaned_data["term"]]
