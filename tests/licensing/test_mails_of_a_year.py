"""Every mail that a customer gets who buys once: all periods, bought all through a year that has a 29 February.

Months are of unequal length: it is the days around their ends that could make a difference, and one inside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from storefront.licensing.models import License
from storefront.licensing.services.renewals import send_ending_notices
from storefront.notifications.models import OutboxMessage
from tests.licensing.conftest import make_product

START, DAYS = datetime(2027, 9, 1, 9, 30, tzinfo=UTC), 366
#: Days of a month on which is bought; on days between them the same arithmetic gives the same, only later.
BOUGHT_ON = {1, 15, 28, 29, 30, 31}
PERIODS = (1, 3, 6, 12)

#: What was read and found right: nobody is told of an end in the weeks after paying, and everybody in time.
MAILS = """
1 month
    payment_received, with the purchase
    license_ending, 7 days before the end
    license_ending, 1 day before the end
3 months
    payment_received, with the purchase
    license_ending, 14 days before the end
    license_ending, 7 days before the end
    license_ending, 1 day before the end
6 months
    payment_received, with the purchase
    license_ending, 30 days before the end
    license_ending, 14 days before the end
    license_ending, 7 days before the end
    license_ending, 1 day before the end
12 months
    payment_received, with the purchase
    license_ending, 30 days before the end
    license_ending, 14 days before the end
    license_ending, 7 days before the end
    license_ending, 1 day before the end
"""


@pytest.mark.django_db
def test_every_mail_of_every_period_all_through_a_year(buy: Callable[..., License]) -> None:
    software = make_product("unbound", binding_kind="none")
    bought: dict[int, list[License]] = defaultdict(list)
    with time_machine.travel(START, tick=False) as now:
        for day in range(DAYS + 370):
            now.move_to(START + timedelta(days=day))
            if day < DAYS and (START + timedelta(days=day)).day in BOUGHT_ON:
                for months in PERIODS:
                    bought[months].append(buy(software=software, months=months))
            send_ending_notices()
    mails = _by_license()
    told = []
    for months in PERIODS:
        lists = {"\n".join(_described(license, mails)) for license in bought[months]}
        assert len(lists) == 1, f"{months} months: it depends on the day: {lists}"
        told.append(f"{months} month{'s' if months > 1 else ''}\n{lists.pop()}")
    assert "\n".join(told) == MAILS.strip("\n")
    assert sum(len(found) for found in mails.values()) == OutboxMessage.objects.filter(kind="mail").count()


def _by_license() -> dict[str, list[Any]]:
    """Mails by what their key names: the license's public id, or the invoice's number; oldest first."""
    found: dict[str, list[Any]] = defaultdict(list)
    for row in OutboxMessage.objects.filter(kind="mail").order_by("pk"):
        found[row.key.split(":")[1]].append(row)
    return found


def _described(license: License, mails: dict[str, list[Any]]) -> list[str]:
    line = license.periods.get().invoice_line
    rows = [*mails[line.invoice.number], *mails[license.public_id]]
    return [f"    {row.payload['template']}, {_when(row, license)}" for row in rows]


def _when(row: Any, license: License) -> str:
    if row.created_at == license.created_at:
        return "with the purchase"
    left = license.valid_until - row.created_at
    assert timedelta(0) < left and row.created_at > license.created_at + timedelta(days=14)
    days = -(-left // timedelta(days=1))
    return f"{days} day{'s' if days > 1 else ''} before the end"
