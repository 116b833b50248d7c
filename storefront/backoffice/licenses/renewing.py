"""How a license renews by itself, for its page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from storefront.backoffice.pages import ActLink
from storefront.core.instants import instant
from storefront.licensing.models import License
from storefront.licensing.subscriptions import queries

#: To stop it.
RIGHT = "licensing.change_subscription"


def in_words(license: License) -> str:
    """When it is charged next, from what, and how that stands; "" where nothing renews it."""
    subscription = queries.of_license(license)
    if subscription is None:
        return ""
    following, method = queries.next_renewal(subscription), queries.method_of(subscription)
    is_card = subscription.pays_from == "method" and method is not None
    source = method.label if is_card and method else subscription.get_pays_from_display()
    if following is None:
        return source
    return f"{instant(following.due_at, 'short')}, {source} ({following.get_status_display()})"


def acts_on(license: License) -> Iterator[ActLink]:
    subscription = queries.of_license(license)
    if subscription is not None:
        url = reverse("backoffice-subscription-stop", args=[subscription.pk])
        yield ActLink(_("Stop renewing by itself"), url, RIGHT, "cross")
