"""Lists asked for with values that no form sends: answered, never by a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django_filters.fields import DateRangeField, RangeField

from tests.backoffice.conftest import ROLES
from tests.backoffice.test_access_matrix import rows
from tests.cms import conftest as cms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("full_text")]

full_text = cms.full_text

OWNER = ROLES.index("Owner")
LISTS = [route for route, methods in rows().items() if route.endswith("results/") and methods["GET"][OWNER] == 200]
#: NUL; half of a surrogate pair in UTF-8; more than any column holds.
TEXTS = (b"a\x00b", b"\xed\xa0\x80", b"9" * 400)
NUMBERS = (b"9" * 400, b"-1e999", b"NaN")
DAYS = (b"0001-01-01", b"9999-12-31")
#: What the lists read themselves.
OWN = ("q", "p", "ordering", "columns")


def typed(view: Any) -> Iterator[tuple[str, tuple[bytes, ...]]]:
    """The parameters of a list's filters that take what is typed, each with values to try."""
    found = getattr(view, "filters", None)
    for name, field in (found.form.fields if found else {}).items():
        if isinstance(field, DateRangeField):
            yield from ((f"{name}_{end}", DAYS) for end in ("from", "to"))
        elif isinstance(field, RangeField):
            yield from ((f"{name}_{end}", NUMBERS) for end in ("min", "max"))
        elif not hasattr(field, "choices"):
            yield name, TEXTS
        else:
            yield name, TEXTS[:1]


def faults(client: Client, path: str) -> dict[str, int]:
    """What was asked, and the status, where it is a fault."""
    client.raise_request_exception = False
    context = client.get(path).context
    asked: list[dict[str, bytes]] = [dict.fromkeys(OWN, value) for value in TEXTS]
    asked += [{name: value} for name, values in typed(context and context.get("view")) for value in values]
    answers = {str(query)[:80]: client.get(f"{path}?{urlencode(query)}").status_code for query in asked}
    return {query: status for query, status in answers.items() if status >= 500}


@pytest.mark.parametrize("path", LISTS)
def test_no_odd_value_is_a_fault(path: str, client_of: Callable[[str], Client], shop: Any) -> None:
    assert faults(client_of("Owner"), path) == {}
