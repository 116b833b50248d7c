"""The single fields of a payer's forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing import payer_fields
from storefront.billing.payer_countries import Identifier
from storefront.core.form_fields import EmailField, ManyLinesField, OneLineField, PhoneField


class Radios(forms.RadioSelect):
    """Its errors lead to the first button."""

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        return str(super().id_for_label(id_, index or "0"))


class NumberField(OneLineField):
    """A number of the country that the form is for."""

    def __init__(self, identifier: Identifier, **kwargs: Any) -> None:
        hint = _("For example %(example)s") % {"example": identifier.example} if identifier.example else ""
        super().__init__(
            label=payer_fields.label(identifier),
            help_text=hint,
            max_length=50,
            error_messages={"required": _("Enter the %(name)s.") % {"name": identifier.name}},
            **kwargs,
        )
        self.identifier = identifier
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return payer_fields.read(self.identifier, typed)
        except ValueError as exc:
            raise forms.ValidationError(str(exc), "wrong_number") from exc


class AddressField(ManyLinesField):
    """Street and number. One letter is none."""

    def __init__(self, **kwargs: Any) -> None:
        text = gettext_lazy("Enter the full address: street and house number.")
        super().__init__(
            rows=2, label=gettext_lazy("Street and number"), max_length=500, error_messages={"required": text}, **kwargs
        )
        self.widget.attrs["autocomplete"] = "street-address"

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        if typed and (len(typed) < 5 or not any(each.isalpha() for each in typed)):
            raise forms.ValidationError(self.error_messages["required"], "too_short")
        return typed


def numbers(identifiers: Sequence[Identifier]) -> dict[str, forms.Field]:
    return {each.field: NumberField(each, required=each.is_required) for each in identifiers}


def address(*, is_required: bool) -> dict[str, forms.Field]:
    city = OneLineField(
        label=_("City"), max_length=100, min_length=2, required=is_required,
        error_messages={"required": _("Enter the city.")},
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )  # fmt: skip
    postcode = OneLineField(
        label=_("Postcode"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )  # fmt: skip
    return {"address": AddressField(required=is_required), "postcode": postcode, "city": city}


def company() -> dict[str, forms.Field]:
    legal_name = OneLineField(
        label=_("Company"), max_length=200, min_length=2,
        error_messages={"required": _("Enter the legal name of the company.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    return {"company": legal_name}


def person() -> dict[str, forms.Field]:
    name = OneLineField(
        label=_("Name"), max_length=200, error_messages={"required": _("Enter your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    return {"name": name}


def people() -> dict[str, forms.Field]:
    """Of a company: who signs, and whom to ask."""
    director = OneLineField(
        label=_("Director"), max_length=200, required=False, help_text=_("Who signs the documents, with their post.")
    )  # fmt: skip
    return {"director": director, "name": OneLineField(label=_("Contact person"), max_length=200, required=False)}


def bank() -> dict[str, forms.Field]:
    return {"bank_name": OneLineField(label=_("Bank"), max_length=200, required=False)}


def papers() -> dict[str, forms.Field]:
    languages = [("", _("The language of the order")), *settings.LANGUAGES]
    return {
        "phone": PhoneField(label=_("Phone"), required=False),
        "documents_email": EmailField(
            label=_("E-mail for documents"), required=False, asks=False,
            help_text=_("Where invoices and acts go as well, an accountant for example."),
        ),
        "language": forms.ChoiceField(label=_("Language of documents"), choices=languages, required=False),
    }  # fmt: skip
