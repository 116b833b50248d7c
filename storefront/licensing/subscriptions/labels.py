"""What pays a renewal, as customers read it."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from storefront.core.language import nearest_language
from storefront.licensing.models import Subscription
from storefront.licensing.states import PaysFrom
from storefront.licensing.subscriptions import queries


def labels_of(subscription: Subscription) -> tuple[str, str | None]:
    """What pays first, and the second one (None if there is none), in the customer's language: the method's label, ""
    for the personal account."""
    method = queries.method_of(subscription)
    if method is not None:
        name = method.label
    else:
        with translation.override(nearest_language(subscription.customer.language)):
            name = _("the saved method")
    first, *more = ["" if source == PaysFrom.ACCOUNT else name for source in subscription.sources]
    return first, (more[0] if more else None)
