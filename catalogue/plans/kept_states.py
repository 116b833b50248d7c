"""Prices, periods and discounts as states: compared, and brought back under today's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import localize
from django.utils.translation import gettext as _

from catalogue.plans import previews, publishing
from catalogue.plans.models import Discount, Period, Plan, SoftwareProduct, months_label
from catalogue.plans.price_calculation import Quote
from storefront.core import clock, currencies, kept_states, money
from storefront.core.kept_states import State

_DISCOUNT = ("name", "percent", "product_ids", "period_months", "starts_at", "ends_at")
_PERIOD = ("months", "discount_percent", "is_active")
_PLAN = ("monthly_price", "other_prices", "is_active")


class DiscountStates:
    def read(self, thing: Discount) -> State:
        return kept_states.read_fields(Discount.objects.get(pk=thing.pk), _DISCOUNT)

    def words(self, thing: Discount, state: State) -> dict[str, str]:
        products = SoftwareProduct.objects.select_related("product").in_bulk(state["product_ids"])
        plain = {name: value for name, value in state.items() if name not in ("product_ids", "period_months")}
        return kept_states.field_words(Discount, plain) | {
            _("Products"): ", ".join(str(products.get(pk, pk)) for pk in state["product_ids"]) or _("all"),
            _("Periods"): ", ".join(months_label(months) for months in state["period_months"]) or _("all"),
        }

    @transaction.atomic
    def write(self, thing: Discount, state: State) -> None:
        publishing.lock_all()
        discount = Discount.objects.select_for_update().get(pk=thing.pk)
        kept_states.write_fields(discount, state)
        known = SoftwareProduct.objects.filter(pk__in=discount.product_ids).count()
        if known < len(discount.product_ids):
            raise ValidationError(_("One of its products no longer exists."))
        discount.full_clean()
        _refuse_zero(previews.zero_prices_with(discount, now=clock.now()))
        discount.save()


class PeriodStates:
    """A period common to all products."""

    def read(self, thing: Period) -> State:
        return kept_states.read_fields(Period.objects.get(pk=thing.pk), _PERIOD)

    def words(self, thing: Period, state: State) -> dict[str, str]:
        return kept_states.field_words(Period, state)

    @transaction.atomic
    def write(self, thing: Period, state: State) -> None:
        publishing.lock_all()
        period = Period.objects.select_for_update().get(pk=thing.pk)
        kept_states.write_fields(period, state)
        period.full_clean()
        if Period.objects.filter(software=period.software_id, months=period.months).exclude(pk=period.pk).exists():
            raise ValidationError(_("A period of this length already exists."))
        _refuse_zero(previews.zero_prices_with(period, now=clock.now()))
        period.save()


class PriceStates:
    """Prices of a product: those of its license types, and its own periods with their discounts.

    A license type that came later is taken off sale, a period of its own that came later is deleted. One that has gone
    since cannot be brought back, as its code and texts are not kept.
    """

    def read(self, thing: SoftwareProduct) -> State:
        plans = Plan.objects.filter(software=thing.pk).order_by("position", "pk")
        periods = Period.objects.filter(software=thing.pk).order_by("months")
        return {
            "plans": {str(plan.pk): {"name": plan.name, **kept_states.read_fields(plan, _PLAN)} for plan in plans},
            "periods": {str(period.months): kept_states.read_fields(period, _PERIOD[1:]) for period in periods},
        }

    def words(self, thing: SoftwareProduct, state: State) -> dict[str, str]:
        found: dict[str, str] = {}
        names = _names(state["plans"])
        for pk, plan in state["plans"].items():
            fields = {name: value for name, value in plan.items() if name in _PLAN and name != "other_prices"}
            for label, value in kept_states.field_words(Plan, fields).items():
                found[f"{names[pk]}: {label.lower()}"] = value
            per_month = _("Price per month").lower()
            for currency, price in sorted(plan.get("other_prices", {}).items()):
                found[f"{names[pk]}: {per_month}, {currency}"] = str(localize(Decimal(price)))
        for months, period in state["periods"].items():
            for label, value in kept_states.field_words(Period, period).items():
                found[f"{months_label(int(months))}: {label.lower()}"] = value
        return found

    @transaction.atomic
    def write(self, thing: SoftwareProduct, state: State) -> None:
        publishing.lock(thing.pk)
        plans = Plan.objects.select_for_update().filter(software=thing.pk).in_bulk()
        if not {int(pk) for pk in state["plans"]} <= plans.keys():
            raise ValidationError(_("One of its license types no longer exists."))
        for pk, plan in plans.items():
            kept_states.write_fields(plan, _values(state["plans"].get(str(pk), {"is_active": False})))
            for currency in currencies.sold():
                price = plan.price_in(currency)
                if price is not None and not money.is_exact(price, currency):
                    raise ValidationError(_("Prices in %(currency)s have no decimals.") % {"currency": currency})
            plan.full_clean()
        periods = self._periods(thing, state["periods"])
        zero = previews.zero_prices_of(thing, plans=list(plans.values()), own_periods=periods, now=clock.now())
        _refuse_zero(zero)
        Period.objects.filter(software=thing.pk).exclude(months__in=[period.months for period in periods]).delete()
        for row in (*plans.values(), *periods):
            row.save()

    def _periods(self, thing: SoftwareProduct, wanted: dict[str, State]) -> list[Period]:
        """The product's own periods as they were; one that was deleted is made anew."""
        had = {period.months: period for period in Period.objects.select_for_update().filter(software=thing.pk)}
        found = []
        for months, values in wanted.items():
            period = had.get(int(months)) or Period(software=thing, months=int(months))
            kept_states.write_fields(period, values)
            period.full_clean()
            found.append(period)
        return found


def _names(plans: Mapping[str, State]) -> dict[str, str]:
    """License types of a product may be named the same: the later ones get a number."""
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for pk in sorted(plans, key=int):
        name = str(plans[pk]["name"])
        seen[name] += 1
        found[pk] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return found


def _values(plan: State) -> State:
    return {name: value for name, value in plan.items() if name in _PLAN}


def _refuse_zero(worthless: Iterable[Quote]) -> None:
    for quote in worthless:
        values = {"plan": quote.plan.text("name"), "period": months_label(quote.period.months)}
        raise ValidationError(_("%(plan)s for %(period)s would cost nothing today.") % values)


DISCOUNT: Any = DiscountStates()
PERIOD: Any = PeriodStates()
PRICES: Any = PriceStates()
