"""Price previews for forms that are being filled in. Nothing is saved."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.permissions import policy_registry

from catalogue.plans import previews
from catalogue.plans.models import Discount, Period, SoftwareProduct
from cms.shop.columns import product_names, products_of
from cms.shop.price_table import table
from storefront.core import clock

TEMPLATE = "cms/shop/price_changes.html"


@require_POST
def discount(request: HttpRequest, pk: int) -> HttpResponse:
    form = _form(request, Discount, pk)
    draft: Discount = form.instance
    if (
        not {"period_months", "percent", "starts_at", "product_ids"} <= form.cleaned_data.keys()
        or "ends_at" in form.errors
    ):
        return _hint(request, _("Fill in a percentage to see what prices will be."))
    draft.name = draft.name or _("this discount")
    now = clock.now()
    tables = [table(moment, draft) for moment in previews.of_discount(draft, now=now)]
    others = previews.overlapping(draft, now=now)
    names = product_names(others)
    overlaps = [(other, products_of(other, names)) for other in others]
    return render(request, TEMPLATE, {"tables": tables, "overlaps": overlaps, "ends_at": draft.ends_at})


@require_POST
def period(request: HttpRequest, pk: int) -> HttpResponse:
    form = _form(request, Period, pk)
    if not {"months", "discount_percent"} <= form.cleaned_data.keys():
        return _hint(request, _("Fill in months and discount to see what prices will be."))
    found = previews.of_period(form.instance, now=clock.now())
    return render(request, TEMPLATE, {"tables": [table(found)] if found.changes else []})


@require_POST
def product(request: HttpRequest, pk: int) -> HttpResponse:
    form = _form(request, SoftwareProduct, pk)
    plans = _sound(form.formsets["plans"], "monthly_price", "name")
    if not plans:
        return _hint(request, _("Give a license type a name and a price to see what prices will be."))
    found = previews.of_product(
        form.instance if form.instance.pk else None,
        title=form.cleaned_data.get("title", ""),
        plans=plans,
        own_periods=_sound(form.formsets["own_periods"], "months", "discount_percent"),
        now=clock.now(),
        is_public=form.cleaned_data.get("is_public", True),
    )
    return render(request, TEMPLATE, {"tables": [table(found)] if found.changes else [], "one_product": True})


def _form(request: HttpRequest, model: type[models.Model], pk: int) -> Any:
    """The form that would be saved, with what is typed so far. Raises PermissionDenied."""
    policy = policy_registry.get_by_type(model)
    if not policy.user_has_any_permission(request.user, {"add", "change"}):
        raise PermissionDenied
    instance = get_object_or_404(model, pk=pk) if pk else model()
    form = model.get_edit_handler().get_form_class()(request.POST, instance=instance, for_user=request.user)  # type: ignore[attr-defined]
    form.is_valid()
    return form


def _sound(formset: Any, *needed: str) -> list[Any]:
    """Instances of the forms that are not marked for deletion and have all ``needed`` fields."""
    kept = [form for form in formset.forms if not form.cleaned_data.get(DELETION_FIELD_NAME)]
    if formset.can_order:
        kept.sort(key=lambda form: form.cleaned_data.get("ORDER") or 0)
    return [form.instance for form in kept if set(needed) <= form.cleaned_data.keys()]


def _hint(request: HttpRequest, text: str) -> HttpResponse:
    return render(request, TEMPLATE, {"hint": text})
