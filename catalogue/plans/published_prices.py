"""The offer of a product: its plans and terms on sale, as pages read them. Plain JSON kept on the product's row.

A product page needs a dozen rows of two tables for its buy box and reads them a thousand times between two changes.
So ``publishing`` writes them down once, in the same transaction as the prices themselves. Amounts are strings: exact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalogue.plans.models import Plan, PlanPrice
from storefront.core import money
from storefront.core.texts import pick


@dataclass(frozen=True, slots=True)
class PublishedPrice:
    """``id`` is the PlanPrice's; amounts in major units of ``currency``. ``ends_at`` (UTC): when its discount stops by
    itself, None if it does not."""

    id: int
    months: int
    discount_percent: Decimal
    list_amount: Decimal
    amount: Decimal
    currency: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """Terms are in order of their months. Texts are in the language that was asked for."""

    code: str
    name: str
    summary: str
    features: tuple[str, ...]
    prices: tuple[PublishedPrice, ...]
    is_recommended: bool = False


def dump(on_sale: Mapping[Plan, Sequence[PlanPrice]], ends: Mapping[int, datetime]) -> str:
    """The offer as text, in all languages. Plans without a term are left out. ``ends``: months -> when (UTC) the
    discount for so many months stops by itself."""
    return json.dumps([_plan(plan, terms, ends) for plan, terms in on_sale.items() if terms], ensure_ascii=False)


def load(text: str, language: str) -> tuple[PublishedPlan, ...]:
    """What ``dump`` wrote, in one language."""
    return tuple(
        PublishedPlan(
            code=plan["code"],
            name=pick(plan["name"], plan["translations"], "name", language),
            summary=pick(plan["summary"], plan["translations"], "summary", language),
            features=tuple(_lines(pick(plan["features"], plan["translations"], "features", language))),
            prices=tuple(_term(values) for values in plan["terms"]),
            is_recommended=plan.get("is_recommended", False),
        )
        for plan in json.loads(text)
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _plan(plan: Plan, terms: Sequence[PlanPrice], ends: Mapping[int, datetime]) -> dict[str, Any]:
    return {
        "code": plan.code,
        "name": plan.name,
        "summary": plan.summary,
        "features": plan.features,
        "translations": plan.translations,
        "is_recommended": plan.is_recommended,
        "terms": [
            [
                *(term.pk, term.months, str(term.discount_percent), *_amounts(term)),
                *(term.currency, ends[term.months].isoformat() if term.months in ends else None),
            ]
            for term in terms
        ],
    }


def _amounts(term: PlanPrice) -> list[str]:
    return [money.plain(amount, term.currency) for amount in (term.list_amount, term.amount)]


def _term(values: list[Any]) -> PublishedPrice:
    pk, months, discount, list_amount, amount, currency, ends_at = values
    end = datetime.fromisoformat(ends_at) if ends_at else None
    return PublishedPrice(pk, months, Decimal(discount), Decimal(list_amount), Decimal(amount), currency, end)
