"""Pages beside the ones with a right: Wagtail's own history, and a customer's page with the key of an owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cms.permissions import MARKETERS
from storefront.users import roles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "may_see"),
    [
        (roles.SUPPORT, False), (roles.SALES, False), (MARKETERS, False), (roles.ACCOUNTING, True),
        (roles.READ_ONLY, True), (roles.OWNER, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["site_history", "site_history_results"])
def test_wagtails_history_is_ours(role: str, may_see: bool, name: str, client_of: Callable[[str], Client]) -> None:
    client = client_of(role)
    answer = client.get(reverse(f"wagtailadmin_reports:{name}"))
    assert (answer.status_code, answer["Location"]) == (302, reverse("backoffice-history"))
    assert client.get(answer["Location"]).status_code == (200 if may_see else 403)


@pytest.mark.parametrize("role", [roles.SUPPORT, roles.SALES, roles.ACCOUNTING, roles.READ_ONLY])
def test_accounts_of_staff_are_no_customers(
    role: str, client_of: Callable[[str], Client], staff: Callable[..., Any]
) -> None:
    client = client_of(role)
    for name in (roles.OWNER, role):
        assert client.get(f"/admin/customers/{staff(name, 'other').pk}/").status_code == 404, name


def test_who_looks_after_staff_still_sees_them(client_of: Callable[[str], Client], staff: Callable[..., Any]) -> None:
    member = staff("Support")
    assert client_of("Owner").get(f"/admin/customers/{member.pk}/").status_code == 200
