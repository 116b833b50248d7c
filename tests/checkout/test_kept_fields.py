"""Nothing that a buyer typed is lost, and no way through the checkout ends without a word of what to do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order

from storefront.core import clock
from tests.checkout.building import PORTAL, TYPED, filled, make_voucher, order_by, put_in_cart, seal_on
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
HERE = {"Sec-Fetch-Site": "same-origin"}
SECRET = "k9x2secretw3bhook"


def typed(client: Client, shop: Any, **fields: Any) -> dict[str, Any]:
    """The form as the page on the screen holds it, its tick as a browser sends it."""
    html = client.get("/checkout/").content.decode()
    tick = {f"agreement-{shop.agreement.pk}": str(shop.agreement.versions.latest("number").pk)}
    return filled(shop, shown=seal_on(html)) | tick | fields


def kept(html: str, *, email: bool = True) -> bool:
    """Whether a checkout page holds all that was typed, the tick included."""
    words = [TYPED["name"], TYPED["company"], TYPED["phone"], PORTAL] + ([TYPED["email"]] if email else [])
    return all(f'value="{word}"' in html for word in words) and " checked" in html


def page(client: Client, path: str = "/checkout/") -> str:
    return client.get(path, follow=True).content.decode()


def strict() -> Client:
    """A browser whose forms need their token."""
    return Client(enforce_csrf_checks=True)


def token(client: Client) -> str:
    return client.cookies[settings.CSRF_COOKIE_NAME].value


def buy(client: Client, shop: Any) -> None:
    """Put something in the cart of a browser that needs tokens."""
    client.get("/basket/")
    client.post("/basket/add/", {"term": shop.term().pk, "quantity": 1, "csrfmiddlewaretoken": token(client)})


class TestKept:
    def test_as_it_is_typed(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        assert client.post("/checkout/draft/", typed(client, shop)).status_code == 204
        assert kept(page(client))

    @pytest.mark.parametrize(
        ("button", "leads_to"),
        [("cart", "/basket/"), ("login", "/account/login/?next=%2Fcheckout%2F"), ("ru", "/ru/checkout/")],
    )
    def test_by_every_button_that_leads_away(self, client: Client, shop: Any, button: str, leads_to: str) -> None:
        put_in_cart(client, shop.term())
        answer = client.post("/checkout/", typed(client, shop, go=button))
        assert answer["Location"] == leads_to
        assert Order.objects.count() == 0
        client.get("/basket/")
        assert kept(page(client))
        assert f'value="{TYPED["name"]}"' in page(client, "/ru/checkout/")

    def test_over_a_failed_post_and_a_reload(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/checkout/", typed(client, shop, phone="none"))
        assert f'value="{TYPED["name"]}"' in page(client)

    def test_over_the_log_in(self, client: Client, shop: Any, customer: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/checkout/", typed(client, shop, go="login"))
        client.post("/account/login/?next=/checkout/", {"login": customer.email, "password": PASSWORD})
        html = page(client)
        assert kept(html, email=False) and f'value="{customer.email}"' in html

    def test_a_tick_is_for_its_version(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/checkout/draft/", typed(client, shop))
        shop.agreement.body = "<p>Other words.</p>"
        shop.agreement.save_revision().publish()
        html = page(client)
        box = re.search(r'<input[^>]* name="agreement-[^>]*>', html)
        assert f'value="{TYPED["name"]}"' in html and box and " checked" not in box[0]

    def test_of_the_address_only_the_host(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/checkout/draft/", typed(client, shop, bitrix24_address=f"https://{PORTAL}/rest/1/{SECRET}/"))
        assert SECRET not in str(Session.objects.get().get_decoded())
        assert f'value="{PORTAL}"' in page(client)

    def test_nothing_without_a_cart(self, client: Client, shop: Any) -> None:
        assert client.post("/checkout/draft/", TYPED).status_code == 204
        assert Session.objects.count() == 0


class TestNoLonger:
    def test_than_seven_days(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/checkout/draft/", typed(client, shop))
        assert Session.objects.get().expire_date <= clock.now() + timedelta(days=7)
        with time_machine.travel(clock.now() + timedelta(days=6, hours=23), tick=False):
            assert kept(page(client))
        with time_machine.travel(clock.now() + timedelta(days=7, hours=1), tick=False):
            assert TYPED["name"] not in page(client)

    def test_than_the_order(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/checkout/draft/", typed(client, shop))
        order_by(client, shop)
        assert "draft" not in str(Session.objects.get().get_decoded())
        assert Session.objects.get().expire_date > clock.now() + timedelta(days=8), "a log-in of the usual length"

    def test_than_the_log_in(self, client: Client, shop: Any, customer: Any) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term())
        client.post("/checkout/draft/", typed(client, shop))
        client.post("/account/logout/")
        assert TYPED["name"] not in page(client)
        assert all(TYPED["name"] not in str(row.get_decoded()) for row in Session.objects.all())


class TestVoucher:
    def test_is_put_in_and_taken_out_on_the_checkout(self, client: Client, shop: Any) -> None:
        make_voucher()
        put_in_cart(client, shop.term())
        before = typed(client, shop)
        html = client.post("/checkout/", before | {"go": "voucher", "code": "spring"}, follow=True).content.decode()
        assert "Voucher SPRING is in your cart" in html and "Voucher used" in html and kept(html)
        html = client.post("/checkout/", before | {"go": "no-voucher"}, follow=True).content.decode()
        assert "Voucher used" not in html and kept(html)

    def test_unknown_one_is_told_beside_its_field(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        html = client.post("/checkout/", typed(client, shop, go="voucher", code="NONE")).content.decode()
        assert 'href="#id_code"' in html and "We do not know this voucher code" in html
        assert 'value="NONE"' in html and kept(html)

    def test_typed_and_not_put_in_is_not_forgotten_by_checkout(self, client: Client, shop: Any) -> None:
        make_voucher()
        put_in_cart(client, shop.term())
        html = client.post("/checkout/", typed(client, shop, code="SPRING"), follow=True).content.decode()
        assert Order.objects.count() == 0
        assert "Please look at the new total" in html and kept(html)


class TestSessionEnded:
    @pytest.fixture
    def ended(self, client: Client, shop: Any, customer: Any) -> dict[str, Any]:
        client.force_login(customer)
        put_in_cart(client, shop.term())
        form = typed(client, shop)
        Session.objects.all().delete()
        return form

    def test_form_is_kept_and_the_log_in_brings_all_back(
        self, client: Client, shop: Any, customer: Any, ended: dict[str, Any]
    ) -> None:
        answer = client.post("/checkout/", ended, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/account/login/?next=")
        assert "your cart and what you typed are kept" in answer.content.decode()
        address = answer.redirect_chain[-1][0]
        html = client.post(address, {"login": customer.email, "password": PASSWORD}, follow=True).content.decode()
        assert kept(html, email=False) and shop.software.product.title in html

    def test_reloading_says_so(self, client: Client, ended: dict[str, Any]) -> None:
        assert "your cart is kept in your account" in page(client)

    def test_the_cart_says_so_and_forgets_it_with_a_new_cart(
        self, client: Client, shop: Any, ended: dict[str, Any]
    ) -> None:
        for _ in range(2):
            assert "The cart of your account is kept" in page(client, "/basket/")
        put_in_cart(client, shop.term("pro", 1))
        client.post(f"/basket/lines/{Basket.objects.latest('pk').lines.get().pk}/", {"remove": "1"})
        assert "The cart of your account is kept" not in page(client, "/basket/")

    def test_logging_out_on_purpose_is_no_surprise(self, client: Client, shop: Any, customer: Any) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term())
        client.get("/basket/")
        client.post("/account/logout/")
        assert "cart_in_account" not in client.cookies or not client.cookies["cart_in_account"].value


class TestOtherWindow:
    def test_first_order_placed_there(self, shop: Any) -> None:
        """The order logs in, which gives the browser another token: this window's form has the old one."""
        client = strict()
        buy(client, shop)
        form = typed(client, shop) | {"csrfmiddlewaretoken": token(client)}
        client.post("/checkout/", form)
        answer = client.post("/checkout/", form, headers=HERE, follow=True)
        assert Order.objects.count() == 1
        assert f"Your cart became order {Order.objects.get().number} already" in answer.content.decode()
        assert "Pay your order" in answer.content.decode()

    def test_logged_in_there(self, shop: Any, customer: Any) -> None:
        client = strict()
        buy(client, shop)
        form = typed(client, shop) | {"csrfmiddlewaretoken": token(client)}
        client.get("/account/login/")
        client.post(
            "/account/login/",
            {"login": customer.email, "password": PASSWORD, "csrfmiddlewaretoken": token(client)},
        )
        html = client.post("/checkout/", form, headers=HERE, follow=True).content.decode()
        assert "out of date: you logged in" in html and kept(html, email=False)

    def test_emptied_there(self, client: Client, shop: Any) -> None:
        line = put_in_cart(client, shop.term())
        form = typed(client, shop)
        client.post(f"/basket/lines/{line.pk}/", {"remove": "1"})
        assert "emptied in another window" in client.post("/checkout/", form, follow=True).content.decode()

    def test_another_cart_is_shown_before_it_is_ordered(self, client: Client, shop: Any, customer: Any) -> None:
        put_in_cart(client, shop.term())
        form = typed(client, shop)
        other = Client()
        other.force_login(customer)
        put_in_cart(other, shop.term("pro", 1))
        client.cookies = other.cookies
        html = client.post("/checkout/", form).content.decode()
        assert "Your cart has changed because you logged in" in html and kept(html, email=False)
        assert Order.objects.count() == 0


