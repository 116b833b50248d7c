"""Who may open what in the back office: every address of ours below /admin/ x role x method, against access_matrix.txt.

An address without a row fails, and so does a row without an address. Wagtail's own pages are Wagtail's to test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from storefront.core import throttle
from tests.backoffice.addresses import real_addresses
from tests.backoffice.conftest import ROLES

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("access_matrix.txt")


def routes() -> Iterator[str]:
    """Every pattern below admin/ whose view is ours."""

    def walk(patterns: Any, prefix: str) -> Iterator[str]:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif here.startswith("admin/") and is_ours(pattern):
                yield f"/{here}"

    return iter(sorted(set(walk(get_resolver().url_patterns, ""))))


def is_ours(pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", pattern.callback)
    return view.__module__.startswith("storefront.")


def rows() -> dict[str, dict[str, list[int]]]:
    """The table: per route and method the expected status for each role."""
    table: dict[str, dict[str, list[int]]] = {}
    for line in TABLE.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            route, method, *codes = line.split()
            assert len(codes) == len(ROLES), line
            assert method not in table.setdefault(route, {}), f"twice: {line}"
            table[route][method] = [int(code) for code in codes]
    return table


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    assert set(rows()) == set(routes())
    assert all(set(methods) == {"GET", "POST"} for methods in rows().values())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_role_gets_the_answer_of_the_table(
    request: pytest.FixtureRequest, client_of: Callable[[str], Client], settings: Any, method: str
) -> None:
    """The body of POST is empty. An address with an argument is asked for with one of ``real_addresses``."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 24 * 3600  # the whole table takes minutes
    addresses, table, wrong = real_addresses(request), rows(), []
    clients = [client_of(role) for role in ROLES]
    for route in routes():
        assert "<" not in route or route in addresses, f"{route}: no example in tests/backoffice/addresses.py"
        codes = [answer(client, method, addresses.get(route, route)) for client in clients]
        if codes != table.get(route, {}).get(method):
            wrong.append(f"{route} {method} {' '.join(map(str, codes))}")
    assert wrong == [], "not as in the table:\n" + "\n".join(wrong)


def answer(client: Client, method: str, path: str) -> int:
    cache.clear()
    throttle.reset()
    client.raise_request_exception = False
    return int(getattr(client, method.lower())(path).status_code)
