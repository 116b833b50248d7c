"""The words that customers agree to: what renews, how often, when, for how much, from what, how to stop."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from checkout.renewals.quotes import Quote
from storefront.billing.models import SavedMethod, Seller
from storefront.core.instants import day_of
from storefront.core.money import display
from storefront.licensing.states import PaysFrom
from storefront.licensing.subscriptions.timing import notice_days


def consent(quote: Quote, *, source: str, first_at: datetime | None) -> str:
    """In the active language. ``source`` as ``source_label`` says it; ``first_at``: when it is charged first, None
    while the time of the license has not begun."""
    values = {
        "license": _("%(product)s – %(plan)s") % {"product": quote.price.title, "plan": quote.price.plan_name},
        "seller": _seller(),
        "total": display(quote.total, quote.currency),
        "source": source,
        "date": date_format(day_of(first_at), "DATE_FORMAT") if first_at else "",
    }
    return " ".join(
        [_what(quote.price.months) % values, _how_much(first_at) % values, _how_to_stop(quote.price.months)]
    )


def source_label(pays_from: str, fallback: str, method: SavedMethod | None) -> str:
    """What is charged, in the active language. ``method``: None for the one that is being paid with or saved now."""
    first, second = (_one_source(each, method) if each else "" for each in (pays_from, fallback))
    if not second:
        return first
    return _("%(first)s, or %(second)s where that does not pay it") % {"first": first, "second": second}


def _one_source(source: str, method: SavedMethod | None) -> str:
    if source == PaysFrom.ACCOUNT:
        return _("my personal account")
    return method.label if method else _("the method I pay with now")


def _what(months: int) -> str:
    return ngettext(
        "Renew %%(license)s every month by itself.", "Renew %%(license)s every %(count)s months by itself.", months
    ) % {"count": months}


def _how_much(first_at: datetime | None) -> str:
    if first_at:
        return _(
            "On or about %(date)s, and again before each further period ends, %(seller)s may charge the price of that "
            "day, at most %(total)s with tax, to %(source)s, until I turn this off."
        )
    return _(
        "Shortly before each period ends, %(seller)s may charge the price of that day, at most %(total)s with tax, to "
        "%(source)s, until I turn this off."
    )


def _how_to_stop(months: int) -> str:
    days = notice_days(months)
    told = (
        _("I am told 30 and 7 days before each charge.") if len(days) > 1 else _("I am told 3 days before each charge.")
    )
    stop = _(
        "I can turn it off at any time in my account, or by the link in that mail: then nothing is charged any more, "
        "and the license works until the end of what is paid."
    )
    return f"{told} {stop}"


def _seller() -> str:
    seller = Seller.objects.filter(is_default=True).order_by("-pk").first()
    return seller.name if seller else _("the seller")
