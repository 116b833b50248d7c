"""Forms of staff."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from storefront.core import references
from storefront.core.form_fields import ManyLinesField


class AnswerForm(forms.Form):
    """An answer. ``key``: the form's id, so that sending it twice makes one answer."""

    text = ManyLinesField(
        label=_("Answer"),
        rows=6,
        max_length=5000,
        help_text=_("Plain text. Addresses become links. The visitor reads it here, or by mail if they have left."),
        error_messages={"required": _("Write your answer.")},
    )
    key = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", initial={"key": references.public_id()})

    def clean_key(self) -> str:
        return self.cleaned_data["key"] or references.public_id()
