"""What the product page shows of a product's plans and periods. One query, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalogue.plans.models import Plan, PlanTerm, SoftwareProduct, months_label
from catalogue.plans.pricing import per_month
from storefront.core import money


@dataclass(frozen=True, slots=True)
class TermOption:
    """One plan for one period. Amounts in major units, and as text in the reader's language."""

    id: int
    months: int
    label: str
    discount_percent: Decimal
    list_amount: Decimal
    amount: Decimal
    monthly_amount: Decimal
    currency: str
    is_selected: bool

    @property
    def saving(self) -> Decimal:
        return self.list_amount - self.amount

    @property
    def discount(self) -> str:
        """Without needless zeros, empty for none: '20'."""
        return f"{self.discount_percent.normalize():f}" if self.discount_percent else ""

    @property
    def total_text(self) -> str:
        return money.display(self.amount, self.currency)

    @property
    def list_text(self) -> str:
        return money.display(self.list_amount, self.currency) if self.discount_percent else ""

    @property
    def saving_text(self) -> str:
        return money.display(self.saving, self.currency) if self.discount_percent else ""

    @property
    def monthly_text(self) -> str:
        return money.display(self.monthly_amount, self.currency)


@dataclass(frozen=True, slots=True)
class PlanOption:
    """One license type with the periods it is sold for, shortest first."""

    code: str
    name: str
    summary: str
    features: list[str]
    monthly_price: Decimal
    terms: list[TermOption]
    is_selected: bool


@dataclass(frozen=True, slots=True)
class BuyBox:
    """All there is to choose, and what is chosen. ``selected`` is None when nothing is on sale."""

    plans: list[PlanOption]
    selected: TermOption | None

    @property
    def features(self) -> list[tuple[str, list[bool]]]:
        """Every feature of any plan, in order of first mention, and which plans have it."""
        names = dict.fromkeys(name for plan in self.plans for name in plan.features)
        return [(name, [name in plan.features for plan in self.plans]) for name in names]

    @property
    def price_rows(self) -> list[tuple[str, list[TermOption | None]]]:
        """A row for every period of any plan, shortest first: its name, and each plan's term or None."""
        by_plan = [{term.months: term for term in plan.terms} for plan in self.plans]
        months = sorted({number for terms in by_plan for number in terms})
        return [(months_label(number), [terms.get(number) for terms in by_plan]) for number in months]


def buy_box(software: SoftwareProduct, *, plan_code: str = "", months: int | None = None) -> BuyBox:
    """Plans and terms on sale. What is asked for is selected if it exists, else the first plan and longest period."""
    terms = (
        PlanTerm.objects.filter(plan__software=software, plan__is_active=True, is_active=True)
        .select_related("plan")
        .order_by("plan__position", "plan_id", "months")
    )
    by_plan: dict[Plan, list[PlanTerm]] = {}
    for term in terms:
        by_plan.setdefault(term.plan, []).append(term)
    chosen_code = plan_code if any(p.code == plan_code for p in by_plan) else next((p.code for p in by_plan), "")
    plans = [_plan_option(plan, found, plan.code == chosen_code, months) for plan, found in by_plan.items()]
    selected = next((term for plan in plans for term in plan.terms if term.is_selected), None)
    return BuyBox(plans=plans, selected=selected)


def _plan_option(plan: Plan, terms: list[PlanTerm], is_selected: bool, months: int | None) -> PlanOption:
    wanted = months if any(term.months == months for term in terms) else terms[-1].months
    return PlanOption(
        code=plan.code,
        name=plan.name,
        summary=plan.summary,
        features=plan.feature_list,
        monthly_price=plan.monthly_price,
        terms=[_term_option(term, is_selected and term.months == wanted) for term in terms],
        is_selected=is_selected,
    )


def _term_option(term: PlanTerm, is_selected: bool) -> TermOption:
    return TermOption(
        id=term.pk,
        months=term.months,
        label=months_label(term.months),
        discount_percent=term.discount_percent,
        list_amount=term.list_amount,
        amount=term.amount,
        monthly_amount=per_month(term.amount, term.months, term.currency),
        currency=term.currency,
        is_selected=is_selected,
    )
