"""``manage.py demo``: fills an empty shop once, in every language, and the shop it fills works."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from oscar.apps.order.models import Order
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.models import Collection, Locale, Page, ReferenceIndex, Site
from wagtail_localize.models import Translation

from catalogue.plans.models import Agreement, PlanPrice
from cms.demo import people
from cms.demo.content import other_languages, read, read_in
from cms.models import ProductPage
from cms.renditions import IN_TEXT, LARGE, SHARED, SMALL
from storefront.billing.models import Invoice, Seller
from storefront.billing.transfers import accounts as transfer_accounts
from storefront.billing.transfers.models import SellerAccount
from storefront.licensing.models import License

pytestmark = pytest.mark.django_db

RUSSIAN = ("/ru/agreements/license-agreement/", "/ru/agreements/personal-data/")
NOWHERE = re.compile(r"<a>[^<]*</a>|page:[\w/-]+|\{price")
#: Links of a page that leave its language.
ENGLISH = re.compile(r'href="/(?:products|help|news|about|contact)[\w/-]*/"')


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """What the command said. No stand-ins run. Loaded once for this file; every test gets it untouched."""
    closed = {"SANDBOX_STRIPE": django_settings.STRIPE_API_BASE, "SANDBOX_BITRIX24": "http://127.0.0.1:9"}
    with django_db_blocker.unblock(), override_settings(**closed), transaction.atomic():
        Locale.objects.get_or_create(language_code="en")
        Collection.add_root(name="Root")
        Page.add_root(title="Root", slug="root")
        cache.clear()
        said = demo()
        cut_pictures()
        Site.clear_site_root_paths_cache()
        yield said
        transaction.set_rollback(True)
    cache.clear()
    Site.clear_site_root_paths_cache()


def demo() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def cut_pictures() -> None:
    """As if every picture had been cut to every size already: doing it takes longer than all the rest."""
    Rendition.objects.bulk_create(
        Rendition(image=image, filter_spec=spec, focal_point_key="", file=image.file.name, width=720, height=480)
        for image in get_image_model().objects.all()
        for spec in (*IN_TEXT, SMALL, LARGE, SHARED)
    )


def everything() -> tuple[int, ...]:
    models = (Page, PlanPrice, Agreement, Order, Invoice, License, Translation)
    return tuple(model.objects.count() for model in models)


def html_of(path: str) -> str:
    response = Client().get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def without_switch(html: str) -> str:
    """The page without what leads to other languages on purpose."""
    return re.sub(r"<(?:link|a) [^>]*hreflang[^>]*>", "", html)


def test_without_stand_ins_the_demo_says_that_the_history_is_missing(loaded: str) -> None:
    assert people.PASSWORD in loaded and "no history" in loaded
    assert not Order.objects.exists()


def test_every_page_opens_in_every_language_and_leads_to_pages_of_its_own(loaded: str) -> None:
    pages = Page.objects.live().filter(depth__gt=1)
    own, russian = pages.filter(locale__language_code="en"), pages.filter(locale__language_code="ru")
    assert own.count() == russian.count() > 20
    leads_nowhere = set()
    for path in [*RUSSIAN, *(page.url for page in russian)]:
        html = html_of(path)
        assert "Northbridge Software Ltd" in html
        leads_nowhere |= set(NOWHERE.findall(html)) | set(ENGLISH.findall(without_switch(html)))
    for page in own:
        leads_nowhere |= set(NOWHERE.findall(html_of(page.url)))
    assert leads_nowhere == set()


@pytest.mark.parametrize(("language", "start"), [("en", ""), ("ru", "/ru")])
def test_products_show_their_license_types_in_the_readers_language(loaded: str, language: str, start: str) -> None:
    for product in read("shop")["products"]:
        texts = read_in(language, f"pages/products/{product['slug']}")
        html = html_of(f"{start}/products/{product['slug']}/")
        assert texts["title"] in html
        assert all(plan["name"] in html for plan in texts["product"]["plans"])
        assert html.count('name="term"') == 4 * len(product["plans"])
        assert texts["title"] in html_of(f"{start}/products/{product['category']}/")


def test_prices_in_texts_are_those_of_the_cart(loaded: str) -> None:
    term = PlanPrice.objects.get(plan__software__product__slug="telegram", plan__code="team", months=12)
    assert f"€{term.amount}" in html_of("/help/licenses/extend/")
    assert "182,40" in html_of("/ru/help/licenses/extend/")


def test_translations_are_what_wagtail_would_make_of_them(loaded: str) -> None:
    """Side by side in the editor: nothing is untranslated, and publishing one again changes nothing."""
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


def test_second_run_changes_nothing_and_says_so(loaded: str) -> None:
    before = everything()
    with override_settings(SANDBOX_BITRIX24="http://127.0.0.1:9"):
        assert "nothing was changed" in demo()
    assert everything() == before


def test_people_of_the_demo_log_in_with_the_printed_password(loaded: str) -> None:
    for email, path in ((people.STAFF, "/admin/"), (people.MARKETER, "/admin/"), (people.CUSTOMER, "/account/")):
        visitor = Client()
        visitor.post("/account/login/", {"login": email, "password": people.PASSWORD})
        assert visitor.get(path).status_code == 200, email


def test_shop_of_another_language_gets_the_demo_in_the_default_one(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    assert list(other_languages()) == []


def test_the_seller_has_bank_accounts_and_keeps_those_that_were_changed(loaded: str) -> None:
    accounts = SellerAccount.objects.all()
    assert {each.currency for each in accounts} == {"EUR", "RUB"}
    assert accounts.get(currency="EUR").printed_number in Seller.objects.get().bank_details
    accounts.filter(currency="RUB").delete()
    accounts.update(is_active=False)
    demo()
    assert list(SellerAccount.objects.values_list("currency", "is_active")) == [("EUR", False)]
    SellerAccount.objects.all().delete()  # data of an earlier release
    demo()
    assert set(transfer_accounts.currencies()) == {"EUR", "RUB"}
    assert "Bank transfer" in html_of("/help/buying/payment-methods/")
