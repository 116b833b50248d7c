"""Begin and end of vouchers and offers in Oscar's dashboard: with the hour, and in which time zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.voucher.models import Voucher, VoucherSet

from storefront.users.models import User

pytestmark = [
    pytest.mark.django_db,
    # Oscar lists its offers unordered.
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
]
#: The second is midnight in Berlin: a bare day would be read as its end.
FROM, UNTIL = datetime(2026, 3, 5, 12, 30, tzinfo=UTC), datetime(2026, 12, 12, 23, 0, tzinfo=UTC)


@pytest.fixture
def staff(settings: Any, shop: Any) -> Client:
    settings.TIME_ZONE = "Europe/Berlin"
    client = Client()
    client.force_login(User.objects.create_superuser(email="staff@example.com", password="correct horse battery"))
    return client


@pytest.fixture
def paths() -> dict[str, list[str]]:
    """Pages that show the times, and forms that take them."""
    everything = Range.objects.create(name="Everything", includes_all_products=True)
    offer = ConditionalOffer.objects.create(
        name="Spring",
        offer_type=ConditionalOffer.VOUCHER,
        condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=10),
        start_datetime=FROM,
        end_datetime=UNTIL,
    )
    times = {"start_datetime": FROM, "end_datetime": UNTIL}
    group = VoucherSet.objects.create(name="Set", count=1, code_length=6, **times)
    voucher = Voucher.objects.create(name="Ten", code="TEN", **times)
    voucher.offers.add(offer)
    inside = Voucher.objects.create(name="One", code="ONE", voucher_set=group, **times)
    inside.offers.add(offer)
    return {
        "shown": [
            reverse("dashboard:voucher-stats", args=[voucher.pk]),
            reverse("dashboard:voucher-set-detail", args=[group.pk]),
            reverse("dashboard:offer-detail", args=[offer.pk]),
            reverse("dashboard:voucher-list"),
            reverse("dashboard:voucher-set-list"),
            reverse("dashboard:offer-list"),
        ],
        "typed": [
            reverse("dashboard:voucher-create"),
            reverse("dashboard:voucher-update", args=[voucher.pk]),
            reverse("dashboard:voucher-set-create"),
            reverse("dashboard:voucher-set-update", args=[group.pk]),
            reverse("dashboard:offer-restrictions", args=[offer.pk]),
        ],
    }


def text_of(client: Client, path: str) -> str:
    soup = BeautifulSoup(client.get(path).content.decode(), "html.parser")
    assert soup.main, path
    return " ".join(soup.main.get_text(" ").split())


def test_whatever_shows_when_it_begins_and_ends_names_hour_and_zone(staff: Client, paths: dict[str, list[str]]) -> None:
    for path in paths["shown"]:
        text = text_of(staff, path)
        assert re.search(r"13 Dec(ember)? 2026, 00:00 UTC\+0?1", text), path
        assert not re.search(r"\d\d:\d\d(?! UTC)", text), path
        assert not re.search(r"1[23] Dec(ember)? 2026(?!,)", text), path


def test_whatever_asks_for_them_names_the_zone(staff: Client, paths: dict[str, list[str]]) -> None:
    for path in paths["typed"]:
        assert text_of(staff, path).count("Time zone: Europe/Berlin, UTC+") == 2, path


def test_what_is_shown_in_a_form_is_what_was_typed(staff: Client, paths: dict[str, list[str]]) -> None:
    soup = BeautifulSoup(staff.get(paths["typed"][1]).content.decode(), "html.parser")
    assert soup.find("input", attrs={"name": "end_datetime"})["value"] == "2026-12-13 00:00:00"
