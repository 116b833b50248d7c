"""The blocks that pages are built of, as a visitor gets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file

from catalogue.models import Category
from cms import schedule
from cms.blocks.content import HomeContent, ProductContent, TextContent
from cms.models import CategoryPage, HomePage, ProductIndexPage, ProductPage
from storefront.core import clock
from tests.factories import make_software

pytestmark = pytest.mark.django_db
PATH = "/products/yeastar-s-module/"


@pytest.fixture
def page(shop: Any) -> ProductPage:
    return ProductPage.objects.get()


def show(page: Any, *blocks: tuple[str, Any]) -> None:
    """Publish the page with these blocks, given as they are stored."""
    page.content = json.dumps([{"type": kind, "value": value} for kind, value in blocks])
    page.save_revision().publish()


def picture() -> Any:
    return get_image_model().objects.create(title="Call list", file=get_test_image_file(size=(1600, 900)))


def document(name: str) -> Any:
    return get_document_model().objects.create(title=name, file=ContentFile(b"content", name))


def html_of(client: Client, path: str = PATH) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def everything(shop: Any) -> list[tuple[str, Any]]:
    shown, file, film = picture(), document("guide.pdf"), document("film.mp4")
    image = {"image": shown.pk, "decorative": False, "alt_text": "The list of calls"}
    link = {"label": "Write to us", "page": None, "url": "https://example.com/"}
    return [
        ("hero", {"heading": "Your phones", "text": "In Bitrix24.", "picture": image, "buttons": [link]}),
        ("text", {"heading": "Words", "text": "<p>Some <b>text</b>.</p>", "is_steps": False}),
        ("note", {"kind": "info", "text": "<p>Good to know.</p>"}),
        ("screenshots", {"heading": "", "items": [{"picture": image, "caption": "Every call"}]}),
        ("features", {"heading": "", "items": [{"icon": "phone", "title": "Calls", "text": ""}] * 2}),
        ("comparison", {"heading": "Side by side", "product": None, "rows": "all"}),
        ("steps", {"heading": "", "items": [{"title": "First this", "text": "", "picture": None}] * 2}),
        (
            "quotes",
            {"heading": "", "items": [{"text": "Good.", "name": "Head of support", "role": "", "picture": None}]},
        ),
        ("questions", {"heading": "", "items": [{"question": "Is VAT included?", "answer": "<p>No.</p>"}]}),
        ("requirements", {"heading": "", "text": "<p>Firmware 30.</p>"}),
        (
            "video",
            {
                "heading": "",
                "file": film.pk,
                "captions": None,
                "url": "",
                "poster": image,
                "caption": "A call comes in",
            },
        ),
        ("downloads", {"heading": "", "items": [{"file": file.pk, "title": "Guide", "note": ""}]}),
        (
            "changelog",
            {"heading": "", "items": [{"version": "4.2", "released_on": "2026-10-05", "text": "<p>Faster.</p>"}]},
        ),
        ("documentation", {"heading": "", "text": "Step by step.", "links": [link]}),
        ("related", {"heading": "", "products": []}),
        ("call_to_action", {"heading": "Questions?", "text": "", "button": link}),
    ]


def test_every_kind_of_block_is_shown(client: Client, shop: Any, page: ProductPage) -> None:
    make_software(slug="telegram", title="Telegram module", agreement=shop.agreement)
    show(page, *everything(shop))
    html = html_of(client)
    for text in (
        "Your phones", "Some <b>text</b>", "Good to know.", "Every call", "Calls", "Side by side", "First this",
        "Head of support", "Is VAT included?", "Firmware 30.", "A call comes in", "Guide", "Telegram module",
        "Questions?", "4.2", "5 October 2026", "Faster.", "Step by step.",
        'alt="The list of calls"', "icons.svg#phone", 'type="video/mp4"', "PDF, 7",
    ):  # fmt: skip
        assert text in html, text
    assert 'preload="none"' in html and "<iframe" not in html
    assert html.count("Side by side") == 1 and "License types and prices" not in html, "one comparison is enough"


def test_a_page_without_blocks_explains_itself(client: Client, page: ProductPage) -> None:
    html = html_of(client)
    assert "License types and prices" in html and "How the license reaches your Bitrix24" in html


def test_comparison_shows_what_the_cart_charges_now(client: Client, shop: Any, page: ProductPage) -> None:
    show(page, ("comparison", {"heading": "Side by side", "product": None, "rows": "prices"}))
    assert "€96.00" in html_of(client)
    plan = shop.software.plans.get(code="standard")
    plan.monthly_price = Decimal("20.00")
    plan.save()
    html = html_of(client)
    assert "€192.00" in html and "€96.00" not in html


def test_related_products_follow_price_category_and_choice(client: Client, shop: Any, page: ProductPage) -> None:
    phones, chats = Category.add_root(name="Phones"), Category.add_root(name="Chats")
    same = make_software(slug="asterisk", title="Asterisk module")
    other = make_software(slug="telegram", title="Telegram module")
    for software, category in ((shop.software, phones), (same, phones), (other, chats)):
        software.product.categories.add(category)
    show(page, ("related", {"heading": "", "products": []}))
    html = html_of(client)
    assert "Asterisk module" in html and "Telegram module" not in html
    show(page, ("related", {"heading": "", "products": [ProductPage.objects.get(software=other).pk]}))
    html = html_of(client)
    assert "Telegram module" in html and "Asterisk module" not in html and "€8.00" in html
    plan = other.plans.get(code="standard")
    plan.monthly_price = Decimal("5.00")
    plan.save()
    assert "€4.00" in html_of(client)


def test_queries_are_the_same_for_one_block_and_for_many(client: Client, shop: Any, page: ProductPage) -> None:
    make_software(slug="telegram", title="Telegram module")

    def queries(*blocks: tuple[str, Any]) -> int:
        show(page, *blocks)
        with CaptureQueriesContext(connection) as asked:
            html_of(client)
        return len(asked)

    image = {"image": picture().pk, "decorative": True, "alt_text": ""}
    shots = ("screenshots", {"heading": "", "items": [{"picture": image, "caption": ""}]})
    queries(shots)  # the cuts are made
    assert queries(shots) == queries(*[shots] * 12)


def test_a_category_page_makes_its_category_and_lists_its_products(client: Client, shop: Any) -> None:
    index = ProductIndexPage.objects.get()
    phones = index.add_child(instance=CategoryPage(title="Telephony", slug="telephony", intro="Calls."))
    assert phones.category.name == "Telephony"
    shop.software.product.categories.add(phones.category)
    make_software(slug="telegram", title="Telegram module")
    html = html_of(client, "/products/telephony/")
    assert "Yeastar S-series module" in html and "Telegram module" not in html and "Calls." in html
    html = html_of(client, "/products/")
    assert "Telegram module" in html
    assert '<a href="/products/telephony/">Telephony' in html
    phones.title = "Phones"
    phones.save()
    phones.category.refresh_from_db()
    assert phones.category.name == "Phones"


def test_address_of_a_product_is_refused_for_a_category(marketer: Any, shop: Any) -> None:
    make_software(slug="telegram", title="Telegram module")
    ProductPage.objects.get(slug="telegram").delete()
    address = reverse("wagtailadmin_pages:add", args=["cms", "categorypage", ProductIndexPage.objects.get().pk])
    form = {"title": "Telegram", "slug": "telegram", "intro": "", "content-count": "0", "share_image": ""}
    html = marketer.post(address, form | {"action-publish": "1"}).content.decode()
    assert "A product already has this address." in html
    assert not CategoryPage.objects.exists()


def test_a_page_without_its_product_is_refused_at_the_field(marketer: Any, shop: Any) -> None:
    address = reverse("wagtailadmin_pages:add", args=["cms", "productpage", ProductIndexPage.objects.get().pk])
    form = {"title": "New", "slug": "new", "software": "", "lead": "", "image": "", "content-count": "0"}
    answer = marketer.post(address, form | {"share_image": "", "action-publish": "1"})
    assert answer.context["form"].errors["software"] == ["This field is required."]
    form |= {"software": str(shop.software.pk)}
    answer = marketer.post(address, form | {"share_image": "", "action-publish": "1"})
    assert answer.context["form"].errors["software"] == ["This product already has a page."]


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        (
            "call_to_action",
            {"heading": "A", "text": "", "button": {"label": "B", "page": None, "url": ""}},
            "Choose a page or type an address.",
        ),
        ("related", {"heading": "", "products": ["same", "same"]}, "A product is listed twice."),
    ],
)
def test_a_senseless_block_is_refused_at_its_field(page: ProductPage, kind: str, value: Any, message: str) -> None:
    block = ProductContent().child_blocks[kind]
    if "products" in value:
        value = value | {"products": [page.pk, page.pk]}
    with pytest.raises(StructBlockValidationError) as raised:
        block.clean(block.to_python(value))
    assert message in str(raised.value.as_json_data())


def test_a_video_is_one_that_browsers_play(page: ProductPage) -> None:
    block = ProductContent().child_blocks["video"]
    image = {"image": picture().pk, "decorative": True, "alt_text": ""}
    value = {"heading": "", "captions": document("words.pdf").pk, "url": "", "poster": image, "caption": "A"}
    with pytest.raises(StructBlockValidationError) as raised:
        block.clean(block.to_python(value | {"file": document("film.pdf").pk}))
    told = str(raised.value.as_json_data())
    assert "Browsers cannot play this file." in told and "Captions must be a WebVTT file" in told


def test_every_block_tells_the_editor_what_it_is(db: None) -> None:
    for content in (HomeContent, ProductContent, TextContent):
        for name, block in content().child_blocks.items():
            assert block.meta.icon != "placeholder" and block.label and block.get_description(), name
            assert block.is_previewable, name


def test_front_page_and_categories_are_built_of_blocks_too(client: Client, shop: Any, page: ProductPage) -> None:
    home = HomePage.objects.get()
    show(home, ("comparison", {"heading": "Our modules", "product": page.pk, "rows": "prices"}))
    html = html_of(client, "/")
    assert "Our modules" in html and "€96.00" in html


def test_russian_address_of_a_page_that_is_not_translated_leads_to_the_other(client: Client, page: ProductPage) -> None:
    for path in ("/ru/", "/ru/products/", f"/ru{PATH}"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, path.removeprefix("/ru"))
    assert client.get("/ru/products/nothing/").status_code == 404


def test_a_scheduled_page_goes_live_by_itself(client: Client, page: ProductPage) -> None:
    show(page)
    page.refresh_from_db()
    page.lead = "From tomorrow on."
    page.go_live_at = clock.now() + timedelta(days=1)
    page.save_revision().publish()
    schedule.publish_due()
    assert "From tomorrow on." not in html_of(client)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        schedule.publish_due()
        assert "From tomorrow on." in html_of(client)


def test_pictures_are_cut_when_the_page_is_published_not_when_it_is_looked_at(
    client: Client, page: ProductPage, run_jobs: Callable[[], int]
) -> None:
    image = picture()
    page.image = image
    page.save()
    stored = {"image": image.pk, "decorative": True, "alt_text": ""}
    show(page, ("screenshots", {"heading": "", "items": [{"picture": stored, "caption": ""}]}))
    run_jobs()
    cuts = image.renditions.count()
    assert cuts >= 4
    html_of(client)
    html_of(client, "/products/")
    assert image.renditions.count() == cuts


def test_a_picture_that_is_no_picture_is_refused_at_the_field(marketer: Any) -> None:
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name, content in (("photo.png", b"not a picture"), ("drawing.svg", script), ("page.html", b"<p>")):
        form = {"title": "A", "file": SimpleUploadedFile(name, content), "collection": ""}
        answer = marketer.post(reverse("wagtailimages:add"), form)
        assert answer.status_code == 200
        assert answer.context["form"].errors["file"], name
    assert get_image_model().objects.count() == 0


def changelog(*releases: tuple[str, str]) -> tuple[str, Any]:
    items = [{"version": version, "released_on": day, "text": "<p>Faster.</p>"} for version, day in releases]
    return "changelog", {"heading": "", "items": items}


def test_newest_version_stands_by_the_title(client: Client, page: ProductPage) -> None:
    head = html_of(client).partition("</header>")[2].partition("buybox")[0]
    assert "Version" not in head
    with time_machine.travel("2026-11-01 12:00", tick=False):
        show(page, changelog(("4.1", "2026-08-17"), ("4.2", "2026-10-05"), ("5.0", "2027-01-01")))
        assert "Version 4.2, updated 5 October 2026" in html_of(client)
    with time_machine.travel("2027-01-02 12:00", tick=False):
        assert "Version 5.0, updated 1 January 2027" in html_of(client)


def test_page_with_a_changelog_is_previewed(page: ProductPage) -> None:
    show(page, changelog(("4.2", "2026-10-05")))
    page.refresh_from_db()
    assert b"Version 4.2" in page.make_preview_request().content


def test_market_listing_is_linked_in_the_buy_box(client: Client, shop: Any, page: ProductPage) -> None:
    assert "Bitrix24 Market</" not in html_of(client)
    shop.software.market_url = "https://www.bitrix24.com/apps/app/acme.telephony/"
    shop.software.save()
    box = html_of(client).partition('id="buy"')[2].partition("</section>")[0]
    assert f'href="{shop.software.market_url}"' in box
