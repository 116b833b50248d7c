"""Panels that Wagtail lacks: inline forms with own classes, a price preview, read-only information."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, Panel

from cms.shop.forms.prices_in_others import field_name
from storefront.core import currencies


class FormInlinePanel(InlinePanel):
    """An inline panel with its own form and formset classes."""

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
    """Prices before and after, worked out by the server while the form is filled in.

    ``url_name``: a view that takes the form's content and the object's primary key (0 for a new one), and renders a
    table.
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


class QuestionPanel(FieldPanel):
    """The box of ``forms.questions.AsksIfMeant``: shown once the form has asked."""

    def __init__(self) -> None:
        super().__init__("is_meant")

    def clone_kwargs(self) -> dict[str, Any]:
        return {}

    class BoundPanel(FieldPanel.BoundPanel):
        def is_shown(self) -> bool:
            return super().is_shown() and bool(getattr(self.form, "is_asking", False))


class OtherPricesPanel(Panel):
    """The fields of ``forms.prices_in_others``: one for each further currency of the shop, none in a shop of one."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "cms/shop/other_prices_panel.html"

        def is_shown(self) -> bool:
            return super().is_shown() and bool(currencies.others())

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["fields"] = [self.form[field_name(currency)] for currency in currencies.others()]
            return context


class InfoPanel(HelpPanel):
    """Read-only information about a saved object. ``read(instance, request)`` returns the template's context."""

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
