from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def verified(customer: Any) -> Any:
    """A customer whose e-mail is proven."""
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=customer, email=customer.email, primary=True, verified=True)
    return customer


@pytest.fixture
def sent(mailoutbox: list[Any]) -> Callable[[], Any]:
    """Deliver the outbox; returns the newest mail, None if there is none."""

    def deliver() -> Any:
        from storefront.notifications.outbox import deliver_due

        deliver_due()
        return mailoutbox[-1] if mailoutbox else None

    return deliver
