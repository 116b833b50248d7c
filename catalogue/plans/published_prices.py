"""The prices of a product as pages read them: JSON on the product's row.

Written by ``publishing`` in the same transaction as the prices themselves, so that a buy box, which would read a dozen
rows of two tables, needs no query. Amounts are strings, hence exact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalogue.plans.models import Plan, PlanPrice, SoftwareProduct, months_label
from catalogue.plans.price_calculation import per_month
from storefront.core import currency_choice, money, percentages
from storefront.core.texts import pick

#: Where a price of the JSON has its currency.
_CURRENCY = 5


@dataclass(frozen=True, slots=True)
class PublishedPrice:
    """``id`` is the PlanPrice's; amounts in major units of ``currency``. ``ends_at`` (UTC): when its discount ends by
    itself, None if it does not. Texts are in the active language, "" if there is no discount."""

    id: int
    months: int
    discount_percent: Decimal
    list_amount: Decimal
    amount: Decimal
    currency: str
    ends_at: datetime | None = None

    @property
    def label(self) -> str:
        return months_label(self.months)

    @property
    def total_text(self) -> str:
        return money.display(self.amount, self.currency)

    @property
    def monthly_text(self) -> str:
        return money.display(per_month(self.amount, self.months, self.currency), self.currency)

    @property
    def discount(self) -> str:
        return percentages.display(-self.discount_percent) if self.list_amount > self.amount else ""

    @property
    def list_text(self) -> str:
        return money.display(self.list_amount, self.currency) if self.list_amount > self.amount else ""

    @property
    def saving_text(self) -> str:
        saving = self.list_amount - self.amount
        return money.display(saving, self.currency) if saving > 0 else ""


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """Prices are in order of their months. Texts are in the language asked for."""

    code: str
    name: str
    summary: str
    features: tuple[str, ...]
    prices: tuple[PublishedPrice, ...]
    is_recommended: bool = False


def dump(on_sale: Mapping[Plan, Sequence[PlanPrice]], ends: Mapping[int, datetime]) -> str:
    """The JSON, in all languages and currencies. Plans without a price are left out. ``ends``: months -> when (UTC) the
    discount for that period ends by itself."""
    return json.dumps([_plan(plan, prices, ends) for plan, prices in on_sale.items() if prices], ensure_ascii=False)


def load(text: str, language: str, currency: str) -> tuple[PublishedPlan, ...]:
    """What ``dump`` wrote, in one language and currency; plans that are not sold in it are left out."""
    plans = (
        PublishedPlan(
            code=plan["code"],
            name=pick(plan["name"], plan["translations"], "name", language),
            summary=pick(plan["summary"], plan["translations"], "summary", language),
            features=tuple(_lines(pick(plan["features"], plan["translations"], "features", language))),
            prices=tuple(_price(values) for values in plan["terms"] if values[_CURRENCY] == currency),
            is_recommended=plan.get("is_recommended", False),
        )
        for plan in json.loads(text)
    )
    return tuple(plan for plan in plans if plan.prices)


def currency_for(software: SoftwareProduct, wanted: str = "") -> str:
    """The currency in which to show a product's prices: ``wanted``, by default the visitor's, if it is sold in it; else
    the shop's first."""
    wanted = wanted or currency_choice.current()
    return wanted if software.lowest_in(wanted) is not None else str(software.currency)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _plan(plan: Plan, prices: Sequence[PlanPrice], ends: Mapping[int, datetime]) -> dict[str, Any]:
    return {
        "code": plan.code,
        "name": plan.name,
        "summary": plan.summary,
        "features": plan.features,
        "translations": plan.translations,
        "is_recommended": plan.is_recommended,
        "terms": [
            [
                *(price.pk, price.months, str(price.discount_percent), *_amounts(price)),
                *(price.currency, ends[price.months].isoformat() if price.months in ends else None),
            ]
            for price in prices
        ],
    }


def _amounts(price: PlanPrice) -> list[str]:
    return [money.plain(amount, price.currency) for amount in (price.list_amount, price.amount)]


def _price(values: list[Any]) -> PublishedPrice:
    pk, months, discount, list_amount, amount, currency, ends_at = values
    end = datetime.fromisoformat(ends_at) if ends_at else None
    return PublishedPrice(pk, months, Decimal(discount), Decimal(list_amount), Decimal(amount), currency, end)
