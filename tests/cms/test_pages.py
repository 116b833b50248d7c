"""Home, list, product page: what they show, and what they cost."""

from __future__ import annotations

import re
from base64 import b64decode
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.images import ImageFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.models import Page

from catalogue.models import Product
from catalogue.plans.models import Period, SoftwareProduct
from catalogue.plans.products import product_class
from cms.models import HomePage, ProductIndexPage, ProductPage
from storefront.billing.models import Seller

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def text_of(response: Any) -> str:
    """The page's words, single-spaced."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def checked(response: Any, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"[^>]* checked', response.content.decode())


def test_product_page_shows_every_type_and_period_with_its_price(client: Client, shop: Any) -> None:
    text = text_of(client.get("/products/yeastar-s-module/"))
    for words in ("Standard", "Professional", "1 month", "12 months", "€10.00", "€96.00", "€25.00", "€240.00", "−20%"):
        assert words in text


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("portal", "How the license reaches your Bitrix24 Tell us your Bitrix24 address", "Choose and pay"),
        ("none", "How it works Choose and pay", "Linked to your Bitrix24 by itself once paid"),
    ],
)
def test_page_says_how_a_license_of_its_kind_comes_to_work(
    client: Client, shop: Any, kind: str, said: str, unsaid: str
) -> None:
    SoftwareProduct.objects.update(binding_kind=kind)
    text = text_of(client.get("/products/yeastar-s-module/"))
    assert said in text and unsaid not in text
    assert ("Linked to your Bitrix24 by itself once paid" in text) == (kind == "portal")


def test_buy_box_starts_with_the_first_type_and_the_longest_period(client: Client, shop: Any) -> None:
    response = client.get("/products/yeastar-s-module/")
    assert checked(response, "plan") == ["standard"]
    assert checked(response, "term") == [str(shop.term("standard", 12).pk)]
    assert "€96.00 instead of €120.00 You save €24.00 €8.00 a month" in text_of(response)
    assert "You save €24.00" in text_of(response)


def test_address_of_the_page_chooses_type_and_period(client: Client, shop: Any) -> None:
    response = client.get("/products/yeastar-s-module/?plan=pro&months=3")
    assert checked(response, "plan") == ["pro"]
    assert checked(response, "term") == [str(shop.term("pro", 3).pk)]
    assert "€71.25 instead of €75.00 You save €3.75 €23.75 a month" in text_of(response)


@pytest.mark.parametrize(
    "query", ["plan=none&months=12", "plan=standard&months=7", "months=1e9", "months=²", "plan=%00", "months=-1"]
)
def test_unknown_choice_is_ignored(client: Client, shop: Any, query: str) -> None:
    response = client.get(f"/products/yeastar-s-module/?{query}")
    assert response.status_code == 200
    assert checked(response, "term") == [str(shop.term("standard", 12).pk)]


def test_withdrawn_type_is_not_offered(client: Client, shop: Any) -> None:
    plan = shop.plans[1]
    plan.is_active = False
    plan.save()
    assert "Professional" not in text_of(client.get("/products/yeastar-s-module/?plan=pro"))


def test_product_without_anything_on_sale_says_so(client: Client, shop: Any) -> None:
    for period in Period.objects.all():
        period.delete()
    response = client.get("/products/yeastar-s-module/")
    assert response.status_code == 200
    assert "not on sale at the moment" in text_of(response)
    assert "Yeastar" not in text_of(client.get("/products/"))


def test_unpublished_page_is_not_found_and_not_listed(client: Client, shop: Any) -> None:
    page = ProductPage.objects.get()
    page.unpublish()
    assert client.get("/products/yeastar-s-module/").status_code == 404
    assert "Yeastar" not in text_of(client.get("/products/"))


def test_product_taken_off_the_shop_is_not_sold_and_not_listed(client: Client, shop: Any) -> None:
    product = shop.software.product
    product.is_public = False
    product.save()
    assert "not on sale at the moment" in text_of(client.get("/products/yeastar-s-module/"))
    assert not client.get("/products/yeastar-s-module/").context["box"].plans
    assert "Yeastar" not in text_of(client.get("/"))


def test_list_and_home_show_the_lowest_price_per_month(client: Client, shop: Any) -> None:
    for path in ("/", "/products/"):
        assert "from €8.00 a month" in text_of(client.get(path))


def test_page_may_not_be_changed_by_post(client: Client, shop: Any) -> None:
    assert client.post("/products/yeastar-s-module/").status_code == 405


def test_pages_keep_the_strict_policy_and_no_inline_code(client: Client, shop: Any) -> None:
    for path in ("/", "/products/", "/products/yeastar-s-module/", "/agreements/license-agreement/"):
        response = client.get(path)
        html = response.content.decode()
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! type=.application/ld\+json.|[^>]*src=)", html), path


def test_what_an_editor_writes_is_not_code(client: Client, shop: Any) -> None:
    page = ProductPage.objects.get()
    page.title = page.lead = "<script>alert(1)</script>"
    page.save_revision().publish()
    html = client.get("/products/yeastar-s-module/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


# --- What they cost -----------------------------------------------------------------------------------------------


def fill_catalogue(count: int) -> None:
    """``count`` more products with pages, written in bulk. Their prices are those of lists; they have no plans."""
    start = Product.objects.count() + 1
    slugs = [f"extra-{n}" for n in range(start, start + count)]
    kind = product_class()
    Product.objects.bulk_create(
        Product(structure="parent", title=slug, slug=slug, product_class=kind, is_public=True) for slug in slugs
    )
    parents = Product.objects.filter(slug__in=slugs)
    SoftwareProduct.objects.bulk_create(
        SoftwareProduct(product=p, lowest_monthly_amount=Decimal("5.00"), currency="EUR") for p in parents
    )
    index = ProductIndexPage.objects.get()
    pages = [
        ProductPage(
            title=software.product.title,
            slug=software.product.slug,
            software=software,
            path=ProductPage._get_path(index.path, index.depth + 1, n),
            depth=index.depth + 1,
            url_path=f"{index.url_path}{software.product.slug}/",
            locale=index.locale,
            draft_title=software.product.title,
        )
        for n, software in enumerate(
            SoftwareProduct.objects.filter(product__in=parents).select_related("product"), start + 10
        )
    ]
    insert_pages(pages)
    ProductIndexPage.objects.update(numchild=len(pages) + 1)


def insert_pages(pages: list[ProductPage]) -> None:
    """bulk_create cannot write a table that inherits from another: write the two of them one after the other."""
    bases = Page.objects.bulk_create(
        Page(
            **{
                field.attname: getattr(page, field.attname)
                for field in Page._meta.concrete_fields
                if field.attname != "id"
            }
        )
        for page in pages
    )
    keys = dict(Page.objects.filter(path__in=[b.path for b in bases]).values_list("path", "pk"))
    local = [f for f in ProductPage._meta.local_concrete_fields]
    names = ", ".join(f'"{f.column}"' for f in local)
    marks = ", ".join(["%s"] * len(local))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{ProductPage._meta.db_table}" ({names}) VALUES ({marks})',
            [
                [
                    keys[page.path] if f.primary_key else f.get_db_prep_save(getattr(page, f.attname), connection)
                    for f in local
                ]
                for page in pages
            ],
        )


PATHS = ("/", "/products/", "/products/yeastar-s-module/")


def give_pictures() -> None:
    file = ImageFile(BytesIO(b64decode(PIXEL)), name="pixel.png")
    image = get_image_model().objects.create(title="A picture", file=file)
    HomePage.objects.update(image=image)
    ProductPage.objects.update(image=image)


def queries_of(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def test_queries_per_page_do_not_grow_with_the_catalogue(client: Client, shop: Any) -> None:
    """Rendered anew; once it is kept a page asks for nothing (test_page_cache)."""
    known: dict[str, int] = {}
    for size in (9, 990):
        fill_catalogue(size)
        give_pictures()
        for path in PATHS:
            client.get(path)  # pictures are cut to size now
            found = queries_of(client, path)
            assert len(found) == known.setdefault(path, len(found)) <= 48, (size, path, found)


def test_all_products_are_reached_through_the_list(client: Client, shop: Any) -> None:
    fill_catalogue(60)
    titles = set()
    for number in (1, 2, 3):
        titles |= set(
            re.findall(r'href="(/products/[\w-]+/)"', client.get(f"/products/?page={number}").content.decode())
        )
    assert len(titles) == 61
    assert client.get("/products/?page=junk").status_code == 200
    assert client.get("/products/?page=99999").status_code == 200


@pytest.mark.usefixtures("pages_kept")
def test_what_is_on_every_page_costs_nothing_once_known(client: Client, shop: Any) -> None:
    client.get("/basket/")  # menu, agreements, seller and notices are in the cache now
    assert len(queries_of(client, "/basket/")) == 0


def test_what_stands_below_buy_is_the_editors_if_they_say_something(client: Client, shop: Any) -> None:
    path = "/products/yeastar-s-module/"
    own = text_of(client.get(path))
    assert "No VAT is charged" in own and f"Sold by {Seller.objects.get().name}" in own
    index = ProductIndexPage.objects.get()
    index.assurances = "Cards and wallets\n\nMoney back within 14 days\n"
    index.save_revision().publish()
    edited = text_of(client.get(path))
    assert "Cards and wallets Money back within 14 days Sold by" in edited and "No VAT is charged" not in edited


def test_the_license_type_that_is_recommended_is_marked(client: Client, shop: Any) -> None:
    path = "/products/yeastar-s-module/"
    assert "Recommended" not in text_of(client.get(path))
    plan = shop.software.plans.get(code="pro")
    plan.is_recommended = True
    plan.save()
    text = text_of(client.get(path))
    assert text.count("Professional Recommended") == 2, "in the buy box and in the comparison"
