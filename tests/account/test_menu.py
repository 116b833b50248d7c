"""The menu of the account: every page of it has its place there, and shows where one is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from storefront.account import urls
from storefront.account.menu import GROUPS

#: Files, a sheet to print, and pages reached from links in mails without a log-in: they have no menu.
WITHOUT_MENU = {
    *("account-expenses-file", "account-forecast-file", "account-payments-file", "account-statement"),
    *(
        "auto-payment-charge",
        "contract-withdrawal",
        "contract-withdrawal-find",
        "license-handover",
        "subscription-stop",
    ),
}

pytestmark = pytest.mark.django_db


def test_each_page_belongs_to_one_entry() -> None:
    names = {str(pattern.name) for pattern in urls.urlpatterns}
    held = [name for group in GROUPS for entry in group.entries for name in names if entry.holds(name)]
    assert sorted(held) == sorted(names - WITHOUT_MENU)


def test_each_entry_is_a_page_that_marks_itself(client: Client, customer: Any) -> None:
    client.force_login(customer)
    for group in GROUPS:
        for entry in group.entries:
            body = client.get(reverse(entry.url_name)).content.decode()
            menu = body[body.index('<nav class="subnav"') :]
            menu = menu[: menu.index("</nav>")]
            marked = re.findall(r'<a href="([^"]*)" aria-current="(\w+)"', menu)
            first = group.entries[0] is entry
            assert marked[0] == (reverse(group.entries[0].url_name), "page" if first else "true")
            assert marked[1:] == ([(reverse(entry.url_name), "page")] if len(group.entries) > 1 else [])