class TestCookiesLost:
    def test_cart_and_fields_are_back(self, shop: Any) -> None:
        client = strict()
        buy(client, shop)
        form = typed(client, shop) | {"csrfmiddlewaretoken": token(client)}
        client.cookies.clear()
        html = client.post("/checkout/", form, headers=HERE, follow=True).content.decode()
        assert "Your cart and what you typed are back" in html and kept(html)
        form |= {"csrfmiddlewaretoken": token(client), "shown": seal_on(html)}
        assert client.post("/checkout/", form)["Location"].startswith("/pay/")

    def test_only_the_carts_cookie(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        form = typed(client, shop)
        del client.cookies[settings.OSCAR_BASKET_COOKIE_OPEN]
        assert kept(client.post("/checkout/", form, follow=True).content.decode())

    @pytest.mark.parametrize("path", ["/checkout/", "/basket/add/", "/basket/voucher/"])
    def test_never_kept_at_all(self, shop: Any, path: str) -> None:
        client = strict()
        buy(client, shop)
        form = typed(client, shop) | {"csrfmiddlewaretoken": token(client)}
        client.cookies.clear()
        address = client.post(path, form, headers=HERE)["Location"]
        while address:
            client.cookies.clear()
            answer = client.get(address)
            address = answer.headers.get("Location", "")
        assert "Your browser blocks this shop's cookies" in answer.content.decode()

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
    def test_what_another_site_sends_is_refused_and_not_kept(self, shop: Any, headers: dict[str, str]) -> None:
        client = strict()
        buy(client, shop)
        form = typed(client, shop)
        assert client.post("/checkout/", form, headers=headers).status_code == 403
        assert TYPED["name"] not in page(client)

    def test_paying(self, shop: Any) -> None:
        client = strict()
        buy(client, shop)
        form = typed(client, shop) | {"csrfmiddlewaretoken": token(client)}
        path = client.post("/checkout/", form)["Location"]
        html = client.post(path, {}, headers=HERE, follow=True).content.decode()
        assert "Nothing was sent" in html and "Pay order" in html

    def test_a_broken_seal_restores_nothing(self, shop: Any) -> None:
        client = strict()
        buy(client, shop)
        form = typed(client, shop, shown="forged")
        client.cookies.clear()
        html = client.post("/checkout/", form, headers=HERE, follow=True).content.decode()
        assert "emptied in another window" in html
