"""The dialog that puts a live price into a text: choose a product, then one of its amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.modal_workflow import render_modal_workflow

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct, months_label
from catalogue.plans.published_prices import PublishedPlan
from cms.live_prices.references import Amount, Reference, parse, text_of
from cms.live_prices.rich_text import data_of

TEMPLATE = "cms/live_prices/chooser.html"
#: The amounts that every license type has for every period.
OF_TERM = (Amount.TOTAL, Amount.MONTH, Amount.LIST, Amount.SAVING)


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` is the form value of an amount: plan:months:amount."""

    value: str
    text: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    cells: tuple[Cell, ...]


class PriceForm(forms.Form):
    """``choice`` is a ``Cell.value`` of the product's table."""

    product = forms.ModelChoiceField(label=_("Product"), queryset=SoftwareProduct.objects.none())
    choice = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        products = SoftwareProduct.objects.select_related("product").order_by("product__title")
        self.fields["product"].queryset = products  # type: ignore[attr-defined]
        for code, name in settings.LANGUAGES:
            self.fields[f"fallback-{code}"] = forms.CharField(
                label=format_lazy("{label} · {language}", label=_("If it is not sold any more"), language=name),
                required=False,
                max_length=60,
                widget=forms.TextInput(attrs={"lang": code, "placeholder": _("price on request")}),
            )

    def reference(self) -> Reference | None:
        """The chosen price; None if nothing is chosen yet."""
        software: SoftwareProduct | None = self.cleaned_data.get("product")
        plan, months, amount = [*self.cleaned_data.get("choice", "").split(":"), "", "", ""][:3]
        if software is None:
            return None
        texts = {name: text for name, text in self.cleaned_data.items() if name.startswith("fallback-")}
        return parse({"product": str(software.pk), "plan": plan, "months": months, "amount": amount, **texts})


def choose(request: HttpRequest) -> HttpResponse:
    """The dialog; a POST with a choice returns what to put into the text."""
    sent = request.POST if request.method == "POST" else request.GET
    form = PriceForm(_with_choice(sent) if sent.get("product") else None, initial=sent.dict())
    software = form.cleaned_data.get("product") if form.is_bound and form.is_valid() else None
    plans = (
        published_prices.load(software.published_prices, get_language() or settings.LANGUAGE_CODE, software.currency)
        if software
        else ()
    )
    reference = form.reference() if software else None
    if request.method == "POST" and software and reference and _is_sold(reference, plans):
        return _chosen(request, reference, software, plans)
    context = {
        "form": form,
        "software": software,
        "rows": _rows(reference, plans),
        "columns": [amount.label for amount in OF_TERM],
        "lowest": _lowest(reference, software, plans),
    }
    return render_modal_workflow(request, TEMPLATE, None, context, json_data={"step": "choose"})


def _with_choice(sent: QueryDict) -> dict[str, str]:
    """When an existing price is edited, the request has the parts of the choice one by one."""
    found = {name: str(value) for name, value in sent.items()}
    if "choice" not in found and "amount" in found:
        found["choice"] = ":".join(found.get(name, "") for name in ("plan", "months", "amount"))
    return found


def _chosen(
    request: HttpRequest, reference: Reference, software: SoftwareProduct, plans: tuple[PublishedPlan, ...]
) -> HttpResponse:
    name = next((plan.name for plan in plans if plan.code == reference.plan), "")
    result = {"data": data_of(reference, reference.describe(str(software), name)), "text": text_of(reference, plans)}
    return render_modal_workflow(request, None, None, None, json_data={"step": "chosen", "result": result})


def _is_sold(reference: Reference, plans: tuple[PublishedPlan, ...]) -> bool:
    if reference.amount == Amount.LOWEST:
        return any(plan.prices for plan in plans)
    prices = [price for plan in plans if plan.code == reference.plan for price in plan.prices]
    return any(price.months == reference.months for price in prices)


def _rows(chosen: Reference | None, plans: tuple[PublishedPlan, ...]) -> list[Row]:
    return [
        Row(f"{plan.name}, {months_label(price.months)}", tuple(_cells(chosen, plan, price.months, plans)))
        for plan in plans
        for price in plan.prices
    ]


def _cells(chosen: Reference | None, plan: PublishedPlan, months: int, plans: tuple[PublishedPlan, ...]) -> list[Cell]:
    here = (plan.code, months)
    return [
        Cell(
            value=f"{plan.code}:{months}:{amount.value}",
            text=text_of(Reference(0, plan.code, months, amount), plans),
            label=f"{plan.name}, {months_label(months)}: {amount.label}",
            is_chosen=chosen is not None and (chosen.plan, chosen.months) == here and chosen.amount == amount,
        )
        for amount in OF_TERM
    ]


def _lowest(
    chosen: Reference | None, software: SoftwareProduct | None, plans: tuple[PublishedPlan, ...]
) -> Cell | None:
    if software is None or not plans:
        return None
    return Cell(
        value=f"::{Amount.LOWEST.value}",
        text=text_of(Reference(software.pk, "", 0, Amount.LOWEST), plans),
        label=str(Amount.LOWEST.label),
        is_chosen=chosen is not None and chosen.amount == Amount.LOWEST,
    )
