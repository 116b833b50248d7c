"""The year of trade, made once for all tests of a module and rolled back after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings

from storefront.sandbox.stripe import StripeStandIn
from tests.backoffice.reports.trade import NOW, Trade


@pytest.fixture(scope="module")
def trade(django_db_setup: None, django_db_blocker: Any) -> Iterator[Trade]:
    """The year, in a transaction around those of the tests."""
    stand_in = StripeStandIn(port=0, api_key="sk_test_sandbox", webhook_secret="whsec_sandbox", webhook_url="")
    around = transaction.atomic()
    around._from_testcase = True  # as Django's TestCase does: durable blocks may stand within
    with django_db_blocker.unblock(), stand_in, override_settings(
        STRIPE_API_KEY="sk_test_sandbox", STRIPE_WEBHOOK_SECRETS=["whsec_sandbox"],
        STRIPE_API_BASE=stand_in.base_url,
    ), around:  # fmt: skip
        made = Trade(stand_in)
        made.make()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def at_the_end() -> Iterator[None]:
    """The reports are read a month after the year."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")
