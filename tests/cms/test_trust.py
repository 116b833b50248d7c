"""What a buyer wants to know before paying stands under every button that leads to it, and only what is true."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Locale

from cms.articles.models import HelpIndexPage, HelpPage, HelpTopicPage, PaymentMethodsPage
from cms.models import HomePage, ProductIndexPage, ProductPage
from cms.site_context import get_site_context
from storefront.billing import links
from storefront.billing.models import Invoice, PaymentMethod, Seller
from storefront.core import clock
from storefront.users import roles
from storefront.users.models import User
from tests.backoffice.conftest import show_password_again
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import pay
from tests.billing.transfers import make_account
from tests.checkout.building import make_voucher, order_by, put_in_cart

pytestmark = pytest.mark.django_db
PRODUCT = "/products/yeastar-s-module/"
WITHOUT_WORDS = "Money back within 14 days of the payment: ask for it at the order in your account, or write to us"


@pytest.fixture
def places(client: Client, shop: Any, stripe: Any) -> Any:
    """Reads the four pages with a button that leads to the payment, by name."""
    put_in_cart(client, shop.term())
    order_by(client, shop)
    put_in_cart(client, shop.term())
    paths = {"product": PRODUCT, "cart": "/basket/", "checkout": "/checkout/"}
    paths["pay"] = links.pay_path(Invoice.objects.get())
    return lambda: {name: client.get(path).content.decode() for name, path in paths.items()}


def promise(**fields: Any) -> Seller:
    seller = Seller.objects.get()
    for name, value in fields.items():
        setattr(seller, name, value)
    seller.save()
    return seller


def rule_in(html: str) -> list[str]:
    """The words of every line about money back."""
    found = re.findall(r'<li class="refund">(.*?)</li>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", line).split()) for line in found]


def test_nothing_is_promised_that_the_seller_does_not_give(places: Any) -> None:
    for name, html in places().items():
        assert rule_in(html) == [] and "Money back" not in html, name


def test_money_back_rule_stands_under_every_button(places: Any) -> None:
    promise(refund_days=14)
    for name, html in places().items():
        assert rule_in(html) == [WITHOUT_WORDS], name
        assert 'href="mailto:' in html[html.index('class="refund"') :][:500], name
        assert html.count("No VAT is charged: you pay the price shown") == 1, name
    promise(refund_days=1, refund_text="Write to us, no reason needed.")
    for name, html in places().items():
        assert rule_in(html) == ["Money back within 1 day of the payment. Write to us, no reason needed."], name


def test_the_same_rule_stands_on_the_page_of_methods_and_where_a_refund_is_asked_for(
    client: Client, places: Any, customer: Any, stripe: Any
) -> None:
    index = HomePage.objects.get().add_child(instance=HelpIndexPage(title="Help", slug="help"))
    methods = index.add_child(instance=PaymentMethodsPage(title="Payment methods", slug="methods"))
    bought = make_invoice(customer, "5.00")
    pay(stripe, bought)
    owner = Client()
    owner.force_login(customer)

    def rules() -> dict[str, list[str]]:
        found = places() | {"methods": client.get(methods.url).content.decode()}
        found["request"] = owner.get(f"/account/invoices/{bought.number}/refund/").content.decode()
        return {name: rule_in(html) for name, html in found.items()}

    for fields, rule in (
        ({"refund_days": 14}, WITHOUT_WORDS),
        (
            {"refund_days": 30, "refund_text": "No reason needed."},
            "Money back within 30 days of the payment. No reason needed.",
        ),
    ):
        promise(**fields)
        assert set(map(tuple, rules().values())) == {(rule,)}, rules()
    promise(refund_page=methods)
    assert [name for name, found in rules().items() if "How to ask for it" not in found[0]] == ["methods"]
    promise(refund_days=None)
    assert not any(rules().values())


def test_the_form_tells_until_when_and_that_it_is_past(customer: Any, shop: Any, stripe: Any) -> None:
    promise(refund_days=14)
    bought = make_invoice(customer, "5.00")
    pay(stripe, bought)
    owner = Client()
    owner.force_login(customer)
    path = f"/account/invoices/{bought.number}/refund/"
    assert "For this invoice that is until" in owner.get(path).content.decode()
    with time_machine.travel(clock.now() + timedelta(days=16), tick=False):
        owner.force_login(customer)
        assert "For this invoice that was until" in owner.get(path).content.decode()


def test_rule_leads_to_its_page_in_the_readers_language(client: Client, shop: Any) -> None:
    home = HomePage.objects.get()
    page = home
    for model, slug in ((HelpIndexPage, "help"), (HelpTopicPage, "buying"), (HelpPage, "refunds")):
        page = page.add_child(instance=model(title=slug.title(), slug=slug))
    promise(refund_days=14, refund_page=page, translations={"ru": {"refund_text": "Напишите нам."}})
    html = client.get(PRODUCT).content.decode()
    assert 'href="/help/buying/refunds/"' in html
    russian = Locale.objects.get_or_create(language_code="ru")[0]
    for each in (home, ProductIndexPage.objects.get(), ProductPage.objects.get()):
        each.specific.copy_for_translation(russian).save_revision().publish()
    with translation.override("ru"):
        html = client.get(f"/ru{PRODUCT}").content.decode()
    assert rule_in(html)[0].startswith("Вернём деньги в течение 14 дней после оплаты. Напишите нам.")
    page.unpublish()
    assert "/help/buying/refunds/" not in client.get(PRODUCT).content.decode()


def test_an_editors_own_lines_do_not_take_the_rule_away(client: Client, shop: Any) -> None:
    promise(refund_days=14)
    index = ProductIndexPage.objects.get()
    index.assurances = "Cards and wallets"
    index.save_revision().publish()
    html = client.get(PRODUCT).content.decode()
    assert "Cards and wallets" in html and "No VAT" not in html
    assert len(rule_in(html)) == 1


def test_how_to_ask_without_a_number_of_days_is_refused(marketer: Any) -> None:
    User.objects.get(email="marketer@example.com").groups.add(roles.ensure_role(roles.ACCOUNTING))
    show_password_again(marketer)
    seller = Seller.objects.get()
    address = f"/admin/snippets/billing/seller/edit/{seller.pk}/"
    form = {"name": seller.name, "address": seller.address, "is_default": "on", "refund_text": "Write to us."}
    form |= {"tax_regime": "none", "unverified_vat_ids": "accept", "takes_direct_payments": "on"}
    refused = marketer.post(address, form).content.decode()
    assert "Enter the number of days" in refused
    marketer.post(address, form | {"refund_days": "14", "refund_text_ru": "Напишите нам."})
    seller.refresh_from_db()
    assert (seller.refund_days, seller.text("refund_text", "ru")) == (14, "Напишите нам.")


def test_end_of_a_license_is_told_as_it_is_set(places: Any, settings: Any) -> None:
    for name in ("cart", "checkout", "pay"):
        assert "It then works for 14 days more." in places()[name], name
    settings.LICENSE_GRACE_DAYS = 0
    for name in ("cart", "checkout", "pay"):
        assert "we write before a license ends" in (html := places()[name]) and "It then works" not in html, name


def test_pay_page_names_what_the_card_statement_will_show(places: Any) -> None:
    assert "card statement" not in places()["pay"]
    promise(card_statement="NORTHBRIDGE")
    assert "Your card statement will show <strong>NORTHBRIDGE</strong>." in places()["pay"]


def test_voucher_is_folded_away_until_something_is_wrong_with_it(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    folded = re.search(r'<details class="voucher"([^>]*)>', client.get("/basket/").content.decode())
    assert folded and "open" not in folded[1]
    wrong = client.post("/basket/voucher/", {"code": "NONE"}).content.decode()
    assert re.search(r'<details class="voucher" open>', wrong) and "We do not know this voucher code" in wrong
    make_voucher(percent="10")
    client.post("/basket/voucher/", {"code": "SPRING"})
    used = client.get("/basket/").content.decode()
    assert "<details" not in used[used.index('id="cart"') :] and "<strong>SPRING</strong>" in used


def test_phone_is_asked_with_a_reason(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    assert "For questions about this order only." in client.get("/checkout/").content.decode()


def ways_in(html: str) -> str:
    """Nothing where they are seen as choices, or as the one that is told in full, on the pay page."""
    found = re.findall(r"<li>(Ways to pay:.*?)</li>", html, re.DOTALL)
    assert found or 'type="radio" name="method"' in html or 'id="by-hand"' in html
    return " ".join(re.sub(r"<[^>]+>", "", "".join(found)).split())


def test_ways_to_pay_are_those_that_are_offered(places: Any, shop: Any, settings: Any) -> None:
    for name, html in places().items():
        assert ways_in(html).startswith("Ways to pay: Bank card"), name
        assert ("Card details are entered on" in html) == (name != "product"), name
    PaymentMethod.objects.update_or_create(name="stripe", defaults={"title": "Card", "marks": "Card, Visa, Apple Pay"})
    make_account()
    for name, html in places().items():
        cards = "Card" if name == "product" else "Card (Visa, Apple Pay)"
        told = "" if name == "pay" else f"Ways to pay: {cards}, Bank transfer"
        assert ways_in(html).startswith(told) and bool(told) == bool(ways_in(html)), name
    PaymentMethod.objects.update(is_stopped=True)
    for name, html in places().items():
        assert name == "pay" or ways_in(html).removesuffix(".") == "Ways to pay: Bank transfer", name
        assert "Card details" not in html, name


def test_they_lead_to_the_public_page_where_there_is_one(places: Any, shop: Any) -> None:
    page = HomePage.objects.get()
    for model, slug in ((HelpIndexPage, "help"), (HelpTopicPage, "buying"), (PaymentMethodsPage, "methods")):
        page = page.add_child(instance=model(title=slug.title(), slug=slug))
    for name, html in places().items():
        assert ('href="/help/buying/methods/" target="_blank"' in html) == (name != "product"), name
    page.unpublish()
    for name, html in places().items():
        assert "/help/buying/methods/" not in html, name


def test_ways_are_read_with_the_site_in_as_many_queries_however_many_there_are(shop: Any, settings: Any) -> None:
    spec, asked = settings.PAYMENT_GATEWAYS["stripe"], []
    get_site_context(None)  # Wagtail remembers where sites are
    for count in (1, 9):
        settings.PAYMENT_GATEWAYS = {f"method-{n}": spec for n in range(count)}
        with CaptureQueriesContext(connection) as captured:
            get_site_context(None)
        asked.append(len(captured))
    assert asked[0] == asked[1]


def test_kept_with_the_site_they_cost_no_query(
    shop: Any, pages_kept: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert get_site_context(None)["payment_ways"].titles == ("Bank card",)
    with CaptureQueriesContext(connection) as captured:
        get_site_context(None)
    assert not [each["sql"] for each in captured.captured_queries if "content" not in each["sql"]]
    with django_capture_on_commit_callbacks(execute=True):
        PaymentMethod.objects.create(name="stripe", title="Card")
    assert get_site_context(None)["payment_ways"].titles == ("Card",)
