"""What a customer may choose from: periods with their prices of today, saved methods, the personal account."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from checkout.renewals import offers
from checkout.renewals.offers import Offer
from storefront.account.renewals.forms import ACCOUNT, Sources
from storefront.billing.errors import TaxRateMissing
from storefront.billing.models import SavedMethod
from storefront.billing.personal_account import balances, top_ups
from storefront.billing.saved_methods import queries as saved
from storefront.core.money import display
from storefront.licensing.models import License, Subscription
from storefront.licensing.states import PaysFrom
from storefront.licensing.subscriptions import queries as subscriptions


@dataclass(frozen=True, slots=True)
class Choices:
    """``offers``: the periods, with prices; ``account``: the label of the personal account, "" where it is not
    offered."""

    offers: list[Offer]
    methods: list[SavedMethod]
    account: str

    def __bool__(self) -> bool:
        return bool(self.offers)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that one press changes: what is agreed to by it, and the fields that say so."""

    offer: Offer
    sources: Sources
    label: str


def of(license: License) -> Choices:
    """For the license's customer, in the active language. Empty where it cannot renew, or is not sold now."""
    periods = offers_of(license, Sources(ACCOUNT, "", None))
    if not periods:
        return Choices([], [], "")
    currency = periods[0].currency
    methods = saved.chargeable(license.customer, currency)
    return Choices(periods, methods, _account(license, currency))


def offers_of(license: License, sources: Sources) -> list[Offer]:
    """The periods that are sold, each with the text for these sources; [] where that is not possible now."""
    try:
        return offers.for_license(license, **sources.named())
    except TaxRateMissing:
        return []


def _account(license: License, currency: str) -> str:
    """It is offered to who can fill it, or has something on it."""
    there = balances.spendable(license.customer, currency)
    if not there and not top_ups.is_offered():
        return ""
    return _("Personal account (%(balance)s)") % {"balance": display(there, currency)}


def sources_of(subscription: Subscription) -> Sources:
    """What pays now."""
    return Sources(subscription.pays_from, subscription.fallback, subscriptions.method_of(subscription))


def other_periods(subscription: Subscription, found: list[Offer], sources: Sources) -> list[Change]:
    """``found``: the offers with what pays now."""
    return [
        Change(each, sources, f"{each.period_name} · {display(each.total, each.currency)}")
        for each in found
        if each.months != subscription.months
    ]


def other_sources(license: License, subscription: Subscription, now: Sources, choices: Choices) -> list[Change]:
    """The same period, paid from something else first. What pays second stays, where it can."""
    second = ACCOUNT if ACCOUNT in (now.pays_from, now.fallback) else ""
    found = [
        (method.label, Sources(PaysFrom.METHOD.value, second, method)) for method in choices.methods
        if now.pays_from == ACCOUNT or method != now.method
    ]  # fmt: skip
    if choices.account and now.pays_from != ACCOUNT:
        fallback = PaysFrom.METHOD.value if now.method in choices.methods else ""
        found.append((choices.account, Sources(ACCOUNT, fallback, now.method if fallback else None)))
    changes = []
    for label, sources in found:
        offer = next((each for each in offers_of(license, sources) if each.months == subscription.months), None)
        if offer is not None:
            changes.append(Change(offer, sources, label))
    return changes
