"""Periods common to all products, and dated discounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from catalogue.plans import previews
from catalogue.plans.models import Period, SoftwareProduct, months_label
from cms.shop.forms.plans import TOO_MUCH, StandingDiscountForm
from cms.shop.forms.price_rules import discount_problem
from cms.shop.forms.questions import AsksIfMeant, about_percent
from storefront.core import clock
from storefront.core.instants import zone_name


class PeriodForm(StandingDiscountForm):
    """A period common to all products."""

    def clean_months(self) -> int:
        months: int = self.cleaned_data["months"]
        if Period.objects.filter(software=None, months=months).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("A period of this length already exists."))
        return months

    def is_valid(self) -> bool:
        return super().is_valid() and _leaves_something(self, "discount_percent")


def sold_months(also: Iterable[int] = ()) -> list[tuple[int, str]]:
    """Choices of months that something is sold for, and ``also``."""
    sold = set(Period.objects.filter(is_active=True).order_by().values_list("months", flat=True))
    return [(months, months_label(months)) for months in sorted(sold.union(also))]


def product_choices(also: Iterable[int] = ()) -> list[tuple[int, str]]:
    """Choices of products, and ``also``: unless it is ticked, the last one that is gone would make it one for all."""
    products = SoftwareProduct.objects.select_related("product").order_by("product__title", "pk")
    known = {software.pk: software.title_text() for software in products}
    gone = [(pk, _("A product that no longer exists (%(number)d)") % {"number": pk}) for pk in also if pk not in known]
    return [*known.items(), *gone]


class DiscountForm(WagtailAdminModelForm, AsksIfMeant):  # type: ignore[misc]
    """A dated discount: for all or some products and periods."""

    product_ids = forms.TypedMultipleChoiceField(
        label=_("Products"), coerce=int, required=False, choices=product_choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all products."),
    )  # fmt: skip
    period_months = forms.TypedMultipleChoiceField(
        label=_("Periods"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all periods."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.percent_before = self.instance.percent if self.instance.pk else None
        self.fields["product_ids"].choices = product_choices(self.instance.product_ids)  # type: ignore[attr-defined]
        self.fields["period_months"].choices = sold_months(self.instance.period_months)  # type: ignore[attr-defined]
        self.fields["period_months"].error_messages["invalid_choice"] = _("Nothing is sold for this period.")
        self.fields["percent"].error_messages |= {
            "max_value": TOO_MUCH,
            "min_value": _("The discount must be above 0 %%."),
        }
        zone = {"zone": zone_name()}
        self.fields["starts_at"].help_text = _("It begins automatically, within seconds. Time zone: %(zone)s.") % zone
        self.fields["ends_at"].help_text = _("It ends automatically. Leave empty for no end date.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("It must end after it begins."))
        elif end and not self.instance.pk and end <= clock.now():
            self.add_error("ends_at", _("This time is in the past: the discount would never apply."))
        self.ask("percent", about_percent(data.get("percent"), before=self.percent_before))
        return data

    def is_valid(self) -> bool:
        return super().is_valid() and _leaves_something(self, "percent")


def _leaves_something(form: Any, field: str) -> bool:
    """Whether no price becomes zero; adds an error to ``field`` otherwise."""
    problem = discount_problem(previews.zero_prices_with(form.instance, now=clock.now()))
    if problem:
        form.add_error(field, problem)
    return not problem
