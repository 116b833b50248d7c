"""What customers are told when it is turned on or off: a row of the outbox, in the transaction that does it."""

from __future__ import annotations

from storefront.licensing.models import Renewal, Subscription


def turned_on(subscription: Subscription, *, is_changed: bool = False) -> None:
    """With what they agreed to, word by word."""


def turned_off(subscription: Subscription) -> None:
    """Until when the license works."""


def skipped(renewal: Renewal) -> None:
    """When it renews again."""
