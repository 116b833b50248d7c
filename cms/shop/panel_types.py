"""Panels that Wagtail does not have: inline forms of our own, prices as they will be, facts to read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from wagtail.admin.panels import HelpPanel, InlinePanel, Panel


class FormInlinePanel(InlinePanel):
    """An inline panel with form classes of its own."""

    def __init__(self, *args: Any, form_class: type, formset_class: type, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.form_class, self.formset_class = form_class, formset_class

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "form_class": self.form_class, "formset_class": self.formset_class}

    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": self.form_class, "formset": self.formset_class}
        return options


class PricePreviewPanel(Panel):
    """What prices were and will be, worked out by the server while the form is filled in.

    ``url_name``: the address that answers the form's content with a table, with the number of what is edited or 0.
    """

    def __init__(self, url_name: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.url_name = url_name

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "url_name": self.url_name}

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/shop/price_preview_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["url"] = reverse(self.panel.url_name, args=[self.instance.pk or 0])
            return context

        @property
        def media(self) -> forms.Media:
            return forms.Media(js=["js/admin/price-preview.js"], css={"all": ["css/shop-admin.css"]})


class InfoPanel(HelpPanel):
    """Something to read about what is edited; shown once it exists. ``read`` gives the template's values for it."""

    def __init__(self, template: str = "", read: Any = None, **kwargs: Any) -> None:
        super().__init__(template=template, **kwargs)
        self.read = read

    def clone_kwargs(self) -> dict[str, Any]:
        return {**super().clone_kwargs(), "read": self.read}

    class BoundPanel(HelpPanel.BoundPanel):
        def is_shown(self) -> bool:
            return bool(self.instance.pk)

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | self.panel.read(self.instance, self.request)

        @property
        def media(self) -> forms.Media:
            return forms.Media(css={"all": ["css/shop-admin.css"]})
