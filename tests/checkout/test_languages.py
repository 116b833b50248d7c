"""A purchase in another language than the shop's own: pages, consent, documents, mails and links speak it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from wagtail.models import Locale

from catalogue.plans.models import Agreement
from checkout.models import Consent
from storefront.billing.models import Invoice
from storefront.billing.services import dunning, starting
from storefront.core.language import absolute_url, nearest_language
from tests.checkout.building import filled, put_in_cart, seal_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def russian(shop: Any) -> Agreement:
    """The shop with its texts in Russian: product, license types, agreement."""
    shop.software.translations = {"ru": {"title": "Модуль Yeastar S"}}
    shop.software.save()
    for plan in shop.software.plans.all():
        plan.translations = {"ru": {"name": f"Тип {plan.code}"}}
        plan.save()
    locale, _ = Locale.objects.get_or_create(language_code="ru")
    return Agreement.objects.create(
        name="Публичное соглашение",
        slug=shop.agreement.slug,
        body="<p>По-русски.</p>",
        locale=locale,
        translation_key=shop.agreement.translation_key,
    )


def order_in_russian(client: Client, shop: Any, agreement: Agreement) -> Invoice:
    line = shop.term()
    assert client.post("/ru/basket/add/", {"term": line.pk, "quantity": 1})["Location"].startswith("/ru/")
    page = client.get("/ru/checkout/").content.decode()
    fields = filled(shop, shown=seal_on(page)) | {f"agreement-{agreement.pk}": "on"}
    answer = client.post("/ru/checkout/", fields)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith("/ru/pay/")
    return Invoice.objects.get()


def test_cart_and_checkout_speak_the_language_of_their_address(client: Client, shop: Any, russian: Agreement) -> None:
    put_in_cart(client, shop.term("pro", 12))
    html = client.get("/ru/basket/").content.decode()
    assert '<html lang="ru"' in html and "Модуль Yeastar S" in html and "Тип pro, 12 месяцев" in html
    html = client.get("/ru/checkout/").content.decode()
    assert "Публичное соглашение" in html and 'href="/ru/agreements/license-agreement/1/"' in html
    assert "Public license agreement" not in html
    html = client.get("/checkout/").content.decode()
    assert "Yeastar S-series module" in html and "Public license agreement" in html


def test_consent_names_the_text_that_was_read(client: Client, shop: Any, russian: Agreement) -> None:
    order_in_russian(client, shop, russian)
    consent = Consent.objects.get()
    assert (consent.language, consent.name, consent.text) == ("ru", "Публичное соглашение", "<p>По-русски.</p>")
    assert consent.version.agreement == russian


def test_an_agreement_without_a_translation_is_accepted_in_the_default_language(client: Client, shop: Any) -> None:
    order_in_russian(client, shop, shop.agreement)
    assert Consent.objects.get().name == "Public license agreement"


def test_invoice_mails_and_links_are_in_the_language_of_the_order(
    client: Client, shop: Any, russian: Agreement, run_jobs: Callable[[], int]
) -> None:
    invoice = order_in_russian(client, shop, russian)
    assert (invoice.language, invoice.customer.language) == ("ru", "ru")
    assert invoice.lines.get().description == "Модуль Yeastar S – Тип standard, 12 месяцев"
    run_jobs()
    letters = {letter.subject: letter.body for letter in mail.outbox}
    placed = next(body for subject, body in letters.items() if "оплатите, чтобы получить лицензию" in subject)
    assert "http://testserver/ru/pay/" in placed and "Спасибо за заказ" in placed
    access = next(body for subject, body in letters.items() if "личный кабинет" in subject)
    assert "http://testserver/ru/account/password/reset/key/" in access


def test_what_the_worker_writes_later_is_in_the_language_of_the_order(
    client: Client, shop: Any, russian: Agreement, run_jobs: Callable[[], int], settings: Any
) -> None:
    order_in_russian(client, shop, russian)
    run_jobs()
    mail.outbox.clear()
    settings.UNPAID_REMINDER_DAYS = 30
    dunning.remind_unpaid()
    run_jobs()
    assert "не оплачен" in mail.outbox[0].subject
    assert "http://testserver/ru/pay/" in mail.outbox[0].body


def test_the_provider_is_told_the_language_and_sends_the_buyer_back_to_it(
    client: Client, shop: Any, russian: Agreement, stripe: Any
) -> None:
    starting.start(invoice=order_in_russian(client, shop, russian), gateway_name="stripe")
    session = stripe.sessions()[0]
    assert session["locale"] == "ru"
    assert session["success_url"].startswith("http://testserver/ru/pay/result/")
    assert session["cancel_url"].startswith("http://testserver/ru/pay/")


@pytest.mark.parametrize(
    ("asked", "language"), [("ru", "ru"), ("RU", "ru"), ("ru_RU", "ru"), ("en-GB", "en"), ("de", "en"), ("", "en")]
)
def test_the_nearest_language_of_the_shop_is_spoken(asked: str, language: str) -> None:
    assert nearest_language(asked) == language


def test_a_language_that_was_switched_off_leads_to_the_default_one() -> None:
    assert absolute_url("cart", language="fr") == "http://testserver/basket/"
    assert absolute_url("cart", language="ru") == "http://testserver/ru/basket/"
