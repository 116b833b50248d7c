"""License types and own periods inside the form of a product."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.db.models.deletion import Collector, ProtectedError
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminAutoHeightTextInput

from catalogue.plans.models import Plan
from catalogue.plans.products import is_sold
from cms.shop.forms import prices_in_others
from cms.shop.forms.languages import in_all_languages
from cms.shop.forms.price_rules import exact_price
from cms.shop.forms.prices_in_others import ABOVE_ZERO, in_currency
from cms.shop.forms.questions import AsksIfMeant, about_percent, about_price
from storefront.core.slugs import slug_of

#: Doubled, because Django puts the limit into such messages.
TOO_MUCH = _("A discount must be below 100 %%.")
NEGATIVE = _("A discount cannot be negative.")

_PlanTexts = in_all_languages(
    "PlanTexts",
    name=forms.CharField(label=_("Name"), max_length=100),
    summary=forms.CharField(label=_("For whom"), max_length=200),
    features=forms.CharField(label=_("Features"), widget=AdminAutoHeightTextInput),
)


class PlanForm(_PlanTexts, AsksIfMeant):  # type: ignore[misc, valid-type]
    """One license type. An empty code is made from the name and never changes afterwards. A license type that was sold
    is taken off sale instead of being deleted."""

    data: Any  # what was sent, untyped in WagtailAdminModelForm
    code = forms.SlugField(label=_("Code"), max_length=50, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_code_made = False
        self.price_before = self.instance.monthly_price if self.instance.pk else None
        self.fields["code"].disabled = bool(self.instance.pk)
        self.fields["monthly_price"].label = in_currency(settings.SHOP_CURRENCY)
        self.fields["monthly_price"].error_messages |= {
            "required": _("A license type needs a price per month."),
            "min_value": ABOVE_ZERO,
        }
        prices_in_others.add(self)

    def clean_monthly_price(self) -> Decimal:
        return exact_price(self.cleaned_data["monthly_price"], settings.SHOP_CURRENCY)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get(DELETION_FIELD_NAME) and not is_deletable(self.instance):
            data[DELETION_FIELD_NAME] = False
            self._take_off_sale_instead()
        if "code" in data and not data["code"] and data.get("name"):
            data["code"] = slug_of(data["name"], max_length=40) or "license"
            self.is_code_made = True
        price = data.get("monthly_price")
        self.ask("monthly_price", about_price(price, before=self.price_before, currency=settings.SHOP_CURRENCY))
        prices_in_others.clean(self)
        return data

    def _take_off_sale_instead(self) -> None:
        """Show the license type again, with 'on sale' switched off, instead of deleting it."""
        self.data = self.data.copy()
        self.data[self.add_prefix(DELETION_FIELD_NAME)] = ""
        self.data.pop(self.add_prefix("is_active"), None)
        self.add_error(
            None,
            _(
                "“%(name)s” was sold and cannot be deleted: orders and licenses name it. It is switched off below "
                "instead; save again to take it off sale."
            )
            % {"name": Plan.objects.get(pk=self.instance.pk).name},
        )

    def take_code(self, code: str) -> None:
        """Use ``code``, because the one made from the name is taken."""
        self.cleaned_data["code"] = self.instance.code = code


class PlanFormSet(BaseChildFormSet):
    """All license types of a product; their codes are unique."""

    def clean(self) -> None:
        self._keep_codes_apart([form for form in self.forms if not is_to_be_deleted(form)])
        super().clean()

    def _keep_codes_apart(self, kept: list[PlanForm]) -> None:
        taken: set[str] = set()
        for form in sorted(kept, key=lambda form: form.is_code_made):
            code = getattr(form, "cleaned_data", {}).get("code")
            if not code:
                continue
            if code in taken and not form.is_code_made:
                form.add_error("code", _("Another license type has this code already."))
            elif code in taken:
                form.take_code(next(other for n in range(2, 99) if (other := f"{code}-{n}") not in taken))
            taken.add(form.cleaned_data.get("code", code))


class StandingDiscountForm(WagtailAdminModelForm, AsksIfMeant):  # type: ignore[misc]
    """A period with its discount."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.percent_before = self.instance.discount_percent if self.instance.pk else None
        self.fields["discount_percent"].error_messages |= {"max_value": TOO_MUCH, "min_value": NEGATIVE}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.ask("discount_percent", about_percent(data.get("discount_percent"), before=self.percent_before))
        return data


class OwnPeriodForm(StandingDiscountForm):
    """A period of this product only, or with a discount of its own."""


class OwnPeriodFormSet(BaseChildFormSet):
    """No two periods of equal length."""

    def clean(self) -> None:
        taken: set[int] = set()
        for form in self.forms:
            months = getattr(form, "cleaned_data", {}).get("months")
            if months is None or is_to_be_deleted(form):
                continue
            if months in taken:
                form.add_error("months", _("A period of this length already exists."))
            taken.add(months)
        super().clean()


def is_to_be_deleted(form: forms.BaseForm) -> bool:
    return bool(getattr(form, "cleaned_data", {}).get(DELETION_FIELD_NAME))


def is_deletable(plan: Plan) -> bool:
    """Whether no license, order or cart refers to the plan."""
    if plan.pk is None:
        return True
    if any(is_sold(price.product) for price in plan.prices.select_related("product")):
        return False
    try:
        Collector(using="default").collect([plan])
    except ProtectedError:
        return False
    return True
