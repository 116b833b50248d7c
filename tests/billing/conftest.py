from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.billing.building import make_invoice


@pytest.fixture(autouse=True)
def short_timeouts(settings: Any) -> None:
    """The stand-in answers at once or is made to hang; nobody waits ten seconds for it."""
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


@pytest.fixture
def invoice(customer: Any) -> Any:
    """An open invoice of one line, 96.00 EUR, for an order."""
    return make_invoice(customer)


@pytest.fixture
def audited() -> Callable[[], list[str]]:
    """What the auditor finds in billing, as text."""
    from storefront.billing.audit import checks

    def run() -> list[str]:
        return [str(finding) for finding in checks()]

    return run


@pytest.fixture
def outbox() -> Callable[[str], list[str]]:
    """Keys of the outbox rows that begin with a word."""
    from storefront.notifications.models import OutboxMessage

    def keys(prefix: str) -> list[str]:
        return list(OutboxMessage.objects.filter(key__startswith=prefix).values_list("key", flat=True))

    return keys
