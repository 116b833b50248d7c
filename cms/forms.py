"""Forms of the shop's snippets in Wagtail: everything a product needs is entered here and nowhere else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.deletion import Collector, ProtectedError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from catalogue.models import Product
from catalogue.plans.models import BindingKind, Period, Plan
from catalogue.plans.products import create_parent, is_sold

#: What the shop can fulfil; the other kinds are names kept for later.
OFFERED_BINDINGS = (BindingKind.NONE, BindingKind.PORTAL)


class SoftwareProductForm(WagtailAdminModelForm):
    """A software product with the title and address of its Oscar parent, which is made and kept up by saving."""

    title = forms.CharField(label=_("Title"), max_length=200)
    slug = forms.SlugField(
        label=_("Address"),
        max_length=60,
        help_text=_(
            "The product page is at /products/<address>/. It cannot be changed later: mails and portals link to it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["binding_kind"]
        kinds.choices = [choice for choice in kinds.choices if choice[0] in OFFERED_BINDINGS]
        if self.instance.product_id:
            self.fields["title"].initial = self.instance.product.title
            self.fields["slug"].initial = self.instance.product.slug
            self.fields["slug"].disabled = True

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        taken = Product.objects.filter(slug=slug).exclude(pk=self.instance.product_id)
        if taken.exists():
            raise ValidationError(_("Another product has this address already."))
        return slug

    def clean_bitrix24_app_code(self) -> str:
        code: str = self.cleaned_data["bitrix24_app_code"]
        known = [app["code"] for app in settings.BITRIX24_APPS]
        if code and code not in known:
            raise ValidationError(
                _("There is no such application. Known: %(codes)s"), params={"codes": ", ".join(known) or "–"}
            )
        return code

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if data.get("binding_kind") == BindingKind.PORTAL and data.get("bitrix24_app_code") == "":
            self.add_error(
                "bitrix24_app_code", _("A license tied to a portal needs the application that it opens there.")
            )
        return data

    def is_valid(self) -> bool:
        """Also refuses, at the license type itself, to delete one that was sold."""
        valid: bool = super().is_valid()
        for form in self.formsets["plans"].forms if self.is_bound and "plans" in self.formsets else []:
            if form.instance.pk and form.cleaned_data.get("DELETE") and not _is_deletable(form.instance):
                self.add_error(
                    None,
                    _("“%(name)s” was sold and cannot be deleted. Take it off sale instead.")
                    % {"name": Plan.objects.get(pk=form.instance.pk).name},
                )
                valid = False
        return valid

    def save(self, commit: bool = True) -> models.Model:
        product = self.instance.product if self.instance.product_id else None
        if product is None:
            self.instance.product = create_parent(title=self.cleaned_data["title"], slug=self.cleaned_data["slug"])
        elif product.title != self.cleaned_data["title"]:
            product.title = self.cleaned_data["title"]
            product.save()
        return super().save(commit)


class PeriodForm(WagtailAdminModelForm):
    """A period common to all products."""

    def clean_months(self) -> int:
        months: int = self.cleaned_data["months"]
        if Period.objects.filter(software=None, months=months).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("There is a period of as many months already."))
        return months


def _is_deletable(plan: Plan) -> bool:
    """Nothing protected points to the plan (a license does), and none of its terms is in an order or a cart."""
    if any(is_sold(term.product) for term in plan.terms.select_related("product")):
        return False
    try:
        Collector(using="default").collect([plan])
    except ProtectedError:
        return False
    return True
