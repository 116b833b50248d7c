"""Mails about licenses that renew by themselves: what will be charged, what was, what failed, and how to stop.

``of`` gives the fields that all of them have; whoever knows what happened adds the rest and enqueues the mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from storefront.billing.links import methods_url
from storefront.licensing import links
from storefront.licensing.models import License
from storefront.notifications import mails


class OfSubscription(TypedDict):
    """Fields of every mail below but ``RenewalMade``."""

    name: str
    license_number: str
    product: str
    plan: str
    portal_address: str
    account_url: str
    methods_url: str
    stop_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _SubscriptionMail(mails.LicenseMail):
    """``account_url`` is the license's page, where all of it can be changed; ``methods_url``: the saved methods.
    ``stop_url`` stops without a log-in."""

    portal_address: str
    methods_url: str
    stop_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChargeMail(_SubscriptionMail):
    """``amount`` is what is charged, with tax, for ``months`` months. ``method``: its label, "" for the personal
    account; ``fallback``: the second one, None if there is none."""

    currency: str
    amount: Decimal
    months: int
    method: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalComing(_ChargeMail):
    """The notice before a charge: in ``days`` days, at ``renews_at``. ``old_amount``: what the period before cost,
    where that was another sum, with ``change``, a sentence on why, perhaps ""."""

    days: int
    renews_at: datetime
    old_amount: Decimal | None = None
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalMade(mails.PaymentReceived):
    """The receipt of a renewal, in the place of ``PaymentReceived``. ``next_at``: when it renews again, None if it
    does not; ``method`` as in ``_ChargeMail``."""

    product: str
    license_number: str
    method: str
    valid_until: datetime
    next_at: datetime | None
    manage_url: str
    stop_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalFailed(_ChargeMail):
    """A charge was refused; ``reason`` says why and what helps, in the reader's language. The license works until
    ``works_until``. ``next_try_at``: when it is tried again, None if the reader must pay or choose another method.
    ``pay_url`` needs no log-in."""

    reason: str
    valid_until: datetime
    works_until: datetime
    next_try_at: datetime | None
    pay_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalGivenUp(_ChargeMail):
    """The last try was refused: nothing is charged for this period any more, and the license ends after
    ``works_until`` unless the reader pays by ``pay_url``."""

    reason: str
    valid_until: datetime
    works_until: datetime
    pay_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalNeedsConsent(_ChargeMail):
    """The price of that day, ``amount``, is above ``agreed``: nothing is charged until the reader agrees to it on the
    license's page, or extends by hand."""

    agreed: Decimal
    renews_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalSkipped(_SubscriptionMail):
    """The reader skipped the renewal of ``skipped_at``. ``next_at``: when the one after it is due, None if it waits for
    the license to be extended by hand."""

    skipped_at: datetime
    works_until: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardExpiring(_ChargeMail):
    """The card is good to the end of ``expires_on``, which is before the renewal at ``renews_at``."""

    expires_on: date
    renews_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionOn(_ChargeMail):
    """The reader has turned it on, or changed its terms. ``text``: what they agreed to, word by word; ``renews_at`` is
    None while the license's time has not begun; ``is_changed``: it was on before."""

    text: str
    renews_at: datetime | None
    is_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionOff(_SubscriptionMail):
    """It is stopped. ``stopped_by`` as in ``Subscription``; ``valid_until`` is None while the license's time has not
    begun."""

    stopped_by: str
    valid_until: datetime | None


def of(license: License, subscription: str) -> OfSubscription:
    """What every mail says; ``subscription``: its public id. In the language of the license's customer."""
    customer = license.customer
    return {
        "name": customer.get_full_name(),
        "license_number": license.number,
        "product": license.product_title,
        "plan": license.plan_name,
        "portal_address": license.portal_address,
        "account_url": links.license_url(license),
        "methods_url": methods_url(customer.language),
        "stop_url": links.subscription_stop_url(subscription, customer.language),
    }
