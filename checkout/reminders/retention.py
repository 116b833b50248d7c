"""How long a wish is kept that became neither an order nor a mail."""

from __future__ import annotations

from checkout.models import CheckoutReminder
from checkout.reminders.services import KEPT_FOR
from storefront.core import clock
from storefront.core.retention import delete_in_batches


def clear_old() -> int:
    """Delete wishes whose link works no more, and all that was typed with them. Returns how many."""
    return delete_in_batches(CheckoutReminder.objects.filter(changed_at__lte=clock.now() - KEPT_FOR))
