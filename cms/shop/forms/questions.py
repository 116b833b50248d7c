"""Asks before a price is saved that looks like a slip of the hand: sent again with the box ticked, it is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.plans.models import Plan
from storefront.core import money

#: How many times dearer or cheaper than before is asked about: a zero too many or too few.
SLIP = 10
#: Major units a month that no license of this shop is likely to cost in any currency.
UNLIKELY = Decimal(100_000)
#: Percent off that make a price ten times cheaper.
UNLIKELY_PERCENT = Decimal(90)


class AsksIfMeant(forms.Form):
    """Mixin of forms: a box that is shown only once there is something to ask (``QuestionPanel``)."""

    is_meant = forms.BooleanField(label=gettext_lazy("Yes, that is what I mean"), required=False)
    is_asking = False

    def ask(self, field: str, question: str) -> None:
        """Refuse ``field`` with a question, unless the box is ticked."""
        self.is_asking = self.is_asking or bool(question)
        if question and not self.cleaned_data.get("is_meant"):
            self.add_error(field, _("%(question)s If so, tick the box below and save again.") % {"question": question})


def about_price(price: Decimal | None, *, before: Decimal | None, currency: str) -> str:
    """The question about a price per month (major units), "" if there is none. ``before``: the stored one; without it
    the dearest license type of the shop is what is usual."""
    if price is None or price <= 0 or price == before:
        return ""
    shown = {"price": money.display(price, currency)}
    if before and (price >= before * SLIP or price * SLIP <= before):
        was = {"before": money.display(before, currency)}
        return _("Really %(price)s a month? It was %(before)s.") % (shown | was)
    if not before:
        on_sale = Plan.objects.filter(is_active=True).only("monthly_price", "other_prices")
        before = max((found for plan in on_sale if (found := plan.price_in(currency))), default=None)
        if before and price >= before * SLIP:
            was = {"dearest": money.display(before, currency)}
            return _("Really %(price)s a month? The dearest license type of the shop is %(dearest)s.") % (shown | was)
    return _("Really %(price)s a month?") % shown if price > UNLIKELY else ""


def about_percent(percent: Decimal | None, *, before: Any) -> str:
    """The question about a discount, "" if there is none."""
    if percent is None or not UNLIKELY_PERCENT <= percent < 100 or percent == before:
        return ""
    return _("Really %(percent)s %% off?") % {"percent": percent}
