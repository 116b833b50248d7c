"""The offer of a product: its plans and terms on sale, as pages read them. Plain JSON kept on the product's row.

A product page needs a dozen rows of two tables for its buy box and reads them a thousand times between two changes.
So ``pricing`` writes them down once, in the same transaction as the prices themselves. Amounts are strings: exact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalogue.plans.models import Plan, PlanTerm


@dataclass(frozen=True, slots=True)
class OfferedTerm:
    """``id`` is the PlanTerm's; amounts in major units of ``currency``."""

    id: int
    months: int
    discount_percent: Decimal
    list_amount: Decimal
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class OfferedPlan:
    """Terms are in order of their months."""

    code: str
    name: str
    summary: str
    features: tuple[str, ...]
    terms: tuple[OfferedTerm, ...]


def dump(on_sale: Mapping[Plan, Sequence[PlanTerm]]) -> str:
    """The offer as text. Plans without a term are left out."""
    return json.dumps([_plan(plan, terms) for plan, terms in on_sale.items() if terms], ensure_ascii=False)


def load(text: str) -> tuple[OfferedPlan, ...]:
    """What ``dump`` wrote."""
    return tuple(
        OfferedPlan(
            code=plan["code"],
            name=plan["name"],
            summary=plan["summary"],
            features=tuple(plan["features"]),
            terms=tuple(_term(values) for values in plan["terms"]),
        )
        for plan in json.loads(text)
    )


def _plan(plan: Plan, terms: Sequence[PlanTerm]) -> dict[str, Any]:
    return {
        "code": plan.code,
        "name": plan.name,
        "summary": plan.summary,
        "features": plan.feature_list,
        "terms": [
            [term.pk, term.months, str(term.discount_percent), str(term.list_amount), str(term.amount), term.currency]
            for term in terms
        ],
    }


def _term(values: list[Any]) -> OfferedTerm:
    pk, months, discount, list_amount, amount, currency = values
    return OfferedTerm(pk, months, Decimal(discount), Decimal(list_amount), Decimal(amount), currency)
