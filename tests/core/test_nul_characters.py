"""NUL in an address, a query or a cookie: PostgreSQL's driver would raise, so none comes as far as a statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.backoffice import conftest as staff_of_roles
from tests.backoffice.test_access_matrix import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_postgresql")]

staff, client_of = staff_of_roles.staff, staff_of_roles.client_of

TEXT = re.compile(r"<(?:str|slug|path):\w+>")
NAMED = [re.sub(r"<int:\w+>", "1", route) for route in rows() if TEXT.search(route)]


@pytest.fixture
def as_postgresql(db: None) -> Iterator[None]:
    """Refuse what psycopg refuses; SQLite takes it."""

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if any("\0" in value for value in params or () if isinstance(value, str)):
            raise ValueError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def test_nothing_in_the_back_office_has_such_a_name(client_of: Callable[[str], Client], shop: Any) -> None:
    client = client_of("Owner")
    assert NAMED
    found = {path: client.get(TEXT.sub("a%00b", path)).status_code for path in NAMED}
    assert set(found.values()) == {404}, found


@pytest.mark.parametrize("path", ["/%00/", "/products/a%00b/", "/ru/%00/", "/pay/%00/", "/agreements/%00/"])
def test_nor_has_any_page(client: Client, shop: Any, wagtail_site: Any, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["q=a%00b", "q=%0%000", "%00=1", "next=%00"])
def test_a_query_is_read_without_it(client: Client, shop: Any, wagtail_site: Any, query: str) -> None:
    assert client.get(f"/search/?{query}").status_code == 200
    assert client.get(f"/account/login/?{query}").status_code == 200


def test_a_cookie_with_one_is_no_session(client: Client, shop: Any) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "a\0bcdefghijk"
    assert client.get("/account/").status_code == 302
