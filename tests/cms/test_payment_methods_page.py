"""The public page of the payment methods: its list is what is set up, in both languages, and follows every change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page

from cms.articles.models import HelpIndexPage, PaymentMethodsPage
from cms.models import HomePage
from storefront.billing.models import PaymentMethod
from storefront.billing.services import payment_methods
from storefront.settings import shop as shop_settings
from tests.billing import paying_by_hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(shop: Any, settings: Any) -> PaymentMethodsPage:
    methods = settings.PAYMENT_GATEWAYS
    settings.PAYMENT_GATEWAYS = {"stripe": methods["stripe"], "second": methods["stripe"]}
    settings.PAYMENT_METHODS_BY_HAND = {"letter": paying_by_hand.PATH}
    home = HomePage.objects.get(locale=Locale.get_default())
    index = home.add_child(instance=HelpIndexPage(title="Help", slug="help", live=True))
    made: PaymentMethodsPage = index.add_child(instance=PaymentMethodsPage(title="Payment methods", slug="methods"))
    return made


def html(client: Client, page: Page) -> str:
    answer = client.get(page.get_url())
    assert answer.status_code == 200
    return str(answer.content.decode())


def titles(text: str) -> list[str]:
    return re.findall(r'<h2 id="method-[\w-]+">(.*?)</h2>', text)


def test_it_lists_what_is_offered_with_the_shops_own_words(client: Client, page: PaymentMethodsPage) -> None:
    text = html(client, page)
    assert titles(text) == ["Bank card", "Bank card", "Payment by letter"]
    for words in ("How does it work?", "How long does it take?", "this shop never sees or stores them", "2 to 5 days"):
        assert words in text
    assert text.count("How do I ask for a refund?") == text.count("How do I get the license?") == 3


def test_it_follows_the_settings(client: Client, page: PaymentMethodsPage) -> None:
    PaymentMethod.objects.create(name="stripe", is_stopped=True)
    PaymentMethod.objects.create(
        name="second", title="By card", marks="Visa, Mir", for_persons=False, countries="DE AT",
        smallest={"EUR": "5.00"}, how="First line.\n\nSecond <b>line</b>.", refund_text="Call us.",
    )  # fmt: skip
    payment_methods.move(name="letter", position=0)
    text = html(client, page)
    assert titles(text) == ["Payment by letter", "By card"]
    for words in ("For companies.", "Austria, Germany", "From: €5.00.", "Call us.", ">Mir<", "&lt;b&gt;line"):
        assert words in text


def test_buyers_read_the_name_of_the_company(client: Client, page: PaymentMethodsPage, settings: Any) -> None:
    settings.PAYMENT_GATEWAYS = {"paypal_nvp": {**shop_settings.PAYMENT_GATEWAYS["paypal_nvp"], "env": ()}}
    text = html(client, page)
    assert titles(text) == ["PayPal", "Payment by letter"]
    assert "You are led to the page of PayPal, pay there" in text and "NVP" not in text


def test_nothing_is_offered(client: Client, page: PaymentMethodsPage, settings: Any) -> None:
    settings.PAYMENT_METHODS_BY_HAND = {}
    settings.STRIPE_API_KEY = ""
    assert "No payment method is offered at the moment" in html(client, page)


def test_nothing_comes_from_third_parties(client: Client, page: PaymentMethodsPage) -> None:
    for address in re.findall(r'(?:src|href|srcset|action)="(?:https?:)?//([^/"]+)', html(client, page)):
        assert address == "testserver"


@pytest.mark.usefixtures("pages_kept")
def test_it_is_kept_byte_for_byte_until_a_method_changes(
    client: Client, page: PaymentMethodsPage, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    first = html(client, page)
    assert html(Client(), page) == first
    with django_capture_on_commit_callbacks(execute=True):
        payment_methods.ensure("stripe")
        PaymentMethod.objects.get(name="stripe").save()
    row = PaymentMethod.objects.get(name="stripe")
    row.title = "Plastic"
    with django_capture_on_commit_callbacks(execute=True):
        row.save()
    assert titles(html(client, page))[0] == "Plastic"


def test_its_queries_do_not_grow_with_the_methods(client: Client, page: PaymentMethodsPage, settings: Any) -> None:
    spec, asked = settings.PAYMENT_GATEWAYS["stripe"], []
    for count in (1, 9):
        settings.PAYMENT_GATEWAYS = {f"method-{n}": spec for n in range(count)}
        html(client, page)
        with CaptureQueriesContext(connection) as captured:
            assert len(titles(html(client, page))) == count + 1
        asked.append(len(captured))
    assert asked[0] == asked[1]
