"""A dispute from the buyer's bank to the license, all the way: provider's message, inbox, look-up, license."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.audit import checks
from storefront.billing.models import Payment
from storefront.core import clock
from storefront.licensing.models import License
from storefront.licensing.queries import effective_status
from tests import purchases
from tests.billing.deliveries import deliver, events
from tests.licensing.conftest import Portals

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(portals: Portals, shop: Any, customer: Any, stripe: Any) -> Payment:
    """What paid for a license that works in its portal."""
    portals.stand_in.install("acme", "yeastar-s")
    portals.open()
    return purchases.pay(purchases.order(customer, shop, portal=portals.host()), stripe)


@pytest.fixture
def told(client: Client, stripe: Any, payment: Payment, run_jobs: Any) -> Any:
    """Have the provider tell all it knows; returns the license's status."""

    def tell() -> str:
        deliver(client, events(stripe))
        run_jobs()
        return str(effective_status(License.objects.get(), clock.now()))

    return tell


def test_a_dispute_suspends_the_license_and_a_won_one_restores_it(stripe: Any, payment: Payment, told: Any) -> None:
    assert told() == "active"
    stripe.dispute(payment.provider_reference)
    assert told() == "suspended"
    stripe.close_dispute(payment.provider_reference, won=True)
    assert told() == "active"
    payment.refresh_from_db()
    assert payment.is_disputed is False
    assert list(checks()) == []


def test_a_lost_dispute_leaves_the_license_suspended(stripe: Any, payment: Payment, told: Any) -> None:
    stripe.dispute(payment.provider_reference)
    stripe.close_dispute(payment.provider_reference, won=False)
    assert told() == "suspended"
