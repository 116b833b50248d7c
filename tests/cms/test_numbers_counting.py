"""Counting visits: who is counted, how often, and what is left of it when the day is over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oscar.apps.basket.models import Line

from cms.models import ProductPage
from cms.permissions import ensure_marketers
from cms.statistics import report
from cms.statistics.counting import is_program
from cms.statistics.models import DailyCount, DaySalt, Sighting
from cms.statistics.rollup import roll_up
from storefront.core import clock
from storefront.users.models import User
from tests.factories import make_software

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
Visit = Callable[..., Client]


@pytest.fixture
def visit(shop: Any) -> Visit:
    """Open the product page as somebody, a browser and an address, and let it say so."""

    def go(
        agent: str = FIREFOX, address: str = "203.0.113.7", *, client: Client | None = None, **headers: Any
    ) -> Client:
        client = client or Client()
        path = f"/products/{headers.pop('slug', shop.software.product.slug)}/"
        who = {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address} | headers
        page = client.get(path, **who).content.decode()
        found = re.search(r'data-seen="([^"]+)"', page)
        assert found, page
        assert client.post(found[1], **who).status_code == 204  # what static/js/visit.js does
        return client

    return go


def viewers(software: Any = None) -> int:
    """What the dashboard says of today."""
    return report.collect().visits[software.pk if software else None, clock.today()].viewers


def colleague(name: str, **rights: bool) -> Client:
    user = User.objects.create_user(email=f"{name}@example.com", password="correct horse")
    User.objects.filter(pk=user.pk).update(**rights)
    if not rights:
        user.groups.add(ensure_marketers())
    client = Client()
    client.force_login(user)
    return client


def test_visitor_is_counted_once_a_day_and_product_however_often_he_looks(visit: Visit, shop: Any) -> None:
    other = make_software(slug="telegram", title="Telegram chats")
    for _ in range(3):
        visit()
    visit()
    visit(slug="telegram")
    visit(CHROME)
    visit(address="203.0.113.8")
    assert viewers(shop.software) == 3
    assert viewers(other) == 1
    assert viewers() == 3


def test_household_of_one_ipv6_network_is_one_visitor(visit: Visit) -> None:
    visit(address="2001:db8::1")
    visit(address="2001:db8::ffff")
    visit(address="2001:db8:0:1::1")
    assert viewers() == 2


def test_next_day_the_same_visitor_is_somebody_new(visit: Visit) -> None:
    visit()
    with time_machine.travel(clock.now() + timedelta(days=1)):
        visit()
        hashes = list(Sighting.objects.values_list("visitor", flat=True))
    assert len(set(hashes)) == 2
    assert DaySalt.objects.count() == 2


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 (compatible; YandexBot/3.0)",
        "TelegramBot (like TwitterBot)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.23.20.0",
        "curl/8.5.0",
        "python-requests/2.32",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36",
        "Bitrix24 link preview",
    ],
)
def test_programs_are_not_visitors(agent: str) -> None:
    assert is_program(agent)


@pytest.mark.parametrize(
    "agent",
    [
        FIREFOX,
        CHROME,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
        "Mozilla/5.0 (Linux; Android 13; CUBOT KINGKONG 9) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
    ],
)
def test_browsers_are_visitors(agent: str) -> None:
    assert not is_program(agent)


def test_pages_nobody_looked_at_are_not_counted(visit: Visit, shop: Any, marketer: Client) -> None:
    visit("Googlebot/2.1")
    assert Client().get(f"/products/{shop.software.product.slug}/", HTTP_USER_AGENT=FIREFOX).status_code == 200
    seen = reverse("product-seen", args=[shop.software.pk])
    assert Client().get(seen, HTTP_USER_AGENT=FIREFOX).status_code == 405
    assert Client(enforce_csrf_checks=True).post(seen, HTTP_USER_AGENT=FIREFOX).status_code == 403
    preview = marketer.get(f"/admin/pages/{ProductPage.objects.get().pk}/view_draft/", HTTP_USER_AGENT=FIREFOX)
    assert preview.status_code == 200
    assert Client().get("/products/there-is-none/", HTTP_USER_AGENT=FIREFOX).status_code == 404
    assert viewers() == 0
    assert not Sighting.objects.exists()


def test_people_who_work_here_are_not_counted_and_customers_are(visit: Visit, customer: Any) -> None:
    visit(client=colleague("staff", is_staff=True))
    visit(client=colleague("owner", is_superuser=True))
    visit(client=colleague("marketer"))
    assert viewers() == 0
    buyer = Client()
    buyer.force_login(customer)
    visit(client=buyer)
    assert viewers() == 1


def test_cart_is_counted_when_something_is_put_in(visit: Visit, shop: Any) -> None:
    for months in (1, 12):
        client = visit()
        client.post(
            "/basket/add/",
            {"term": shop.term("standard", months).pk, "quantity": "1"},
            HTTP_USER_AGENT=FIREFOX,
            REMOTE_ADDR="203.0.113.7",
        )
    visit(CHROME).post("/basket/add/", {"term": "0"}, HTTP_USER_AGENT=CHROME)
    assert Line.objects.count() == 2
    steps = report.collect().visits[None, clock.today()]
    assert (steps.viewers, steps.added) == (2, 1)


def test_looking_at_a_product_writes_nothing(shop: Any) -> None:
    with CaptureQueriesContext(connection) as asked:
        Client().get(f"/products/{shop.software.product.slug}/", HTTP_USER_AGENT=FIREFOX)
    assert not [query for query in asked.captured_queries if "numbers_" in query["sql"]]


def test_one_address_is_heard_only_so_often(visit: Visit, shop: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"visit": "2/minute"}
    for agent in (FIREFOX, CHROME, f"{FIREFOX} more"):
        visit(agent)
    assert viewers() == 2


def test_nothing_that_is_stored_says_who_it_was(visit: Visit) -> None:
    visit(address="203.0.113.99")
    out = "".join(str(row) for model in (Sighting, DaySalt, DailyCount) for row in model.objects.values_list())
    assert "203.0.113" not in out and "Firefox" not in out
    assert len(Sighting.objects.get().visitor) == 32


def test_day_that_is_over_becomes_counts_and_its_hashes_and_salt_go(visit: Visit, shop: Any) -> None:
    other = make_software(slug="telegram", title="Telegram chats")
    with time_machine.travel("2026-05-10T23:00:00Z", tick=False) as traveller:
        visit()
        visit(CHROME)
        visit(slug="telegram")
        traveller.move_to("2026-05-11T00:10:00Z")
        assert roll_up() == 0  # a process may still be writing what it saw at midnight
        traveller.move_to("2026-05-11T00:15:00Z")
        before = report.collect().visits
        assert (roll_up(), roll_up()) == (1, 0)
        assert report.collect().visits == before
        counts = dict(DailyCount.objects.values_list("software", "viewers"))
    assert counts == {None: 2, shop.software.pk: 2, other.pk: 1}
    assert not Sighting.objects.exists() and not DaySalt.objects.exists()


def test_the_worker_sums_up(visit: Visit, settings: Any) -> None:
    settings.JOBS = {"numbers-sum-up": settings.JOBS["numbers-sum-up"]}
    visit()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        call_command("worker", "--once")
    assert DailyCount.objects.filter(viewers=1).count() == 2
    assert not Sighting.objects.exists()


def test_what_the_database_refuses_is_no_visitors_trouble(visit: Visit) -> None:
    def refuse(execute: Any, sql: str, *args: Any) -> Any:
        if "numbers_" in sql:
            raise OperationalError("busy")
        return execute(sql, *args)

    with connection.execute_wrapper(refuse):
        visit()  # answered 204
    assert viewers() == 0


def test_a_product_that_is_gone_is_not_counted(shop: Any) -> None:
    gone = reverse("product-seen", args=[10**9])
    assert Client().post(gone, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.7").status_code == 204
    assert not Sighting.objects.exists()
