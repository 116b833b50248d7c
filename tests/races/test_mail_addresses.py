"""Messages of the mail company about one address, handled by several workers at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storefront.billing.models import ReviewItem
from storefront.core import clock
from storefront.notifications import addresses, tracking
from storefront.notifications.models import DeliveryStatus, MailAddress, OutboxMessage
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def told_at_once(race: Callable[..., list[Any]], customer: Any) -> list[Any]:
    """Bounces and complaints of several mails, each told twice."""
    now = clock.now()
    first = tracking.Report("1", DeliveryStatus.BOUNCED, "m-1", customer.email, now, "550")
    reports = [
        first,
        replace(first, id="2", at=now + timedelta(seconds=1)),
        replace(first, id="3", status=DeliveryStatus.COMPLAINED),
        replace(first, id="4", status=DeliveryStatus.DELIVERED, at=now - timedelta(seconds=1)),
    ]
    return race(*[lambda report=report: tracking.note(report) for report in reports], copies=2)


def test_nothing_that_was_told_is_lost_and_staff_is_told_once(race: Callable[..., list[Any]], customer: Any) -> None:
    OutboxMessage.objects.create(kind="mail", key="k", provider_reference="m-1")
    assert told_at_once(race, customer) == [True] * 8
    address, row = MailAddress.objects.get(), OutboxMessage.objects.get(key="k")
    assert (address.is_bounced, address.is_complained) == (True, True)
    assert (row.delivery_status, row.delivery_at) == (DeliveryStatus.BOUNCED, address.bounced_at)
    assert ReviewItem.objects.count() == 1


def test_control_without_the_lock_one_undoes_the_other(
    race: Callable[..., list[Any]], customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(email: str) -> MailAddress:
        address, _ = MailAddress.objects.get_or_create(email=email)
        dawdle()
        return address

    MailAddress.objects.create(email=customer.email)
    monkeypatch.setattr(addresses, "_locked", look)
    told_at_once(race, customer)
    address = MailAddress.objects.get()
    both = address.is_bounced and address.is_complained
    assert not both or ReviewItem.objects.count() > 1
