"""The language is that of the address, everywhere: log-in, account, forms, errors."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from django.utils import translation

from storefront.core import configuration
from storefront.users.models import User
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def test_log_in_and_out_stay_in_the_language(client: Client, wagtail_site: Any, customer: Any) -> None:
    response = client.get("/ru/account/")
    assert response["Location"] == "/ru/account/login/?next=/ru/account/"
    page = client.get("/ru/account/login/")
    assert page["Content-Language"] == "ru" and '<html lang="ru">' in page.content.decode()
    for path, home in (("/ru/account/login/", "/ru/account/"), ("/account/login/", "/account/")):
        answer = client.post(path, {"login": customer.email, "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, home)
        client.logout()
    client.force_login(customer)
    assert client.post("/ru/account/logout/")["Location"] == "/ru/"


def test_every_page_of_the_account_links_into_its_own_language(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    names = ("home", "invoices", "licenses", "orders", "agreements", "profile")
    with translation.override("ru"):
        paths = [reverse(f"account-{name}") for name in names]
    for path in [*paths, "/ru/account/email/", "/ru/account/password/set/", "/ru/account/2fa/", "/ru/basket/"]:
        response = client.get(path, follow=True)
        html = response.content.decode().split("<header")[1].split('class="languages"')[0]
        assert response["Content-Language"] == "ru", path
        assert 'href="/account/' not in html and 'action="/' not in html.replace('action="/ru/', ""), path


def test_customer_chooses_his_language_and_reads_on_in_it(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    assert '<select name="language"' in client.get("/account/profile/").content.decode()
    fields = {"name": "Ada", "company": "", "phone": ""}
    answer = client.post("/account/profile/", fields | {"language": "ru"}, follow=True)
    assert answer.redirect_chain == [("/ru/account/profile/", 302)]
    assert User.objects.get(pk=customer.pk).language == "ru"
    assert client.post("/account/profile/", fields)["Location"] == "/account/profile/", "nothing said, nothing changed"
    assert User.objects.get(pk=customer.pk).language == "ru"
    assert client.post("/account/profile/", fields | {"language": "xx"}).status_code == 422


def test_address_without_a_language_of_the_shop_is_missing(client: Client, shop: Any) -> None:
    for path, language in (("/de/products/", "en"), ("/en/products/", "en"), ("/ru/nowhere/", "ru")):
        response = client.get(path, headers={"accept-language": "ru"})
        assert (response.status_code, response["Content-Language"]) == (404, language), path


def test_code_that_is_no_language_is_refused(settings: Any) -> None:
    assert list(configuration.unknown_languages(["en", "ru", "pt-br", "zh-hans"])) == []
    found = list(configuration.unknown_languages(["en", "xx", "EN", "zh-cn", "en"]))
    assert len(found) == 4 and "'xx'" in found[0] and "twice" in found[3]
    settings.LANGUAGES = [("en", "English"), ("xx", "xx")]
    assert "storefront.E009" in [message.id for message in run_checks()]
