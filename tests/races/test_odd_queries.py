"""Lists asked for with odd values on PostgreSQL, which refuses what SQLite takes: NUL, numbers beyond a column."""

from __future__ import annotations

import pytest

from tests.backoffice import conftest as staff_of_roles
from tests.backoffice.test_odd_queries import LISTS, faults

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

staff, client_of = staff_of_roles.staff, staff_of_roles.client_of


def test_no_odd_value_is_a_fault(client_of, shop):
    client = client_of("Owner")
    assert {path: found for path in LISTS if (found := faults(client, path))} == {}
