"""What the values that sums are split by are called, and the pages of what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.plans.models import Plan, SoftwareProduct
from storefront.billing.reports import dimensions
from storefront.billing.reports.dimensions import SEVERAL, Dimension
from storefront.billing.reports.income import Rest
from storefront.core import percentages
from storefront.core.texts import pick
from storefront.users.models import User

Names = Callable[[Any], str]


def of(dimension: Dimension, values: Iterable[Any]) -> Names:
    """How to call each of ``values``; one query at most."""
    known = {value for value in values if value is not None and not isinstance(value, Rest)}
    name = _NAMES[dimension.name](known)
    return lambda value: _("Not of a line") if value is Rest.NOT_OF_A_LINE else name(value)


def products(known: Iterable[int]) -> Names:
    rows = SoftwareProduct.objects.filter(pk__in=known).values_list("pk", "product__title", "translations")
    titles = {pk: pick(title, translated, "title") for pk, title, translated in rows}
    return lambda pk: titles.get(pk) or (_("A product that was deleted") if pk else _("No license"))


def plans(known: Iterable[int]) -> Names:
    columns = ("software__product__title", "software__translations", "name", "translations")
    names = {
        pk: f"{pick(title, titles, 'title')}, {pick(name, translations, 'name')}"
        for pk, title, titles, name, translations in Plan.objects.filter(pk__in=known).values_list("pk", *columns)
    }
    return lambda pk: names.get(pk) or (_("A license type that was deleted") if pk else _("No license"))


def _customers(known: Iterable[int]) -> Names:
    rows = User.objects.filter(pk__in=known).only("name", "first_name", "last_name", "company", "email", "erased_at")
    names = {row.pk: ", ".join(filter(None, (row.company, row.get_full_name() or row.email))) for row in rows}
    return lambda pk: names.get(pk, "–")


def _periods(known: Iterable[int]) -> Names:
    return lambda months: (
        ngettext("%(count)d month", "%(count)d months", months) % {"count": months} if months else _("No license")
    )


def _countries(known: Iterable[str]) -> Names:
    return lambda code: code or _("Not on the invoice")


def _vouchers(known: Iterable[str]) -> Names:
    special = {"": _("Without a voucher"), SEVERAL: _("Several vouchers in one order")}
    return lambda code: special.get(code) or code


def _days(known: Iterable[date]) -> Names:
    return lambda day: str(date_format(day, "SHORT_DATE_FORMAT"))


def _months(known: Iterable[date]) -> Names:
    return lambda day: str(date_format(day, "F Y"))


def _rates(known: Iterable[Decimal]) -> Names:
    return lambda rate: _("No tax") if not rate else percentages.display(rate)


_NAMES: dict[str, Callable[[Any], Names]] = {
    dimensions.DAY.name: _days,
    dimensions.MONTH.name: _months,
    dimensions.PRODUCT.name: products,
    dimensions.PLAN.name: plans,
    dimensions.PERIOD.name: _periods,
    dimensions.COUNTRY.name: _countries,
    dimensions.VOUCHER.name: _vouchers,
    dimensions.CUSTOMER.name: _customers,
    dimensions.RATE.name: _rates,
}


def in_order(currencies: Iterable[str]) -> list[str]:
    """The shop's currency first, the others by name."""
    return sorted(set(currencies), key=lambda code: (code != settings.SHOP_CURRENCY, code))
