"""Addresses of the customer's pages take letters, digits, - and _ only: the rest is a plain 404, on any database."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PATHS = ["invoices/{}/", "invoices/{}/print/", "orders/{}/", "licenses/{}/", "agreements/{}/{}/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("word", ["%00", "INV%00", "%0A", "a%20b", "%27"])
def test_a_number_that_cannot_be_one_is_not_found(own: Client, path: str, word: str) -> None:
    assert own.get("/account/" + path.format(word, word)).status_code == 404


def test_an_address_cannot_be_changed_by_such_a_path(own: Client) -> None:
    assert own.post("/account/licenses/%00/address/").status_code == 404
