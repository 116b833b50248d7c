"""``manage.py demo``: fills an empty shop once, in every language, and the shop it fills works."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from oscar.apps.order.models import Order
from wagtail.models import Locale, Page, ReferenceIndex
from wagtail_localize.models import Translation

from catalogue.plans.models import Agreement, PlanTerm
from cms.demo import people
from cms.demo.planting import other_languages
from cms.demo.products import PRODUCTS
from cms.demo.translating import NotTheSame, note
from cms.models import HomePage, ProductPage
from cms.numbers import report
from storefront.billing.models import Invoice, ReviewItem
from storefront.core import audit, clock
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage

RUSSIAN = ("/ru/agreements/license-agreement/", "/ru/agreements/personal-data/")
NOWHERE = re.compile(r"<a>[^<]*</a>|page:[\w/-]+")
#: Links of a page that leave its language.
ENGLISH = re.compile(r'href="/(?:products|help|news|about|contact)[\w/-]*/"')


@pytest.fixture
def demo(wagtail_site: Any, settings: Any) -> Any:
    """The command; gives back what it printed. No stand-ins unless the test starts them."""
    settings.SANDBOX_STRIPE = settings.STRIPE_API_BASE
    settings.SANDBOX_BITRIX24 = getattr(settings, "SANDBOX_BITRIX24_RUNNING", "http://127.0.0.1:9")
    cache.clear()

    def run() -> str:
        out = StringIO()
        call_command("demo", stdout=out)
        return out.getvalue()

    return run


def everything() -> tuple[int, ...]:
    models = (Page, PlanTerm, Agreement, Order, Invoice, License, Translation)
    return tuple(model.objects.count() for model in models)


def html_of(path: str) -> str:
    response = Client().get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def test_demo_fills_a_shop_whose_pages_all_open_in_every_language(demo: Any) -> None:
    said = demo()
    assert people.PASSWORD in said and "no history" in said
    assert not Order.objects.exists()
    pages = Page.objects.live().filter(depth__gt=1)
    assert pages.filter(locale__language_code="ru").count() == pages.filter(locale__language_code="en").count() > 20
    leads_nowhere = set()
    for path in [*RUSSIAN, *(page.url for page in pages.filter(locale__language_code="ru"))]:
        html = html_of(path)
        assert "Northbridge Software Ltd" in html
        leads_nowhere |= set(NOWHERE.findall(html)) | set(ENGLISH.findall(without_switch(html)))
    assert leads_nowhere == set()
    for path in ("/", "/products/", "/products/telephony/", "/help/buying/how-to-buy/", "/news/", "/contact/"):
        assert "Northbridge Software Ltd" in html_of(path)
    for product in PRODUCTS:
        for language, path in (("en", f"/products/{product.slug}/"), ("ru", f"/ru/products/{product.slug}/")):
            html = html_of(path)
            assert product.title.text(language) in html
            assert all(plan.name.text(language) in html for plan in product.plans)
            assert html.count('name="term"') == 4 * len(product.plans)


def without_switch(html: str) -> str:
    """The page without what leads to other languages on purpose."""
    return re.sub(r"<(?:link|a) [^>]*hreflang[^>]*>", "", html)


def test_translations_are_what_wagtail_would_make_of_them(demo: Any) -> None:
    """Side by side in the editor: nothing is untranslated, and publishing one again changes nothing."""
    demo()
    russian = Locale.objects.get(language_code="ru")
    found = list(Translation.objects.select_related("source").all())
    assert [each.source.object_repr for each in found if len(set(each.get_progress())) > 1] == []
    for translation in found:
        stored = translation.source.get_translated_instance(russian)
        again = translation.source.get_ephemeral_translated_instance(russian)
        fields = json.loads(stored.to_json()) if isinstance(stored, Page) else {}
        made = json.loads(again.to_json()) if isinstance(again, Page) else {}
        assert {name: value for name, value in made.items() if fields[name] != value} == {}, translation.source
    image = ProductPage.objects.filter(locale=russian)[0].image
    assert ReferenceIndex.get_references_to(image).exists()


def test_texts_that_do_not_match_are_refused(wagtail_site: Any) -> None:
    home = HomePage.objects.get()
    other = HomePage(title="Главная", slug="home", headline="")
    with pytest.raises(NotTheSame, match="headline"):
        note(home, other, Locale.objects.create(language_code="ru"))


def test_second_run_changes_nothing_and_people_log_in_with_the_printed_password(demo: Any) -> None:
    demo()
    before = everything()
    assert "nothing was changed" in demo()
    assert everything() == before
    for email, path in ((people.STAFF, "/admin/"), (people.MARKETER, "/admin/"), (people.CUSTOMER, "/account/")):
        visitor = Client()
        visitor.post("/account/login/", {"login": email, "password": people.PASSWORD})
        assert visitor.get(path).status_code == 200, email


def test_shop_with_products_of_its_own_is_left_alone(demo: Any, shop: Any) -> None:
    before = everything()
    assert "products of its own" in demo()
    assert everything() == before


def test_shop_of_one_language_gets_the_demo_in_it(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    assert list(other_languages()) == []


@pytest.mark.django_db(transaction=True)
def test_history_is_made_once_by_the_shops_own_services(
    stripe: Any, bitrix24: Any, settings: Any, request: Any
) -> None:
    settings.SANDBOX_BITRIX24_RUNNING = bitrix24.base_url
    demo = request.getfixturevalue("demo")
    assert "no history" not in demo()
    own = Order.objects.filter(user__email=people.CUSTOMER).order_by("date_placed")
    assert list(own.values_list("status", flat=True)) == ["Paid", "Paid", "New"]
    licenses = list(License.objects.filter(customer__email=people.CUSTOMER).order_by("valid_until"))
    assert [each.status for each in licenses] == ["active", "active"]
    assert all(each.portal_address == bitrix24.portal("acme").host for each in licenses)
    assert licenses[0].valid_until - clock.now() < timedelta(days=8)
    assert not ReviewItem.objects.exists()
    assert_trade_fills_the_dashboard()
    before = everything()
    demo()
    assert everything() == before


def assert_trade_fills_the_dashboard() -> None:
    """Two months of trade: figures for every picture, nothing the auditor minds, no mail about what is long ago."""
    numbers = report.collect()
    for span in (numbers.span, numbers.span.before):
        steps = numbers.steps(span)
        assert steps.viewers > steps.added > steps.ordered >= steps.paid > 0
        assert numbers.income(span, numbers.currencies[0]) > 0
    assert numbers.unpaid.count and numbers.ending.urgent and min(numbers.sales.income["EUR"].values()) < 0
    assert all(each.income and each.steps.viewers > each.steps.ordered for each in numbers.products)
    assert {finding.check for finding in audit.run()} <= {"outbox-unsent"}  # nobody sent the customer's mails here
    assert not OutboxMessage.objects.filter(payload__to__startswith="buyer-").exists()
    issued = list(Invoice.objects.order_by("number").values_list("issued_at", flat=True))
    assert issued == sorted(issued)
