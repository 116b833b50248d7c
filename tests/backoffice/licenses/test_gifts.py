"""Licenses that staff give away: an order of zero, its cause, the license, and who gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from oscar.apps.order.models import Order
from wagtail.models import ModelLogEntry

from storefront.billing.models import FreeOrder
from storefront.core.audit import run
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests.backoffice.licenses.conftest import Act, said
from tests.backoffice.licenses.test_acts import known

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/licenses/grant/"


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


@pytest.fixture
def form(shop: Any, owner: Client) -> dict[str, str]:
    """The form as it is filled in, with the key that the page has."""
    return {
        "key": owner.get(ADDRESS).context["form"]["key"].value(),
        "email": "grace@example.com", "name": "Grace Hopper", "company": "", "language": "ru",
        "price": str(shop.term("standard", 12).pk), "address": "acme.bitrix24.com", "reason": "Won the contest",
    }  # fmt: skip


def press(client: Client, form: dict[str, str]) -> Any:
    shown = client.post(ADDRESS, form)
    if shown.status_code != 200:
        return shown
    return client.post(ADDRESS, form | {"confirmed": shown.context["confirmed"]})


def test_a_license_is_given_to_a_new_customer(owner: Client, form: dict[str, str]) -> None:
    known("acme.bitrix24.com", "a" * 32)
    shown = owner.post(ADDRESS, form)
    assert "grace@example.com becomes a customer and gets a mail to set a password." in shown.context["preview"]
    assert "It works in acme.bitrix24.com at once." in shown.context["preview"]
    assert not User.objects.filter(email="grace@example.com").exists() and not Order.objects.exists()

    assert press(owner, form).status_code == 302
    license = License.objects.get()
    assert (license.customer.email, license.customer.language, license.status) == ("grace@example.com", "ru", "active")
    free = FreeOrder.objects.get()
    assert (free.cause, free.reference) == ("gift", "Won the contest")
    event = license.events.get(code="given")
    assert (event.actor.email, event.detail["reason"]) == ("owner@staff.example", "Won the contest")
    assert ModelLogEntry.objects.get(action="licenses.grant").object_id == str(license.pk)
    mail = OutboxMessage.objects.get(recipient="grace@example.com")  # one, with all that it says
    assert (mail.template, mail.payload["context"]["new_login"]) == ("payment_received", "grace@example.com")
    assert "/password/reset/" in mail.payload["context"]["password_page"]
    assert [finding for finding in run() if finding.check.startswith("license")] == []


@pytest.mark.parametrize("whose", ["staff", "closed"])
def test_accounts_of_staff_and_closed_ones_get_nothing(
    owner: Client, form: dict[str, str], staff: Callable[[str], Any], customer: Any, whose: str
) -> None:
    User.objects.filter(pk=customer.pk).update(is_active=False)
    email = customer.email if whose == "closed" else staff("Sales").email
    refused = press(owner, form | {"email": email})
    assert refused.status_code == 422 and refused.context["form"].errors["email"]
    assert not License.objects.exists()


def test_pressed_twice_it_is_given_once(owner: Client, form: dict[str, str]) -> None:
    assert press(owner, form).status_code == 302
    again = press(owner, form)
    assert again.status_code == 422 and "given already" in said(again)
    assert License.objects.count() == Order.objects.count() == 1


def test_a_period_is_given_on_a_license(shop: Any, license: License, act: Act) -> None:
    preview = act("give", license, key="k1", price=str(shop.term("standard", 6).pk))
    given = license.periods.last()
    assert (given.months, given.amount, given.kind) == (6, 0, "bought")
    assert given.invoice_line.invoice.free_order.cause == "gift"
    assert any("the order, and the license it gives" in sentence for sentence in preview)
    assert list(License.objects.all()) == [license]


def test_what_is_not_on_sale_is_not_offered(shop: Any, owner: Client, form: dict[str, str]) -> None:
    type(shop.plans[0]).objects.filter(code="standard").update(is_active=False)
    answer = owner.post(ADDRESS, form)
    assert answer.status_code == 422 and "price" in answer.context["form"].errors
    assert not License.objects.exists()


def test_support_gives_nothing_away(client_of: Callable[[str], Client], form: dict[str, str]) -> None:
    support = client_of("Support")
    assert support.post(ADDRESS, form).status_code == 403
    assert ADDRESS not in support.get("/admin/licenses/").content.decode()


def test_no_period_is_given_on_a_revoked_license(shop: Any, license: License, act: Act) -> None:
    act("revoke", license)
    refused = act("give", license, key="k1", price=str(shop.term("standard", 6).pk))
    assert refused.status_code == 422 and "This license is revoked" in said(refused)
    assert list(License.objects.all()) == [license] and Order.objects.count() == 0


def test_a_form_that_was_used_gives_nothing_to_another_customer(owner: Client, form: dict[str, str]) -> None:
    assert press(owner, form).status_code == 302
    again = press(owner, form | {"email": "other@example.com"})
    assert again.status_code == 422 and "given already" in said(again)
    assert License.objects.count() == 1 and not User.objects.filter(email="other@example.com").exists()
