"""The start page shows everybody of staff what concerns them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

PLACES = {
    "Read-only": {"Tickets", "Customers", "Orders", "Licenses", "Money desk", "Who did what"},
    "Support": {"Tickets", "Customers", "Orders", "Licenses"},
    "Sales": {"Tickets", "Customers", "Orders", "Licenses", "Vouchers"},
    "Accounting": {"Customers", "Orders", "Licenses", "Money desk", "Who did what"},
}


@pytest.mark.parametrize("role", PLACES)
def test_each_role_finds_the_places_of_its_work(client_of: Callable[[str], Client], role: str) -> None:
    client = client_of(role)
    body = client.get("/admin/").content.decode()
    panel = body[body.index('id="shop-welcome"') :].partition("</section>")[0]
    links = re.findall(r'href="([^"]+)"[^>]*>.*?<strong>([^<]+)</strong>', panel, re.DOTALL)
    assert {label for _url, label in links} == PLACES[role]
    assert {client.get(url).status_code for url, _label in links} == {200}


def test_an_owner_finds_all_of_them(client_of: Callable[[str], Client]) -> None:
    body = client_of("Owner").get("/admin/").content.decode()
    everything = {"Staff", "Vouchers", "Pages", "Products and prices", *set().union(*PLACES.values())}
    assert everything <= set(re.findall(r"<strong>([^<]+)</strong>", body))
