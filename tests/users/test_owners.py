"""Owners and staff are found without reading all accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from cms.permissions import ensure_role
from storefront.users import queries, roles, staffing
from storefront.users.models import User

pytestmark = pytest.mark.django_db


def plan(queryset: Any) -> str:
    sql, parameters = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        prefix = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{prefix} {sql}", parameters)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_owners_are_who_is_in_the_group_or_superuser(wagtail_site: Any, make_customer: Callable[..., User]) -> None:
    owner, root, gone, other = (make_customer(f"{name}@staff.example") for name in ("owner", "root", "gone", "other"))
    for person in (owner, root, gone):
        person.groups.add(ensure_role(roles.OWNER))
    other.groups.add(ensure_role(roles.SUPPORT))
    root.is_superuser, gone.is_active = True, False
    root.save()
    gone.save()
    assert set(staffing.owners()) == {owner, root}  # each once
    root.groups.clear()
    assert set(staffing.owners()) == {owner, root}
    assert staffing.owners().filter(pk=owner.pk).exists() and not staffing.is_owner(other)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan of a small table on PostgreSQL says nothing")
def test_not_all_accounts_are_read_to_find_staff(wagtail_site: Any) -> None:
    found = (staffing.owners(), staffing.owners().order_by("name", "email"), queries.staff(), queries.staff()[:20])
    for asked in found:
        whole = [step for step in plan(asked).splitlines() if step.startswith("SCAN") and " INDEX " not in step]
        assert whole == [], plan(asked)
