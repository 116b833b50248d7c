"""The cart as a visitor lives it: add, change, remove, come back, see what changed meanwhile."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oscar.apps.basket.models import Basket, Line
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.partner.strategy import Selector

from catalogue.plans.models import PlanPrice
from catalogue.plans.publishing import publish
from storefront.core import throttle
from tests.checkout.building import cart_lines, make_license, make_voucher, put_in_cart
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def body(client: Client) -> str:
    response = client.get("/basket/")
    assert response.status_code == 200
    return response.content.decode()


def reprice(shop: Any, code: str, monthly: str) -> None:
    shop.software.plans.filter(code=code).update(monthly_price=Decimal(monthly))
    publish(shop.software)


def test_line_shows_product_type_period_price_and_saving(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("pro", 12), 2)
    html = body(client)
    assert "Yeastar S-series module" in html
    assert "Professional, 12 months · €240.00 each" in html
    assert "€240.00 each" in html
    assert "€480.00" in html
    assert "<s>€600.00</s>" in html
    assert "You save €120.00" in html
    assert 'href="/checkout/"' in html and "Place an order" in html
    assert "one license for one Bitrix24" in html


def test_empty_cart_says_so(client: Client, shop: Any) -> None:
    assert "Your cart is empty" in body(client)
    assert Basket.objects.count() == 0


def test_same_term_twice_is_one_line(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    put_in_cart(client, shop.term(), 2)
    assert cart_lines() == [("standard", 12, 3)]


def test_quantity_period_and_type_can_be_changed(client: Client, shop: Any) -> None:
    line = put_in_cart(client, shop.term("standard", 12))
    client.post(f"/basket/lines/{line.pk}/", {"quantity": "4"})
    assert cart_lines() == [("standard", 12, 4)]
    client.post(f"/basket/lines/{line.pk}/", {"quantity": "4", "term": shop.term("pro", 3).pk})
    assert cart_lines() == [("pro", 3, 4)]
    assert "€285.00" in body(client)  # 4 x 71.25: the price follows the term


def test_switching_to_a_term_that_is_there_joins_the_lines(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("pro", 3), 2)
    line = put_in_cart(client, shop.term("standard", 12))
    client.post(f"/basket/lines/{line.pk}/", {"quantity": "1", "term": shop.term("pro", 3).pk})
    assert cart_lines() == [("pro", 3, 3)]


def test_line_can_be_removed_and_removing_twice_is_no_error(client: Client, shop: Any) -> None:
    line = put_in_cart(client, shop.term())
    for _ in range(2):
        assert client.post(f"/basket/lines/{line.pk}/", {"remove": "1"}).status_code == 302
    assert cart_lines() == []


def test_htmx_gets_the_body_only_and_a_plain_form_gets_the_page(client: Client, shop: Any) -> None:
    line = put_in_cart(client, shop.term())
    fragment = client.post(f"/basket/lines/{line.pk}/", {"quantity": "2"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    html = fragment.content.decode()
    assert "<html" not in html and 'id="cart"' in html and 'value="2"' in html
    plain = client.post(f"/basket/lines/{line.pk}/", {"quantity": "3"})
    assert plain.status_code == 302 and plain["Location"] == "/basket/"


@pytest.mark.parametrize("quantity", ["-1", "0", "1.5", "1e3", "99999999999999999999", "٣", "３", "1_0", "+1", "", "x"])
def test_bad_quantity_is_an_error_beside_the_field(client: Client, shop: Any, quantity: str) -> None:
    line = put_in_cart(client, shop.term())
    response = client.post(f"/basket/lines/{line.pk}/", {"quantity": quantity})
    assert response.status_code == 200
    assert "Enter a whole number from 1 to 999." in response.content.decode()
    assert cart_lines() == [("standard", 12, 1)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    quantity=st.text(max_size=20) | st.integers().map(str) | st.floats().map(str),
    term=st.text(max_size=20) | st.integers().map(str),
)
def test_no_input_breaks_the_cart(client: Client, shop: Any, quantity: str, term: str) -> None:
    """Whatever is sent as quantity and term: an answer below 500, and 1 to 999 pieces of what is sold in the cart."""
    line = put_in_cart(client, shop.term())
    answers = [
        client.post("/basket/add/", {"term": term, "quantity": quantity}),
        client.post(f"/basket/lines/{line.pk}/", {"quantity": quantity, "term": term}),
        client.post("/basket/voucher/", {"code": quantity}),
    ]
    throttle.reset()
    assert all(answer.status_code < 500 for answer in answers)
    assert all(1 <= held[2] <= 999 for held in cart_lines())
    Line.objects.all().delete()


@pytest.mark.parametrize("path", ["/basket/lines/99999999999999999999999/", "/basket/lines/123456789/"])
def test_line_that_is_not_there_is_no_error_page(client: Client, shop: Any, path: str) -> None:
    put_in_cart(client, shop.term())
    assert client.post(path, {"quantity": "1"}).status_code in (302, 404)


def test_cart_holds_999_pieces_at_most(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term(), 999)
    client.post("/basket/add/", {"term": shop.term().pk, "quantity": "1"})
    assert "at most" in body(client)
    assert cart_lines() == [("standard", 12, 999)]


def test_term_of_another_product_cannot_be_switched_to(client: Client, shop: Any) -> None:
    from tests.factories import make_software

    other = PlanPrice.objects.filter(plan__software=make_software("other", "Other")).first()
    line = put_in_cart(client, shop.term())
    response = client.post(f"/basket/lines/{line.pk}/", {"quantity": "1", "term": other.pk})
    assert "Choose one of the periods offered." in response.content.decode()
    assert cart_lines() == [("standard", 12, 1)]


def test_withdrawn_term_cannot_be_added(client: Client, shop: Any) -> None:
    term = shop.term()
    shop.software.plans.filter(code="standard").update(is_active=False)
    publish(shop.software)
    put = client.post("/basket/add/", {"term": term.pk, "quantity": "1"}, follow=True)
    assert "no longer sold" in put.content.decode()
    assert cart_lines() == []


def test_withdrawn_line_is_shown_and_must_be_removed_before_ordering(client: Client, shop: Any) -> None:
    line = put_in_cart(client, shop.term("standard", 12))
    put_in_cart(client, shop.term("pro", 1))
    shop.software.plans.filter(code="standard").update(is_active=False)
    publish(shop.software)
    html = body(client)
    assert "no longer available" in html
    assert 'href="/checkout/"' not in html
    assert '<dd class="total">€25.00</dd>' in html  # only what can be bought counts
    assert client.get("/checkout/")["Location"] == "/basket/"
    client.post(f"/basket/lines/{line.pk}/", {"remove": "1"})
    assert client.get("/checkout/").status_code == 200


def test_offers_do_not_count_a_withdrawn_line(client: Client, shop: Any) -> None:
    everything = Range.objects.create(name="Everything", includes_all_products=True)
    ConditionalOffer.objects.create(
        name="Two for less",
        condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=2),
        benefit=Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=50),
    )
    put_in_cart(client, shop.term("standard", 12))
    put_in_cart(client, shop.term("pro", 12))
    assert "Two for less" in body(client)
    shop.software.plans.filter(code="standard").update(is_active=False)
    publish(shop.software)
    html = body(client)
    assert "Two for less" not in html and '<dd class="total">€240.00</dd>' in html


def test_line_that_oscar_wrote_takes_the_pieces(client: Client, shop: Any) -> None:
    """Lines that an earlier release left have the references of Oscar's own ``add_product``."""
    basket = put_in_cart(client, shop.term("pro", 3)).basket
    basket.lines.all().delete()
    basket.strategy = Selector().strategy()
    basket.add_product(shop.term("pro", 3).product, quantity=2)
    put_in_cart(client, shop.term("pro", 3))
    assert cart_lines() == [("pro", 3, 3)]


