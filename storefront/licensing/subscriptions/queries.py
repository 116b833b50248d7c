"""What pages ask about subscriptions. Read only."""

from __future__ import annotations

from django.db.models import QuerySet

from storefront.billing.models import Mandate, SavedMethod
from storefront.licensing.models import License, Renewal, Subscription
from storefront.licensing.states import (
    AHEAD_RENEWAL,
    UNPAID_RENEWAL,
    SubscriptionStatus,
)
from storefront.licensing.subscriptions import consents
from storefront.users.models import User


def of(customer: User) -> QuerySet[Subscription]:
    """Those of a customer that renew by themselves now."""
    active = Subscription.objects.filter(customer=customer, status=SubscriptionStatus.ACTIVE)
    return active.select_related("license", "customer")


def own(customer: User, public_id: str) -> Subscription | None:
    """One of a customer's, stopped ones too."""
    return Subscription.objects.filter(customer=customer, public_id=public_id).select_related("license").first()


def by_public_id(public_id: str) -> Subscription | None:
    """Whoever's, for a link that names it."""
    return Subscription.objects.filter(public_id=public_id).select_related("license", "customer").first()


def of_license(license: License) -> Subscription | None:
    """What renews a license now; None if nothing does."""
    return Subscription.objects.filter(license=license, status=SubscriptionStatus.ACTIVE).first()


def next_renewal(subscription: Subscription) -> Renewal | None:
    """The period that is charged next, or is being charged; None while nobody knows when the license ends."""
    rows = Renewal.objects.filter(subscription=subscription, status__in=(*AHEAD_RENEWAL, *UNPAID_RENEWAL))
    return rows.order_by("extends_from").first()


def method_of(subscription: Subscription) -> SavedMethod | None:
    """The saved method that it may charge."""
    mandate = consents.of_method(subscription).first()
    return mandate.method if mandate else None


def agreed_to(subscription: Subscription) -> Mandate | None:
    """The newest that the customer agreed to for it, ended or not."""
    return Mandate.objects.filter(subject=subscription.subject).order_by("-pk").first()


def upcoming(customer: User) -> QuerySet[Renewal]:
    """What is charged next of all that a customer's licenses renew by, the nearest first."""
    rows = Renewal.objects.filter(subscription__customer=customer, status__in=(*AHEAD_RENEWAL, *UNPAID_RENEWAL))
    return rows.select_related("subscription", "license", "invoice").order_by("due_at", "pk")
