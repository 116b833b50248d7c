"""Prices before and after saving a discount, a period or a product. Nothing is written.

Both sides come from the code that publishes prices (``PriceInputs.quotes``), so a preview is what will be charged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from catalogue.plans import price_inputs
from catalogue.plans.models import Discount, Period, Plan, SoftwareProduct
from catalogue.plans.price_calculation import Quote, dearer_per_month
from catalogue.plans.price_inputs import PriceInputs


@dataclass(frozen=True, slots=True)
class Change:
    """One license type for one period in one currency. ``before`` and ``after`` are None where it is not on sale."""

    title: str
    plan_name: str
    months: int
    before: Quote | None
    after: Quote | None
    is_public: bool

    @property
    def is_change(self) -> bool:
        return self.before_amount != self.after_amount

    @property
    def before_amount(self) -> Decimal | None:
        return self.before.price.amount if self.before else None

    @property
    def after_amount(self) -> Decimal | None:
        return self.after.price.amount if self.after else None


@dataclass(frozen=True, slots=True)
class Moment:
    """The prices of one moment: ``at`` (UTC), or immediately if None.

    ``dearer``: of the products whose prices change, the longer periods that would cost more per month than a shorter
    one, each with the cheapest shorter one.
    """

    at: datetime | None
    changes: tuple[Change, ...]
    dearer: tuple[tuple[Quote, Quote], ...] = ()

    @property
    def changed(self) -> int:
        return sum(change.is_change for change in self.changes)


def of_discount(draft: Discount, *, now: datetime) -> list[Moment]:
    """What saving a new or edited discount does immediately, and when it begins (if later): all prices it is meant for
    and all that change. Moments without any are left out."""
    moments = []
    for at in sorted({now, max(now, draft.starts_at)}):
        is_meant = _is_meant_by(draft, at)
        changes, dearer = _compare(_all_inputs(now), lambda inputs: _with_discount(inputs, draft), at, is_meant)
        if changes:
            moments.append(Moment(at if at > now else None, changes, dearer))
    return moments


def of_period(draft: Period, *, now: datetime) -> Moment:
    """What saving a new or edited common period does immediately: all prices for periods of this length."""

    def is_meant(change: Change) -> bool:
        return change.months == draft.months

    return Moment(None, *_compare(_all_inputs(now), lambda inputs: _with_period(inputs, draft), now, is_meant))


def of_product(
    software: SoftwareProduct | None,
    *,
    title: str,
    plans: Sequence[Plan],
    own_periods: Sequence[Period],
    now: datetime,
    is_public: bool = True,
) -> Moment:
    """All prices of a product as its form would save it; ``software`` is None for a new one. ``plans`` and
    ``own_periods`` are those of the form; saved ones keep their ids."""
    before, after = _with_form(software, plans, own_periods, now)
    quotes = after.quotes(now)
    return Moment(None, tuple(_pair(title, is_public, before.quotes(now), quotes)), tuple(dearer_per_month(quotes)))


def zero_prices_with(draft: Discount | Period, *, now: datetime) -> list[Quote]:
    """Prices that saving a discount or a common period would round to zero, at any time."""

    def changed(inputs: PriceInputs) -> PriceInputs:
        return _with_discount(inputs, draft) if isinstance(draft, Discount) else _with_period(inputs, draft)

    quotes = (quote for inputs in _all_inputs(now) for quote in changed(inputs).zero_prices())
    return [quote for quote in quotes if _is_for(draft, quote.period.months)]


def _is_for(draft: Discount | Period, months: int) -> bool:
    return draft.is_for_period(months) if isinstance(draft, Discount) else months == draft.months


def zero_prices_of(
    software: SoftwareProduct | None, *, plans: Sequence[Plan], own_periods: Sequence[Period], now: datetime
) -> list[Quote]:
    """Prices that saving a product as its form holds it (see ``of_product``) would round to zero, at any time."""
    return _with_form(software, plans, own_periods, now)[1].zero_prices()


def overlapping(draft: Discount, *, now: datetime) -> list[Discount]:
    """Other discounts on the same product and period, not over yet, that share some time with this one."""
    others = Discount.objects.exclude(pk=draft.pk).not_over(now).not_over(draft.starts_at)
    if draft.ends_at is not None:
        others = others.filter(starts_at__lt=draft.ends_at)
    return [
        other
        for other in others.order_by("starts_at", "pk")
        if _share(other.product_ids, draft.product_ids) and _share(other.period_months, draft.period_months)
    ]


def _share(some: Sequence[int], others: Sequence[int]) -> bool:
    """Whether two lists have something in common; an empty one means all."""
    return not some or not others or bool(set(some) & set(others))


def _all_inputs(now: datetime) -> list[PriceInputs]:
    return price_inputs.read(SoftwareProduct.objects.select_related("product").order_by("product__title", "pk"), now)


def _with_discount(inputs: PriceInputs, draft: Discount) -> PriceInputs:
    others = [discount for discount in inputs.discounts if draft.pk is None or discount.pk != draft.pk]
    own = [draft] if draft.is_for_product(inputs.software.pk) else []
    return replace(inputs, discounts=[*others, *own])


def _with_period(inputs: PriceInputs, draft: Period) -> PriceInputs:
    others = [period for period in inputs.periods if draft.pk is None or period.pk != draft.pk]
    return replace(inputs, periods=[*others, draft])


def _with_form(
    software: SoftwareProduct | None, plans: Sequence[Plan], own_periods: Sequence[Period], now: datetime
) -> tuple[PriceInputs, PriceInputs]:
    """The inputs of a product before and after its form is saved."""
    # An unsaved product has what is common to all.
    before = price_inputs.read([software or SoftwareProduct()], now)[0]
    common = [period for period in before.periods if period.software_id is None]
    own = [_owned(period) for period in own_periods]
    return before, replace(before, plans=list(plans), periods=[*common, *own])


def _owned(period: Period) -> Period:
    """A period of a form, which does not know its product yet."""
    own = Period(pk=period.pk, months=period.months, discount_percent=period.discount_percent)
    own.is_active = period.is_active
    own.software_id = period.software_id or 0
    return own


def _is_meant_by(draft: Discount, at: datetime) -> Callable[[Change], bool]:
    """Whether a price is one that the discount is for, even if it does not lower it."""
    return lambda change: (
        draft.is_in_force(at)
        and draft.is_for_period(change.months)
        and change.after is not None
        and draft.is_for_product(change.after.plan.software_id)
    )


def _compare(
    products: Iterable[PriceInputs],
    change_of: Callable[[PriceInputs], PriceInputs],
    at: datetime,
    is_meant: Callable[[Change], bool],
) -> tuple[tuple[Change, ...], tuple[tuple[Quote, Quote], ...]]:
    """Prices that change or are meant, and the periods of their products that would be dearer per month."""
    changes: list[Change] = []
    dearer: list[tuple[Quote, Quote]] = []
    for inputs in products:
        after = change_of(inputs).quotes(at)
        pairs = _pair(inputs.software.title_text(), inputs.software.product.is_public, inputs.quotes(at), after)
        concerned = [change for change in pairs if change.is_change or is_meant(change)]
        changes += concerned
        dearer += dearer_per_month(after) if concerned else ()
    return tuple(changes), tuple(dearer)


def _pair(title: str, is_public: bool, before: Sequence[Quote], after: Sequence[Quote]) -> list[Change]:
    """Both sides of every price, in the order they will have; withdrawn ones last."""
    old = {_key(quote): quote for quote in before}
    new = {_key(quote): quote for quote in after}
    return [
        Change(
            title=title,
            plan_name=(new.get(key) or old[key]).plan.text("name"),
            months=(new.get(key) or old[key]).period.months,
            before=old.get(key),
            after=new.get(key),
            is_public=is_public,
        )
        for key in [*new, *(key for key in old if key not in new)]
    ]


def _key(quote: Quote) -> tuple[object, int, str]:
    return quote.plan.pk or id(quote.plan), quote.period.months, quote.currency
