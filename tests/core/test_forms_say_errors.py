"""After errors the focus goes to a list of them, each a link to its field: no script is needed for it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from storefront.notifications.outbox import deliver_due
from tests.checkout.building import put_in_cart
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def wrong(html: str) -> list[str]:
    """The ids the list of errors links to; each must be a field that is marked as wrong."""
    assert html.count("autofocus") == 1, "the list takes the focus, and nothing else does"
    start = html.index("error-summary")
    listed = re.findall(r'href="#([^"]+)"', html[start : html.index("</ul>", start)])
    for field in listed:
        control = re.search(rf'<(?:input|textarea|select)[^>]*\bid="{field}"[^>]*>', html)
        assert control and 'aria-invalid="true"' in control[0], field
    return listed


@pytest.mark.parametrize(
    ("path", "fields", "listed"),
    [
        ("/account/login/", {}, ["id_login", "id_password"]),
        ("/account/password/reset/", {"email": "nobody"}, ["id_email"]),
        ("/support/", {}, ["chat-text", "chat-email"]),
    ],
)
def test_forms_of_visitors(
    client: Client, wagtail_site: Any, path: str, fields: dict[str, str], listed: list[str]
) -> None:
    assert wrong(client.post(path, fields).content.decode()) == listed


def test_checkout(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    html = client.post("/checkout/", {}).content.decode()
    box = f"id_agreement-{shop.agreement.pk}"
    assert wrong(html) == ["id_email", "id_name", "id_phone", "id_country", "id_bitrix24_address", box]
    assert "<title>Error: " in html


@pytest.mark.parametrize(
    ("path", "fields", "listed"),
    [
        ("/account/profile/", {"name": "", "phone": "x" * 50}, ["id_name", "id_phone"]),
        ("/account/password/change/", {}, ["id_oldpassword", "id_password1", "id_password2"]),
    ],
)
def test_forms_of_customers(
    client: Client, customer: Any, path: str, fields: dict[str, str], listed: list[str]
) -> None:
    client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    assert wrong(client.post(path, fields).content.decode()) == listed


def test_errors_of_the_whole_form_stand_in_the_list(client: Client, customer: Any) -> None:
    html = client.post("/account/login/", {"login": customer.email, "password": "wrong"}).content.decode()
    start = html.index("error-summary")
    assert "is not correct" in html[start : html.index("</ul>", start)]


def test_password_managers_learn_whose_password_is_set(client: Client, customer: Any) -> None:
    name = re.compile(rf'<input[^>]* value="{customer.email}"[^>]* autocomplete="username"[^>]*>')
    client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    assert name.search(client.get("/account/password/change/").content.decode())
    client.post("/account/logout/")
    client.post("/account/password/reset/", {"email": customer.email})
    deliver_due()
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link and name.search(client.get(link[1], follow=True).content.decode())


@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/", "/account/email/"])
def test_e_mail_has_one_spelling(client: Client, customer: Any, path: str) -> None:
    if path == "/account/email/":
        client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    words = re.sub(r"<[^>]*>", " ", client.get(path, follow=True).content.decode())
    assert not re.findall(r"\b[Ee]mail\b", words)
