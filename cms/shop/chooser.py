"""The chooser for the product behind a page: search, edit, or create one on the spot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.models import Locale
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet

from catalogue.plans import previews
from catalogue.plans.models import Plan, SoftwareProduct
from cms.models import ProductPage
from cms.shop.forms.decimals import DecimalField
from cms.shop.forms.price_rules import exact_price, price_problem
from cms.shop.forms.products import ProductFields
from cms.shop.forms.questions import AsksIfMeant, about_price
from storefront.core import clock
from storefront.core.slugs import slug_of


class NewProductForm(ProductFields, AsksIfMeant):
    """Only what a product requires; the rest is in its own form."""

    plan_name = forms.CharField(
        label=_("License type"), max_length=100, initial=_("Standard"), help_text=_("Add more in the product's form.")
    )
    monthly_price = DecimalField(label=_("Price per month"), max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    field_order = (
        *("title", "slug", "tagline", "plan_name", "monthly_price", "is_meant"),
        *("binding_kind", "bitrix24_app_code", "agreement"),
    )

    class Meta(WagtailAdminModelForm.Meta):
        model = SoftwareProduct
        fields = ["tagline", "binding_kind", "agreement"]
        widgets = {"agreement": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in self.field_order]:
            del self.fields[name]  # other languages are edited in the product's form
        if not self.is_bound:
            del self.fields["is_meant"]

    def clean_monthly_price(self) -> Decimal:
        price = exact_price(self.cleaned_data["monthly_price"], settings.SHOP_CURRENCY)
        for quote in previews.zero_prices_of(None, plans=[Plan(monthly_price=price)], own_periods=[], now=clock.now()):
            raise ValidationError(price_problem(quote))
        return price

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        price = data.get("monthly_price")
        self.ask("monthly_price", about_price(price, before=None, currency=settings.SHOP_CURRENCY))
        if not self.is_asking:
            del self.fields["is_meant"]
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> models.Model:
        software = super().save(commit)
        name = self.cleaned_data["plan_name"]
        Plan.objects.create(
            software=software,
            name=name,
            code=slug_of(name) or "standard",
            monthly_price=self.cleaned_data["monthly_price"],
        )
        return software


class SearchForm(BaseFilterForm):
    q = forms.CharField(
        label=_("Search term"), widget=forms.TextInput(attrs={"placeholder": _("Search")}), required=False
    )

    def filter(self, objects: QuerySet[SoftwareProduct]) -> QuerySet[SoftwareProduct]:
        self.search_query = self.cleaned_data.get("q")
        self.is_searching = bool(self.search_query)
        return objects.filter(product__title__icontains=self.search_query) if self.is_searching else objects


class WithPages:
    """Adds a column: whether the product has a page in the default language already."""

    filter_form_class = SearchForm

    @property
    def columns(self) -> list[Column]:
        page = Column(
            "page", label=_("Page"), accessor=lambda software: gettext("has one") if software.has_page else ""
        )
        return [*super().columns, page]  # type: ignore[misc]


class Choose(WithPages, ChooseView):
    pass


class ChooseResults(WithPages, ChooseResultsView):
    pass


class ProductChooserViewSet(SnippetChooserViewSet):
    choose_view_class = Choose
    choose_results_view_class = ChooseResults
    creation_form_class = NewProductForm
    creation_tab_label = _("New product")
    create_action_label = _("Create this product")

    def get_object_list(self) -> QuerySet[SoftwareProduct]:
        pages = ProductPage.objects.filter(software=OuterRef("pk"), locale=Locale.get_default())
        products = SoftwareProduct.objects.select_related("product").order_by("product__title")
        return products.annotate(has_page=Exists(pages))
