"""A table of prices before and after a change, as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from catalogue.plans.models import Discount, months_label
from catalogue.plans.previews import Change, Moment
from catalogue.plans.price_calculation import AppliedDiscount, Quote, per_month
from storefront.core import money, percentages

#: Longer tables are cut; ``Table.left_out`` says by how much.
MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """``percent`` is the change or ""; ``note`` says why a price is new, stays or ends."""

    title: str
    plan: str
    period: str
    before: str
    after: str
    percent: str
    note: str
    is_change: bool


@dataclass(frozen=True, slots=True)
class Table:
    """``at`` (UTC) is when it happens; None is at once. ``warnings``: longer periods that would be dearer per month."""

    at: datetime | None
    lines: tuple[Line, ...]
    changed: int
    left_out: int
    warnings: tuple[str, ...]


def table(moment: Moment, draft: Discount | None = None) -> Table:
    """``draft``: the discount being edited; the table then says why other prices stay."""
    shown = moment.changes[:MOST]
    return Table(
        at=moment.at,
        lines=tuple(_line(change, draft) for change in shown),
        changed=moment.changed,
        left_out=len(moment.changes) - len(shown),
        warnings=tuple(_warning(longer, shorter) for longer, shorter in moment.dearer),
    )


def _warning(longer: Quote, shorter: Quote) -> str:
    return _("%(plan)s: %(longer)s would cost %(much)s a month, more than %(shorter)s (%(less)s).") % {
        "plan": longer.plan.text("name"),
        "longer": months_label(longer.period.months),
        "much": _monthly(longer),
        "shorter": months_label(shorter.period.months),
        "less": _monthly(shorter),
    }


def _monthly(quote: Quote) -> str:
    amount = per_month(quote.price.amount, quote.period.months, quote.currency)
    return money.display(amount, quote.currency)


def _line(change: Change, draft: Discount | None) -> Line:
    return Line(
        title=change.title if change.is_public else _("%(title)s (hidden)") % {"title": change.title},
        plan=change.plan_name,
        period=months_label(change.months),
        before=_amount(change.before),
        after=_amount(change.after),
        percent=_percent(change),
        note=_note(change, draft),
        is_change=change.is_change,
    )


def _amount(quote: Quote | None) -> str:
    return money.display(quote.price.amount, quote.currency) if quote else ""


def _percent(change: Change) -> str:
    if not change.is_change or change.before is None or change.after is None:
        return ""
    was, will_be = change.before.price.amount, change.after.price.amount
    difference = ((will_be - was) * 100 / was).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return ("+" if difference > 0 else "") + percentages.display(difference)


def _note(change: Change, draft: Discount | None) -> str:
    if change.before is None:
        return _("new")
    if change.after is None:
        return _("not on sale any more")
    if change.is_change:
        return ""
    if draft is None:
        return _("has a period of its own") if change.after.period.software_id else ""
    return _why_unchanged(change.after.discount, draft)


def _why_unchanged(reduction: AppliedDiscount, draft: Discount) -> str:
    if reduction.name == draft.name and reduction.percent == draft.percent:
        return _("has this discount already")
    own = _("the standing discount of the period")
    values = {
        "name": f"“{reduction.name}”" if reduction.name else own,
        "percent": percentages.display(reduction.percent),
    }
    if reduction.percent == draft.percent:
        return _("stays: %(name)s is as large (%(percent)s)") % values
    return _("stays: %(name)s is larger (%(percent)s)") % values
