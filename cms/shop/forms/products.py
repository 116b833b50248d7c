"""The form of a software product."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale

from catalogue.models import Category, Product  # type: ignore[attr-defined]
from catalogue.plans import previews
from catalogue.plans.models import Agreement
from catalogue.plans.products import create_parent
from cms.shop.forms.languages import in_all_languages
from cms.shop.forms.price_rules import price_problem
from cms.shop.forms.prices_in_others import field_name
from storefront.core import clock
from storefront.core.slugs import slug_of
from storefront.licensing.bindings import BINDINGS, binding_of


class CategoriesField(forms.ModelMultipleChoiceField):
    """Boxes to tick, each category below its parent."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, category: Any) -> str:
        return "– " * (category.depth - 1) + category.name


def known_apps() -> list[tuple[str, Any]]:
    """The applications of BITRIX24_APPS, to choose from."""
    return [("", _("None")), *((app["code"], app.get("name") or app["code"]) for app in settings.BITRIX24_APPS)]


_ProductTexts = in_all_languages(
    "ProductTexts",
    title=forms.CharField(label=_("Name"), max_length=200),
    tagline=forms.CharField(label=_("One line about it"), max_length=200),
    conditions=forms.CharField(
        label=_("What the buyer's Bitrix24 needs"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    ),
)


class ProductFields(_ProductTexts):  # type: ignore[misc, valid-type]
    """A software product with what is kept at its Oscar parent, which is made and kept up by saving."""

    title = forms.CharField(label=_("Name"), max_length=200)
    slug = forms.SlugField(
        label=_("Address"),
        max_length=60,
        required=False,
        help_text=_(
            "The product page is at /products/<address>/. Leave empty to create it from the name. It cannot be changed "
            "later: mails and portals link to it."
        ),
    )
    bitrix24_app_code = forms.ChoiceField(
        label=_("Bitrix24 application"),
        choices=known_apps,
        required=False,
        help_text=_("The application that a license opens in the buyer's portal."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["binding_kind"]
        kinds.choices = [choice for choice in kinds.choices if choice[0] in BINDINGS]
        apps = self.fields["bitrix24_app_code"]
        apps.choices = known_apps()
        apps.error_messages["invalid_choice"] = _("There is no such application.")
        if "agreement" in self.fields:
            # Buyers read the translation into their language; the product names the original.
            self.fields["agreement"].queryset = Agreement.objects.filter(locale=Locale.get_default(), live=True)
            self.fields["agreement"].empty_label = _("None")
            self._suggest_agreement(self.fields["agreement"])
        if self.instance.product_id:
            self._show_parent(self.instance.product)

    def _suggest_agreement(self, field: Any) -> None:
        """A new product has the agreement that most products have."""
        if not self.instance.pk:
            usual = field.queryset.filter(products__isnull=False).annotate(uses=Count("products")).order_by("-uses")
            self.initial["agreement"] = usual.values_list("pk", flat=True).first()

    def _show_parent(self, product: Product) -> None:
        self.initial |= {"title": product.title, "slug": product.slug}
        self.fields["slug"].disabled = True
        if self.instance.bitrix24_app_code not in dict(known_apps()):
            code = self.instance.bitrix24_app_code
            self.fields["bitrix24_app_code"].choices += [(code, _("%(code)s (no longer configured)") % {"code": code})]

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"] or slug_of(self.cleaned_data.get("title", ""), max_length=60)
        if not slug and "title" in self.cleaned_data:
            raise ValidationError(_("No address can be made from this name: please write one."))
        if Product.objects.filter(slug=slug).exclude(pk=self.instance.product_id).exists():
            raise ValidationError(_("Another product has this address already."))
        return slug

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if binding_of(data.get("binding_kind", "")).needs_app and data.get("bitrix24_app_code") == "":
            self.add_error("bitrix24_app_code", _("A license for a portal needs the application it opens there."))
        return data

    @transaction.atomic
    def save(self, commit: bool = True) -> models.Model:
        product = self.instance.product if self.instance.product_id else None
        if product is None:
            product = self.instance.product = create_parent(
                title=self.cleaned_data["title"], slug=self.cleaned_data["slug"]
            )
        self._save_parent(product)
        return super().save(commit)

    def _save_parent(self, product: Product) -> None:
        """What is kept at the Oscar product, written only if it differs."""
        wanted = {"title": self.cleaned_data["title"], "is_public": self.cleaned_data.get("is_public", True)}
        if any(getattr(product, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(product, name, value)
            product.save()
        if "categories" in self.cleaned_data:
            product.categories.set(self.cleaned_data["categories"])


def _kept(formset: Any) -> list[Any]:
    """The forms of a formset that hold something and are not to be deleted."""
    kept = [form for form in formset.forms if form not in formset.deleted_forms]
    return [form for form in kept if form.has_changed() or form.instance.pk]


class SoftwareProductForm(ProductFields):
    """The whole form: also whether it is on sale, and where visitors find it."""

    is_public = forms.BooleanField(
        label=_("On sale"),
        required=False,
        initial=True,
        help_text=_(
            "Off: it is in no list and cannot be bought. Sold licenses stay valid; the page says that it is not on "
            "sale."
        ),
    )
    categories = CategoriesField(
        label=_("Categories"),
        queryset=Category.objects.none(),
        required=False,
        help_text=_("Where visitors find it. A category is made as a page below “Products”."),
    )

    def is_valid(self) -> bool:
        """Prices come of license types, periods and discounts together: they are judged when all of these are sound."""
        if not super().is_valid():
            return False
        plan_forms = _kept(self.formsets["plans"])
        worthless = previews.zero_prices_of(
            self.instance if self.instance.pk else None,
            plans=[form.instance for form in plan_forms],
            own_periods=[form.instance for form in _kept(self.formsets["own_periods"])],
            now=clock.now(),
        )
        for quote in worthless:
            form = next(form for form in plan_forms if form.instance is quote.plan)
            form.add_error(field_name(quote.currency), price_problem(quote))
        return not worthless

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["categories"].queryset = Category.objects.order_by("path")
        if self.instance.product_id:
            self.initial["is_public"] = self.instance.product.is_public
            self.initial["categories"] = self.instance.product.categories.values_list("pk", flat=True)
