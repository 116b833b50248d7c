"""What staff give goes to the person who reads the e-mails, not to whoever typed the address at a checkout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from checkout.orders import by_staff
from checkout.orders.by_staff import StaffOrder, Wanted
from checkout.page import portal_field, views
from storefront.billing.links import pay_path
from storefront.users import services
from storefront.users.models import User
from tests.backoffice.pressing import confirmed, preview
from tests.checkout.building import order_by, put_in_cart

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
        return {**common, **address, "country": "DE", "phone": "", "price_1": price, "quantity_1": "1"}
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


def test_who_ordered_first_is_not_logged_in_after_staff_gave_the_account_something(
    shop: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff place an order between the stranger's and their log-in: the sessions that were there have ended by then."""
    place = views.place_order

    def and_then_staff(wanted: Any) -> Any:
        placed = place(wanted)
        by_staff.place(
            StaffOrder(
                contact=replace(wanted.contact), language="en", wanted=[Wanted(shop.term("pro", 1).pk)],
                portal=portal_field.read("https://corp.bitrix24.com/").address, key="k",
            )
        )  # fmt: skip
        return placed

    monkeypatch.setattr(views, "place_order", and_then_staff)
    put_in_cart(client, shop.term("standard", 12))
    answer = order_by(client, shop, email="victim@corp.example")
    first, by_them = Order.objects.order_by("pk")
    assert first.user == by_them.user
    assert answer["Location"] == pay_path(first.invoices.get())
    assert "_auth_user_id" not in client.session
    assert client.get(f"/account/orders/{by_them.number}/").status_code == 302
