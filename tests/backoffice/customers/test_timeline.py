"""The time line at 10,000 entries: one query for a page of it, one more per kind, in the right order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storefront.backoffice.customers.timeline import reading
from storefront.backoffice.models import LogIn, StaffNote
from storefront.billing.models import PaymentAttempt, ReviewItem
from storefront.licensing.models import LicenseEvent
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.users.models import User
from tests import purchases

pytestmark = pytest.mark.django_db

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def all_seeing(staff: Callable[[str], Any]) -> User:
    """May see every kind of entry."""
    return staff("Owner")  # type: ignore[no-any-return]


@pytest.fixture
def busy(customer: Any, shop: Any, stripe: Any, make_customer: Any) -> User:
    """A customer to whom 10,000 things happened at random times, several at the same moment; and another one."""
    purchases.pay(invoice := purchases.order(customer, shop), stripe)
    license, chance = customer.licenses.get(), random.Random(11)

    def moment() -> datetime:
        return BEGIN + timedelta(minutes=chance.randrange(5000))

    stranger = make_customer("stranger@example.com")
    for who in (customer, stranger):
        LogIn.objects.bulk_create(LogIn(user=who, is_success=True, created_at=moment()) for _ in range(2500))
        StaffNote.objects.bulk_create(StaffNote(customer=who, text="A note", created_at=moment()) for _ in range(2500))
    LicenseEvent.objects.bulk_create(
        LicenseEvent(license=license, code="extended", created_at=moment()) for _ in range(2500)
    )
    PaymentAttempt.objects.bulk_create(
        PaymentAttempt(
            invoice=invoice, gateway="stripe", is_live=False, status="failed", currency="EUR", amount=1,
            created_at=moment(),
        )
        for _ in range(2400)
    )  # fmt: skip
    ReviewItem.objects.bulk_create(
        ReviewItem(key=f"k{n}", kind="mismatch", invoice=invoice, detail="d", created_at=moment()) for n in range(100)
    )
    return customer  # type: ignore[no-any-return]


def walk(customer: User, sources: list[Any]) -> list[reading.Entry]:
    entries, page = [], 1
    while True:
        line = reading.read(customer, sources, page)
        entries += line.entries
        if not line.has_more:
            return entries
        page += 1


def test_every_entry_is_there_once_in_the_order_of_time(busy: User, all_seeing: User) -> None:
    entries = walk(busy, reading.kinds(all_seeing))
    keys = {(entry.kind, entry.key) for entry in entries}
    assert len(entries) == len(keys) > 10_000
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert LogIn.objects.filter(user=busy).count() == sum(kind == "log_in" for kind, _ in keys)


@pytest.mark.parametrize("page", [1, 150])
def test_a_page_costs_one_query_and_one_for_each_kind_on_it(busy: User, all_seeing: User, page: int) -> None:
    sources = reading.kinds(all_seeing)
    ContentType.objects.get_for_model(User)  # remembered by each process
    with CaptureQueriesContext(connection) as queries:
        line = reading.read(busy, sources, page)
    assert len(line.entries) == reading.PER_PAGE
    assert len(queries) == 1 + len({entry.kind for entry in line.entries})


def test_a_group_shows_its_kinds_alone(busy: User, all_seeing: User) -> None:
    line = reading.read(busy, reading.kinds(all_seeing, "payments"))
    assert {entry.kind for entry in line.entries} <= {"attempt", "payment", "review"}


def test_each_source_is_found_by_an_index(busy: User, all_seeing: User) -> None:
    """No table is read from end to end, however many customers there are."""
    for source in reading.kinds(all_seeing):
        plan = source.rows(busy).explain()
        assert "SCAN" not in plan.replace("SCAN CONSTANT ROW", ""), f"{source.kind}: {plan}"


def test_a_page_beyond_the_end_is_empty(busy: User, all_seeing: User) -> None:
    line = reading.read(busy, reading.kinds(all_seeing), 9999)
    assert (line.entries, line.has_more) == ([], False)


def test_the_error_of_a_mail_shows_no_working_link(customer: User, all_seeing: User) -> None:
    OutboxMessage.objects.create(
        kind="mail", key="m", template="order_placed", recipient=customer.email, status=OutboxStatus.DEAD, payload={},
        last_error="refused: https://shop.example/pay/secret-token/",
    )  # fmt: skip
    [entry] = [each for each in reading.read(customer, reading.kinds(all_seeing)).entries if each.kind == "mail"]
    assert "/pay/.../" in entry.told.text and "secret-token" not in entry.told.text
