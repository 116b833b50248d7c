"""Form fields for texts in every language side by side (``translations``, see ``storefront.core.texts``)."""

from __future__ import annotations

import copy
from typing import Any

from django import forms
from django.utils.text import format_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from storefront.core.texts import other_languages


def field_name(text: str, language: str) -> str:
    """The form field of a text in a language other than the default."""
    return f"{text}_{language.replace('-', '_')}"


def side_by_side(text: str, **options: Any) -> FieldRowPanel | FieldPanel:
    """One row of fields: the default language first."""
    panels = [FieldPanel(text, **options)]
    panels += [FieldPanel(field_name(text, code), **options) for code, _ in other_languages()]
    return FieldRowPanel(panels) if len(panels) > 1 else panels[0]


class TranslatedForm(WagtailAdminModelForm):
    """A form that also writes ``instance.translations``; made by ``in_all_languages``."""

    #: Texts that have a field in every other language.
    TEXTS: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, _ in other_languages():
            stored = (self.instance.translations or {}).get(code, {})
            for text in self.TEXTS:
                self.initial.setdefault(field_name(text, code), stored.get(text, ""))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        # Languages that are switched off keep their texts.
        texts = copy.deepcopy(self.instance.translations or {})
        for code, _ in other_languages():
            typed = {text: (data.get(field_name(text, code)) or "").strip() for text in self.TEXTS}
            texts[code] = {text: value for text, value in typed.items() if value}
        self.instance.translations = {code: found for code, found in texts.items() if found}
        return data


def in_all_languages(class_name: str, /, **texts: forms.Field) -> Any:
    """A base form class with a field for each text in every language but the default.

    ``texts`` are the fields to copy; in other languages they are optional.
    """
    declared: dict[str, Any] = {"TEXTS": tuple(texts), "__module__": __name__}
    for code, language in other_languages():
        for text, field in texts.items():
            declared[field_name(text, code)] = _translated(field, code, language)
    metaclass: Any = type(TranslatedForm)
    return metaclass(class_name, (TranslatedForm,), declared)


def _translated(field: forms.Field, code: str, language: str) -> forms.Field:
    made = copy.deepcopy(field)
    made.required = False
    made.label = format_lazy("{text} · {language}", text=field.label, language=language)
    made.widget.attrs["lang"] = code
    return made
