"""What each payment method can do, as a table to read: an ability to a row, a method to a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.billing import capabilities
from storefront.billing.capabilities import CAPABILITIES, Row
from storefront.core import currencies, money
from storefront.gateways.payments.limits import Limits

#: So many currencies are named; of more, only how many there are.
MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Line:
    label: str | Promise
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    methods: Sequence[str]
    rows: Sequence[Line]


def table(methods: Sequence[tuple[str, str]]) -> Table:
    """``methods``: name and label of each, in the order of the columns."""
    known = {row.name: row for row in capabilities.table()}
    found = [known[name] for name, _label in methods if name in known]
    return Table([label for name, label in methods if name in known], list(_lines(found)))


def _lines(methods: Sequence[Row]) -> Iterator[Line]:
    limits = [capabilities.limits_here(row) for row in methods]
    yield Line(_("Currencies"), [_currencies(each) for each in limits])
    for code in currencies.sold():
        text = _("Smallest sum, %(currency)s") % {"currency": code}
        yield Line(text, [_smallest(each, code) for each in limits])
    for each in CAPABILITIES:
        yield Line(each.label, [_("Yes") if row.able[each.name] else "–" for row in methods])


def _currencies(limits: Limits | None) -> str:
    if limits is None:
        return _("by its account")
    if len(limits.currencies) <= MOST_NAMED:
        return ", ".join(sorted(limits.currencies))
    count = len(limits.currencies)
    return ngettext("%(n)d currency", "%(n)d currencies", count) % {"n": count}


def _smallest(limits: Limits | None, currency: str) -> str:
    if limits is None or currency not in limits.currencies:
        return "–"
    return money.display(limits.smallest_in(currency), currency)
