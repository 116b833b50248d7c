"""What staff give goes to the person who reads the e-mails, not to whoever typed the address at a checkout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from storefront.users import services
from storefront.users.models import User
from tests.backoffice.pressing import confirmed, preview

pytestmark = pytest.mark.django_db

PLACE, GRANT = "/admin/orders/place/", "/admin/licenses/grant/"


@pytest.fixture
def account(wagtail_site: Any) -> User:
    """As the checkout makes it: no password, its address unproven."""
    return services.register(email="victim@corp.example", name="V", company="", phone="", language="en")


def form(shop: Any, path: str) -> dict[str, Any]:
    common = {"email": "victim@corp.example", "name": "V", "company": "", "language": "en", "key": uuid4().hex}
    price = shop.term("standard", 12).pk
    if path == PLACE:
        address = {"bitrix24_address": "https://acme.bitrix24.com/"}
        return {**common, **address, "phone": "", "price_1": price, "quantity_1": "1"}
    return {**common, "address": "", "price": price, "reason": "Won the contest"}


@pytest.mark.parametrize(("path", "role"), [(PLACE, "Sales"), (GRANT, "Owner")])
def test_sessions_of_an_unproven_account_end(
    path: str, role: str, shop: Any, account: User, client_of: Callable[[str], Client]
) -> None:
    member, stranger = client_of(role), Client()
    stranger.force_login(account)
    preview(member, path, **form(shop, path))
    assert stranger.get("/account/").status_code == 200
    confirmed(member, path, **form(shop, path))
    order = Order.objects.get()
    assert order.user == account
    assert stranger.get(f"/account/orders/{order.number}/").status_code == 302


@pytest.mark.parametrize(("path", "role"), [(PLACE, "Sales"), (GRANT, "Owner")])
def test_sessions_of_a_proven_account_stay(
    path: str, role: str, shop: Any, account: User, client_of: Callable[[str], Client]
) -> None:
    account.set_password("a long enough secret")
    account.save()
    own = Client()
    own.force_login(account)
    confirmed(client_of(role), path, **form(shop, path))
    assert own.get(f"/account/orders/{Order.objects.get().number}/").status_code == 200
