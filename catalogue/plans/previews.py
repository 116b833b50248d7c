"""What prices were and will be if a change is saved: a discount, a period, a product. Nothing is written.

The same lines that publish prices work out both sides (``PriceInputs.quotes``), so what is
shown is what will be charged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from catalogue.plans import price_inputs
from catalogue.plans.discounts import is_in_force
from catalogue.plans.models import Discount, Period, Plan, SoftwareProduct
from catalogue.plans.price_calculation import Quote
from catalogue.plans.price_inputs import PriceInputs


@dataclass(frozen=True, slots=True)
class Change:
    """One license type for one period. ``before`` and ``after`` are None where it is not on sale."""

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
    """The prices of one moment: ``at`` (UTC), or at once if it is None."""

    at: datetime | None
    changes: tuple[Change, ...]

    @property
    def changed(self) -> int:
        return sum(change.is_change for change in self.changes)


def of_discount(draft: Discount, *, now: datetime) -> list[Moment]:
    """What saving a new or edited discount does at once, and when it begins (if that is later): all prices it is about
    and all that change. Moments at which it is about nothing are left out."""
    found = []
    for at in sorted({now, max(now, draft.starts_at)}):
        is_about = _about_discount(draft, at)
        changes = _compare(_price_inputs(now), lambda inputs: _with_discount(inputs, draft), at, is_about)
        if changes:
            found.append(Moment(at if at > now else None, changes))
    return found


def of_period(draft: Period, *, now: datetime) -> Moment:
    """What saving a new or edited common period does at once: all prices for as many months."""
    products = _price_inputs(now)
    changes = _compare(products, lambda inputs: _with_period(inputs, draft), now, lambda c: c.months == draft.months)
    return Moment(None, changes)


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
    before, after = _drafted(software, plans, own_periods, now)
    return Moment(None, tuple(_pair(title, is_public, before.quotes(now), after.quotes(now))))


def _drafted(
    software: SoftwareProduct | None, plans: Sequence[Plan], own_periods: Sequence[Period], now: datetime
) -> tuple[PriceInputs, PriceInputs]:
    """A product before and after its form is saved."""
    # A product without a number has what is common to all.
    before = price_inputs.read([software or SoftwareProduct()], now)[0]
    common = [period for period in before.periods if period.software_id is None]
    own = [_of_product(period) for period in own_periods]
    return before, replace(before, plans=list(plans), periods=[*common, *own])


def zero_prices_with(draft: Discount | Period, *, now: datetime) -> list[Quote]:
    """What saving a discount or a common period would round to nothing, at whatever time."""

    def changed(inputs: PriceInputs) -> PriceInputs:
        return _with_discount(inputs, draft) if isinstance(draft, Discount) else _with_period(inputs, draft)

    found = (quote for inputs in _price_inputs(now) for quote in changed(inputs).zero_prices())
    return [quote for quote in found if quote.period.months == draft.months]


def zero_prices_of(
    software: SoftwareProduct | None, *, plans: Sequence[Plan], own_periods: Sequence[Period], now: datetime
) -> list[Quote]:
    """What saving a product, as its form holds it (see ``of_product``), would round to nothing, at whatever time."""
    return _drafted(software, plans, own_periods, now)[1].zero_prices()


def overlapping(draft: Discount, *, now: datetime) -> list[Discount]:
    """Other discounts for as many months of the same product that are not over, and share some time with it."""
    others = Discount.objects.exclude(pk=draft.pk).filter(months=draft.months).filter(_open(draft.starts_at))
    others = others.filter(_open(now)).select_related("software__product")
    if draft.ends_at is not None:
        others = others.filter(starts_at__lt=draft.ends_at)
    if draft.software_id is not None:
        others = others.filter(Q(software=None) | Q(software=draft.software_id))
    return list(others.order_by("starts_at", "pk"))


def _open(at: datetime) -> Q:
    return Q(ends_at=None) | Q(ends_at__gt=at)


def _price_inputs(now: datetime) -> list[PriceInputs]:
    return price_inputs.read(SoftwareProduct.objects.select_related("product").order_by("product__title", "pk"), now)


def _about_discount(draft: Discount, at: datetime) -> Callable[[Change], bool]:
    """What the discount is meant for, whether or not it lowers the price."""
    return lambda change: (
        is_in_force(draft, at)
        and change.months == draft.months
        and change.after is not None
        and (draft.software_id in (None, change.after.plan.software_id))
    )


def _with_discount(inputs: PriceInputs, draft: Discount) -> PriceInputs:
    others = [discount for discount in inputs.discounts if draft.pk is None or discount.pk != draft.pk]
    own = [draft] if draft.software_id in (None, inputs.software.pk) else []
    return replace(inputs, discounts=[*others, *own])


def _with_period(inputs: PriceInputs, draft: Period) -> PriceInputs:
    others = [period for period in inputs.periods if draft.pk is None or period.pk != draft.pk]
    return replace(inputs, periods=[*others, draft])


def _of_product(period: Period) -> Period:
    """A period of a form, which does not know yet whose it will be."""
    own = Period(pk=period.pk, months=period.months, discount_percent=period.discount_percent)
    own.is_active = period.is_active
    own.software_id = period.software_id or 0
    return own


def _compare(
    products: Iterable[PriceInputs],
    change: Callable[[PriceInputs], PriceInputs],
    at: datetime,
    is_about: Callable[[Change], bool],
) -> tuple[Change, ...]:
    return tuple(
        found
        for inputs in products
        for found in _pair(
            inputs.software.title_text(),
            inputs.software.product.is_public,
            inputs.quotes(at),
            change(inputs).quotes(at),
        )
        if found.is_change or is_about(found)
    )


def _pair(title: str, is_public: bool, before: Sequence[Quote], after: Sequence[Quote]) -> list[Change]:
    """Both sides of every price, in the order they will have; what is withdrawn comes last."""
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


def _key(quote: Quote) -> tuple[object, int]:
    return quote.plan.pk or id(quote.plan), quote.period.months
