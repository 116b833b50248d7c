"""Staff of every role, logged in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from cms.permissions import ensure_role
from storefront.backoffice.acts import ActView
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests import browser_login
from tests.factories import PASSWORD
from tests.licensing.conftest import make_invoice, paid
from tests.recorded import built

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
        user.groups.add(built(_role(role), is_ground=False))
        return user

    return make


@functools.cache
def _role(name: str) -> Callable[[], Any]:
    """One and the same function for each role, as recordings go by it."""
    return functools.partial(ensure_role, name)


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


@pytest.fixture
def page_of(request: pytest.FixtureRequest, client_of: Callable[[str], Client]) -> Iterator[Callable[[str], Page]]:
    """The real browser of someone with a role: ``page_of("Owner").goto("/admin/")``."""
    browser: Browser = request.getfixturevalue("browser")
    url = request.getfixturevalue("live_server").url
    contexts = []

    def make(role: str) -> Page:
        context = browser.new_context(reduced_motion="reduce", base_url=url, accept_downloads=True)
        contexts.append(context)
        browser_login.carry(client_of(role), context, url)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def show_password_again(client: Client) -> None:
    """For acts that need a fresh log-in."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


@pytest.fixture(autouse=True)
def one_decision_is_one_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is confirmed on a page of an act, a customer gets at most one mail for it."""
    post = ActView.post

    def counted(view: ActView, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        last = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        answer = post(view, request, *args, **kwargs)
        mails = OutboxMessage.objects.filter(pk__gt=last).exclude(template="").exclude(recipient=settings.STAFF_EMAIL)
        staff = User.objects.filter(is_staff=True).values("email")
        several = mails.exclude(recipient__in=staff).values("recipient").annotate(count=Count("pk")).filter(count__gt=1)
        told = [(each.recipient, each.template) for each in mails]
        assert not several, f"{type(view).__name__} mails a customer more than once: {told}"
        return answer

    monkeypatch.setattr(ActView, "post", counted)
