"""Public pages are rendered once for everybody: nothing of one visitor reaches another, and every change is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale, Page, PageViewRestriction

from catalogue.plans import schedule
from catalogue.plans.models import Discount, Period, SoftwareProduct
from cms.articles.models import ContactPage, HelpPage, NewsPage
from cms.models import HomePage, ProductIndexPage, ProductPage, TextPage
from cms.navigation.models import Footer, Menu, Notice
from storefront.billing.models import Seller
from storefront.core import clock, content_version
from tests.checkout.test_cart import put_in_cart
from tests.cms.things import PUBLIC_PATHS, make_public_pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_kept")]
PRODUCT = "/products/yeastar-s-module/"


@pytest.fixture
def site(shop: Any) -> Any:
    """A page of every kind that is kept."""
    make_public_pages()
    return shop


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Callable[[Callable[[], Any]], None]:
    """Make a change and do what follows its commit."""

    def change(call: Callable[[], Any]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            call()

    return change


def html_of(client: Client, path: str = PRODUCT) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        html_of(client, path)
    return len(captured)


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_a_stranger_costs_the_version_and_gets_no_cookie(site: Any, path: str) -> None:
    first = Client().get(path)
    assert not first.cookies and "Cookie" not in first.headers.get("Vary", "")
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=60, stale-while-revalidate=30"
    assert queries_of(Client(), path) == 0
    again = Client().get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and not again.content and again.headers["ETag"] == first.headers["ETag"]
    assert {name: value for name, value in Client().get(path).items() if name != "Content-Length"} == {
        name: value for name, value in first.items() if name != "Content-Length"
    }


@pytest.mark.parametrize("path", PUBLIC_PATHS)
def test_what_is_one_visitors_is_no_others(site: Any, customer: Any, path: str) -> None:
    shopper, member, stranger = Client(), Client(), Client()
    put_in_cart(shopper, site.term(), quantity=7)
    member.force_login(customer)
    for _round in range(2):  # whoever comes first has it rendered, the next get it as it was kept
        full, named, plain = (html_of(client, path) for client in (shopper, member, stranger))
        assert '<span class="cart-count">7' in full and customer.email not in full
        assert customer.email in named and "cart-count" not in named
        assert customer.email not in plain and "cart-count" not in plain and "csrfmiddlewaretoken" not in plain
        assert 'class="login"' in plain and 'class="login"' not in named
    assert member.get(path).headers["Cache-Control"] == "private, no-cache"


def test_a_message_is_read_once_by_whom_it_is_for(site: Any) -> None:
    text, visitor = "You have been logged out.", Client()
    html_of(visitor, "/")
    visitor.cookies["cart_in_account"] = "1"
    assert visitor.get("/checkout/").status_code == 302
    assert text not in html_of(Client(), "/") and text in html_of(visitor, "/")
    assert text not in html_of(visitor, "/") + html_of(Client(), "/")


def test_a_closed_notice_stays_closed_for_that_visitor_alone(site: Any) -> None:
    notice = Notice.objects.create(locale=Locale.objects.get(language_code="en"), text="Closed on Monday")
    visitor = Client()
    key = html_of(visitor).split('data-close-notice="')[1].split('"')[0]
    visitor.cookies["closed-notices"] = key
    assert notice.text not in html_of(visitor) and notice.text in html_of(Client())


def published(page: Page, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()


def rename_seller() -> None:
    seller = Seller.objects.get()
    seller.name = "Southbridge Ltd"
    seller.save()


def change_price() -> None:
    plan = SoftwareProduct.objects.get().plans.get(code="standard")
    plan.monthly_price = Decimal("77.00")
    plan.save()


def hide_product() -> None:
    product = SoftwareProduct.objects.get().product
    product.is_public = False
    product.save()


def new_version_of_agreement() -> None:
    agreement = SoftwareProduct.objects.get().agreement
    agreement.body = "<p>Quite another text.</p>"
    agreement.save()


def write_menu() -> None:
    entry = {"page": None, "address": "/account/", "label": "Your things", "below": []}
    Menu.objects.create(
        locale=Locale.objects.get(language_code="en"), items=[{"type": "item", "value": entry, "id": "1"}]
    )


def begin_discount() -> None:
    Discount.objects.create(name="Now", period_months=[1], percent=Decimal(50))


def discount_period() -> None:
    period = Period.objects.get(months=1)
    period.discount_percent = Decimal(30)
    period.save()


def write_footer() -> None:
    Footer.objects.create(locale=Locale.objects.get(language_code="en"), text="<p>Made with care</p>")


def write_notice() -> None:
    Notice.objects.create(locale=Locale.objects.get(language_code="en"), text="Back soon")


#: What is changed: where it is looked at, how, and what is read there afterwards.
CHANGES: dict[str, tuple[str, Callable[[], Any], str]] = {
    "page": ("/about/", lambda: published(TextPage.objects.get(), intro="Since 1999"), "Since 1999"),
    "front page": ("/", lambda: published(HomePage.objects.get(), headline="Better calls"), "Better calls"),
    "card on the front page": ("/", lambda: published(ProductPage.objects.get(), title="PBX link"), "PBX link"),
    "list": ("/products/", lambda: published(ProductIndexPage.objects.get(), intro="All of it"), "All of it"),
    "product": (PRODUCT, lambda: published(ProductPage.objects.get(), lead="Rings at once"), "Rings at once"),
    "price": (PRODUCT, change_price, "€77.00"),
    "price in a list": ("/products/", begin_discount, "€5.00"),
    "discount": (PRODUCT, begin_discount, "−50%"),
    "discount of a period": (PRODUCT, discount_period, "−30%"),
    "off sale": (PRODUCT, hide_product, "not on sale at the moment"),
    "seller": ("/about/", rename_seller, "Southbridge Ltd"),
    "agreement": ("/agreements/license-agreement/", new_version_of_agreement, "Quite another text."),
    "menu": ("/help/begin/", write_menu, "Your things"),
    "footer": ("/news/", write_footer, "Made with care"),
    "notice": ("/news/today/", write_notice, "Back soon"),
    "news": ("/news/", lambda: published(NewsPage.objects.get(), title="Tomorrow"), "Tomorrow"),
    "help in its list": ("/help/", lambda: published(HelpPage.objects.get(), title="Go on"), "Go on"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_change_is_seen_once_it_is_committed(site: Any, customer: Any, commit: Any, what: str) -> None:
    path, change, text = CHANGES[what]
    member = Client()
    member.force_login(customer)
    for client in (Client(), member):
        assert text not in html_of(client, path)
    commit(change)
    for client in (Client(), member):
        assert text in html_of(client, path)


def test_a_page_that_is_gone_is_gone(site: Any, commit: Any) -> None:
    assert Client().get("/about/").status_code == 200
    commit(TextPage.objects.get().unpublish)
    assert Client().get("/about/").status_code == 404


def test_control_without_the_version_the_old_page_stays(site: Any) -> None:
    html_of(Client(), "/about/")
    published(TextPage.objects.get(), intro="Since 1999")  # its commit is told to nobody
    assert "Since 1999" not in html_of(Client(), "/about/")


def test_a_page_is_not_kept_past_the_moment_at_which_it_changes_by_itself(site: Any) -> None:
    start = clock.now().replace(microsecond=0) + timedelta(seconds=40)
    Notice.objects.create(locale=Locale.objects.get(language_code="en"), text="It begins", starts_at=start)
    with time_machine.travel(start - timedelta(seconds=20), tick=False):
        assert Client().get("/").headers["Cache-Control"] == "public, max-age=0, s-maxage=20"
    with time_machine.travel(start - timedelta(seconds=1), tick=False):
        assert "It begins" not in html_of(Client(), "/")
    with time_machine.travel(start, tick=False):
        assert "It begins" in html_of(Client(), "/")


def test_discounts_count_as_moments(site: Any, commit: Any) -> None:
    start = clock.now() + timedelta(minutes=3)
    commit(lambda: Discount.objects.create(name="Soon", period_months=[1], percent=Decimal(50), starts_at=start))
    assert schedule.next_moment(clock.now()) == start
    assert "−50%" not in html_of(Client())
    with time_machine.travel(start + timedelta(seconds=5), tick=False):
        commit(schedule.publish_due)
        assert "−50%" in html_of(Client())


def test_a_page_that_only_some_may_read_is_never_kept(site: Any, customer: Any, commit: Any) -> None:
    page, group = TextPage.objects.get(), Group.objects.create(name="Partners")
    published(page, intro="Only for partners")
    customer.groups.add(group)
    member, stranger = Client(), Client()
    member.force_login(customer)

    def restrict() -> None:
        made = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
        made.groups.add(group)

    assert "Only for partners" in html_of(stranger, "/about/")
    commit(restrict)
    for _round in range(2):
        assert "Only for partners" in html_of(member, "/about/")
        assert stranger.get("/about/").status_code == 302


def test_a_page_with_a_personal_form_is_never_kept(site: Any, customer: Any) -> None:
    HomePage.objects.get().add_child(instance=ContactPage(title="Contact", slug="contact"))
    member = Client()
    member.force_login(customer)
    assert customer.email in html_of(member, "/contact/")
    assert customer.email not in html_of(Client(), "/contact/")


@pytest.mark.parametrize("query", ["utm_source=mail", "page=junk", "page=02", "page=51", "page=2&x=1", "months=12"])
def test_addresses_without_end_are_not_kept(site: Any, query: str) -> None:
    assert queries_of(Client(), f"{PRODUCT}?{query}") > 0
    assert queries_of(Client(), f"{PRODUCT}?{query}") > 0
    response = Client().get(f"{PRODUCT}?{query}")
    assert "Cache-Control" not in response.headers


def test_a_choice_in_the_address_is_shown_and_not_kept(site: Any) -> None:
    chosen = html_of(Client(), f"{PRODUCT}?plan=pro&months=1")
    assert chosen != html_of(Client())
    assert html_of(Client()) == html_of(Client())


def test_preview_is_neither_kept_nor_taken_from_what_is_kept(site: Any, marketer: Client) -> None:
    html_of(marketer, "/about/")
    page = TextPage.objects.get()
    page.intro = "Not published yet"
    page.save_revision()
    draft = marketer.get(reverse("wagtailadmin_pages:view_draft", args=[page.pk]))
    assert "Not published yet" in draft.content.decode()
    assert "Not published yet" not in html_of(marketer, "/about/") + html_of(Client(), "/about/")


def test_the_version_survives_a_cache_that_forgets(site: Any, commit: Any) -> None:
    from django.core.cache import cache

    commit(rename_seller)
    version = content_version.current()
    cache.clear()
    assert content_version.current() == version > 0
