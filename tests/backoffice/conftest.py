"""Staff of every role, logged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cms.permissions import ensure_role
from storefront.licensing.models import License
from tests.factories import PASSWORD
from tests.licensing.conftest import make_invoice, paid

#: In the order of the columns of access_matrix.txt.
ROLES = ("visitor", "customer", "Read-only", "Marketers", "Support", "Sales", "Accounting", "Owner")


@pytest.fixture
def staff(wagtail_site: Any, make_customer: Callable[..., Any]) -> Callable[..., Any]:
    """A member of staff with a role: ``staff("Support")``; more of a role: ``staff("Support", "second")``. None of them
    is a superuser."""

    def make(role: str, more: str = "") -> Any:
        user = make_customer(f"{role.lower()}{more}@staff.example", name=f"{role} Person")
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        user.groups.add(ensure_role(role))
        return user

    return make


@pytest.fixture
def license(shop: Any, customer: Any) -> License:
    """A license of ``customer`` that waits for its portal."""
    license: License = paid(make_invoice(customer, shop.software, portal="acme.bitrix24.com"))[0]
    return license


@pytest.fixture
def client_of(staff: Callable[[str], Any], make_customer: Callable[..., Any]) -> Callable[[str], Client]:
    """The browser of someone with a role: ``client_of("Support").get(...)``."""

    def make(role: str) -> Client:
        client = Client()
        if role == "customer":
            client.force_login(make_customer("stranger@example.com"))
        elif role != "visitor":
            client.force_login(staff(role))
            show_password_again(client)
        return client

    return make


def show_password_again(client: Client) -> None:
    """For acts that need a fresh log-in."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
