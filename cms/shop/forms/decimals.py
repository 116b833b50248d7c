"""Decimal fields for the whole back office that read 7,5 and 7.5 alike."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from wagtail.admin.forms.models import register_form_field_override

from storefront.core.user_input import decimals


class DecimalField(forms.DecimalField):
    """Shows numbers in the active language's format and reads either format."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "localize": True})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = decimals.read(value) if value.strip() else None
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "decimal", "autocomplete": "off"}


register_form_field_override(models.DecimalField, override={"form_class": DecimalField})
