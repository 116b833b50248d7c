"""References to prices: product, license type, period, and which amount.

Stored as ``<a linktype="price" product="7" plan="pro" months="12" amount="total">the price of …</a>``: a link, because
wagtail-localize keeps attributes of no other tag when it splits a text for translation. Its content describes the
price to translators and the search; readers see the current amount instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.plans.models import months_label
from catalogue.plans.price_calculation import per_month
from catalogue.plans.published_prices import PublishedPlan
from storefront.core import money

LINK_TYPE = "price"


class Amount(models.TextChoices):
    """Which amount of a license type and period; LOWEST is the whole product's and has neither."""

    TOTAL = "total", gettext_lazy("Price")
    MONTH = "month", gettext_lazy("Per month")
    LIST = "list", gettext_lazy("Without discount")
    SAVING = "saving", gettext_lazy("Saving")
    LOWEST = "lowest", gettext_lazy("Lowest price per month")


@dataclass(frozen=True, slots=True)
class Reference:
    """``fallbacks``: (language, text) shown when it is no longer sold; by default "price on request"."""

    product: int
    plan: str
    months: int
    amount: str
    fallbacks: tuple[tuple[str, str], ...] = ()

    def attributes(self) -> dict[str, str]:
        """The attributes of the tag."""
        found = {"linktype": LINK_TYPE, "product": str(self.product), "plan": self.plan}
        found |= {"months": str(self.months), "amount": self.amount}
        # A straight quote would end the attribute: Wagtail reads attributes by a pattern.
        return found | {f"fallback-{code}": text.replace('"', "”") for code, text in self.fallbacks if text}

    def fallback(self, language: str) -> str:
        own = dict(self.fallbacks)
        return own.get(language) or own.get(settings.LANGUAGE_CODE) or _("price on request")

    def describe(self, title: str, plan_name: str) -> str:
        """A description for translators and the search."""
        if self.amount == Amount.LOWEST:
            return _("lowest price per month of %(product)s") % {"product": title}
        texts = {
            Amount.TOTAL: _("price of %(product)s %(plan)s for %(period)s"),
            Amount.MONTH: _("price per month of %(product)s %(plan)s for %(period)s"),
            Amount.LIST: _("price without discount of %(product)s %(plan)s for %(period)s"),
            Amount.SAVING: _("saving of %(product)s %(plan)s for %(period)s"),
        }
        return texts[Amount(self.amount)] % {
            "product": title,
            "plan": plan_name,
            "period": months_label(self.months),
        }


def parse(attributes: Mapping[str, str]) -> Reference | None:
    """What ``attributes`` wrote; None for anything else."""
    number, months = attributes.get("product", ""), attributes.get("months") or "0"
    amount = attributes.get("amount", "")
    if not (_is_number(number) and _is_number(months)) or amount not in Amount.values:
        return None
    languages = [code for code, _name in settings.LANGUAGES]
    texts = tuple((code, text) for code in languages if (text := attributes.get(f"fallback-{code.lower()}")))
    return Reference(int(number), attributes.get("plan", ""), int(months), amount, texts)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def text_of(reference: Reference, plans: tuple[PublishedPlan, ...] | None) -> str:
    """The amount as readers of the active language see it, or the fall-back if ``plans`` (what is on sale of the
    product now, None if there is no such product) do not have it."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    amount = _amount(reference, plans or ())
    return amount if amount is not None else reference.fallback(language)


def _amount(reference: Reference, plans: tuple[PublishedPlan, ...]) -> str | None:
    if reference.amount == Amount.LOWEST:
        every = [price for plan in plans for price in plan.prices]
        in_one = [price for price in every if price.currency == every[0].currency]
        months = [(per_month(price.amount, price.months, price.currency), price.currency) for price in in_one]
        return money.display(*min(months)) if months else None
    prices = [price for plan in plans if plan.code == reference.plan for price in plan.prices]
    price = next((price for price in prices if price.months == reference.months), None)
    if price is None:
        return None
    amounts = {
        Amount.TOTAL: price.amount,
        Amount.MONTH: per_month(price.amount, price.months, price.currency),
        Amount.LIST: price.list_amount,
        Amount.SAVING: price.list_amount - price.amount,
    }
    return money.display(amounts[Amount(reference.amount)], price.currency)