def test_changed_price_is_named_once_with_old_and_new(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("standard", 1))
    assert "has changed" not in body(client)
    reprice(shop, "standard", "12.00")
    html = body(client)
    assert "has changed from €10.00 to €12.00" in html
    assert '<dd class="total">€12.00</dd>' in html
    assert "has changed" not in body(client)


def test_head_request_does_not_acknowledge_a_price(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("standard", 1))
    reprice(shop, "standard", "12.00")
    client.head("/basket/")
    assert "has changed from €10.00 to €12.00" in body(client)


def test_cookie_lasts_60_days_and_brings_the_cart_back(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    cookie = client.cookies["oscar_open_basket"]
    assert cookie["max-age"] == 60 * 24 * 3600
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    later = Client()
    later.cookies["oscar_open_basket"] = cookie.value
    assert "€96.00 each" in later.get("/basket/").content.decode()


def test_nobody_sees_or_changes_anothers_cart(client: Client, shop: Any) -> None:
    line = put_in_cart(client, shop.term())
    stranger = Client()
    put_in_cart(stranger, shop.term("pro", 1))
    stranger.post(f"/basket/lines/{line.pk}/", {"remove": "1"})
    answer = stranger.post(f"/basket/lines/{line.pk}/", {"quantity": "9"}, follow=True)
    assert "no longer in your cart" in answer.content.decode()
    assert "€96.00 each" not in stranger.get("/basket/").content.decode()
    line.refresh_from_db()
    assert line.quantity == 1


def test_forged_cart_cookie_opens_nothing(client: Client, shop: Any) -> None:
    line = put_in_cart(client, shop.term())
    stranger = Client()
    stranger.cookies["oscar_open_basket"] = f"{line.basket_id}:forged"
    assert "Your cart is empty" in stranger.get("/basket/").content.decode()


def test_log_in_merges_with_the_larger_quantity(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    put_in_cart(client, shop.term("standard", 12), 3)
    visitor = Client()
    put_in_cart(visitor, shop.term("standard", 12), 2)
    put_in_cart(visitor, shop.term("pro", 1), 1)
    visitor.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    html = visitor.get("/basket/").content.decode()
    assert "from your last visit" in html
    assert sorted(cart_lines(Basket.open.get(owner=customer))) == [("pro", 1, 1), ("standard", 12, 3)]


def test_visitors_cart_becomes_the_customers(client: Client, shop: Any, customer: Any) -> None:
    put_in_cart(client, shop.term())
    client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    assert "€96.00 each" in body(client)
    assert Basket.open.get().owner == customer


def test_log_out_leaves_plain_lines_to_the_visitor_and_extensions_to_the_account(
    client: Client, shop: Any, customer: Any
) -> None:
    from storefront.licensing.links import extend_path

    client.force_login(customer)
    put_in_cart(client, shop.term("pro", 1), 2)
    client.post(extend_path(make_license(customer, shop.term("standard", 12))), {"go": "cart"})
    assert len(cart_lines()) == 2
    client.post("/account/logout/")
    html = body(client)
    assert "€25.00 each" in html and "Extends" not in html
    client.post("/account/login/", {"login": customer.email, "password": PASSWORD})
    assert sorted(cart_lines()) == [("pro", 1, 2), ("standard", 12, 1)]


def test_only_post_changes_the_cart(client: Client, shop: Any) -> None:
    line = put_in_cart(client, shop.term())
    for path in ("/basket/add/", f"/basket/lines/{line.pk}/", "/basket/voucher/"):
        assert client.get(path).status_code == 405


def test_forms_need_the_csrf_token(shop: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/basket/add/", {"term": shop.term().pk, "quantity": "1"}).status_code == 403


class TestVoucher:
    def test_takes_its_share_off_and_can_be_removed(self, client: Client, shop: Any) -> None:
        make_voucher("SPRING", percent="10")
        put_in_cart(client, shop.term("standard", 12))
        client.post("/basket/voucher/", {"code": " spring "})
        html = body(client)
        assert "Voucher SPRING is in your cart" in html
        assert "-€9.60" in html and '<dd class="total">€86.40</dd>' in html
        client.post("/basket/voucher/", {"remove": "1"})
        assert '<dd class="total">€96.00</dd>' in body(client)

    def test_unknown_code_is_an_error_beside_the_field(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        html = client.post("/basket/voucher/", {"code": "<b>NOPE</b>"}).content.decode()
        assert "We do not know this voucher code" in html
        assert "<b>NOPE" not in html

    def test_expired_and_future_codes_say_which(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        voucher = make_voucher()
        voucher.end_datetime = voucher.start_datetime
        voucher.save()
        assert "expired on" in client.post("/basket/voucher/", {"code": "SPRING"}).content.decode()

    @pytest.mark.parametrize("typed", ["SPR\u200bING-10", "ｓｐｒｉｎｇ－１０", "„Spring‐10“", "spring -10"])
    def test_code_is_read_however_it_was_copied(self, client: Client, shop: Any, typed: str) -> None:
        put_in_cart(client, shop.term())
        make_voucher("SPRING-10", percent="10")
        client.post("/basket/voucher/", {"code": typed})
        assert "SPRING-10" in body(client)

    def test_code_that_staff_pasted_can_be_used(self, client: Client, shop: Any) -> None:
        put_in_cart(client, shop.term())
        assert make_voucher("spring\u2060–10", percent="10").code == "SPRING-10"

    def test_second_voucher_is_refused(self, client: Client, shop: Any) -> None:
        make_voucher("ONE")
        make_voucher("TWO")
        put_in_cart(client, shop.term())
        client.post("/basket/voucher/", {"code": "ONE"})
        html = client.post("/basket/voucher/", {"code": "TWO"}).content.decode()
        assert "Only one voucher" in html

    def test_guessing_codes_is_throttled(self, client: Client, shop: Any, settings: Any) -> None:
        settings.THROTTLES = {**settings.THROTTLES, "cart-voucher": "3/hour"}
        put_in_cart(client, shop.term())
        answers = [client.post("/basket/voucher/", {"code": f"X{n}"}).status_code for n in range(5)]
        assert answers == [200, 200, 200, 429, 429]
