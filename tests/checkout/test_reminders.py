"""A link to the unfinished cart: one mail, only to who asked for it, and never after the order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from oscar.apps.basket.models import Basket, Line
from oscar.apps.order.models import Order

from checkout.models import CheckoutReminder
from checkout.reminders import sending
from checkout.reminders import services as reminders
from checkout.reminders.services import KEPT_FOR
from storefront.core import clock
from storefront.notifications import outbox
from tests.checkout.building import PORTAL, TYPED, filled, order_by, put_in_cart, seal_on

pytestmark = pytest.mark.django_db
DRAFT = "/checkout/draft/"


@pytest.fixture(autouse=True)
def at() -> Iterator[Any]:
    with time_machine.travel(clock.now(), tick=False) as now:
        yield now


def typed(client: Client, shop: Any, **fields: Any) -> dict[str, Any]:
    """The form as it is on the screen, the box ticked."""
    shown = seal_on(client.get("/checkout/").content.decode())
    tick = {f"agreement-{shop.agreement.pk}": str(shop.agreement.versions.latest("number").pk)}
    return filled(shop, shown=shown, remind="on") | tick | fields


def without_box(form: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in form.items() if name != "remind"}


def asked(client: Client, shop: Any, **fields: Any) -> dict[str, Any]:
    """Something in the cart, the form typed and left."""
    put_in_cart(client, shop.term())
    form = typed(client, shop, **fields)
    assert client.post(DRAFT, form).status_code == 204
    return form


def later(at: Any, **time: float) -> list[Any]:
    """The mails about carts that have come when that time has passed."""
    at.shift(timedelta(**time))
    sending.send_due()
    outbox.deliver_due()
    return [letter for letter in mail.outbox if "still there" in letter.subject or "ждёт" in letter.subject]


def path_in(letter: Any, *, ending: str = "/") -> str:
    """The path of the link that leads back (or, with another ending, of that one)."""
    found = re.search(rf"https?://\S+/checkout/resume/[^/\s]+{ending}(?=\s|$)", letter.body)
    assert found, letter.body
    return urlsplit(found[0]).path


def has_all(html: str) -> bool:
    words = [TYPED["name"], TYPED["company"], TYPED["phone"], PORTAL, TYPED["email"]]
    return all(f'value="{word}"' in html for word in words)


def test_what_no_database_can_store_is_left_out(client: Client, shop: Any) -> None:
    asked(client, shop, name="Grace\0 New")
    assert CheckoutReminder.objects.get().draft["fields"]["name"] == "Grace New"


class TestMailed:
    def test_once_four_hours_after_the_last_change(self, client: Client, shop: Any, at: Any) -> None:
        form = asked(client, shop)
        assert later(at, hours=3) == []
        client.post(DRAFT, form | {"company": "Acme AG"})
        assert later(at, hours=3) == []
        (letter,) = later(at, hours=1)
        assert letter.to == [TYPED["email"]]
        assert shop.software.product.title in letter.body and "12 months" in letter.body
        assert f"Hello {TYPED['name']}," in letter.body
        client.post(DRAFT, form | {"company": "Acme SE"})
        assert later(at, days=1) == [letter]

    def test_counts_changes_of_the_cart_too(self, client: Client, shop: Any, at: Any) -> None:
        asked(client, shop)
        at.shift(timedelta(hours=3))
        put_in_cart(client, shop.term("pro", 1))
        assert later(at, hours=2) == []
        assert len(later(at, hours=2)) == 1

    @pytest.mark.parametrize("change", [{"quantity": "2"}, {"quantity": "1", "term": "other"}, {"add": "1"}])
    def test_counts_changes_of_a_line_too(self, client: Client, shop: Any, at: Any, change: dict[str, str]) -> None:
        asked(client, shop)
        at.shift(timedelta(hours=3))
        if "add" in change:
            put_in_cart(client, shop.term())
        else:
            other = {"term": str(shop.term("pro", 1).pk)} if "term" in change else {}
            client.post(f"/basket/lines/{Line.objects.get().pk}/", change | other)
        assert later(at, hours=2) == []
        assert len(later(at, hours=2)) == 1

    def test_after_other_hours(self, client: Client, shop: Any, at: Any, settings: Any) -> None:
        settings.CHECKOUT_REMINDER_HOURS = 24
        asked(client, shop)
        assert later(at, hours=23) == [] and len(later(at, hours=1)) == 1

    def test_in_the_language_of_the_checkout(self, client: Client, shop: Any, at: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/ru/checkout/draft/", typed(client, shop))
        (letter,) = later(at, hours=4)
        assert "Вы просили прислать ссылку" in letter.body and path_in(letter).startswith("/ru/")

    def test_by_a_form_without_script(self, client: Client, shop: Any, at: Any) -> None:
        put_in_cart(client, shop.term())
        client.post("/checkout/", typed(client, shop, phone="none"))
        assert len(later(at, hours=4)) == 1

    def test_to_a_customers_own_address(self, client: Client, shop: Any, customer: Any, at: Any) -> None:
        client.force_login(customer)
        put_in_cart(client, shop.term())
        form = typed(client, shop)
        client.post(DRAFT, form | {"email": "another@example.com"})
        assert [letter.to for letter in later(at, hours=4)] == [[customer.email]]

    def test_with_a_button_of_the_mail_program(self, client: Client, shop: Any, at: Any) -> None:
        asked(client, shop)
        (letter,) = later(at, hours=4)
        assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert urlsplit(letter.extra_headers["List-Unsubscribe"].strip("<>")).path == path_in(letter, ending="/stop/")


class TestNotMailed:
    def test_without_the_box(self, client: Client, shop: Any, at: Any) -> None:
        put_in_cart(client, shop.term())
        html = client.get("/checkout/").content.decode()
        assert 'name="remind"' in html and not re.search(r'name="remind"[^>]*checked', html)
        client.post(DRAFT, without_box(typed(client, shop)))
        assert later(at, days=1) == [] and not CheckoutReminder.objects.exists()

    def test_once_it_is_unticked(self, client: Client, shop: Any, at: Any) -> None:
        form = asked(client, shop)
        client.post(DRAFT, without_box(form))
        assert not CheckoutReminder.objects.exists(), "nothing that was typed is kept for it"
        assert later(at, days=1) == []

    @pytest.mark.parametrize("email", ["", "grace@", "grace"])
    def test_without_an_address(self, client: Client, shop: Any, at: Any, email: str) -> None:
        form = asked(client, shop)
        client.post(DRAFT, form | {"email": email})
        assert later(at, days=1) == [] and not CheckoutReminder.objects.exists()

    def test_with_an_emptied_cart(self, client: Client, shop: Any, at: Any) -> None:
        asked(client, shop)
        client.post(f"/basket/lines/{Basket.objects.get().lines.get().pk}/", {"remove": "1"})
        assert later(at, days=1) == []

    def test_after_the_order(self, client: Client, shop: Any, at: Any) -> None:
        form = asked(client, shop)
        client.post("/checkout/", form)
        assert Order.objects.count() == 1 and not CheckoutReminder.objects.exists()
        assert later(at, days=1) == []

    def test_after_an_order_by_that_address_from_another_cart(self, client: Client, shop: Any, at: Any) -> None:
        asked(client, shop)
        other = Client()
        put_in_cart(other, shop.term("pro", 1))
        order_by(other, shop, email="Grace@Example.com ")
        assert Order.objects.count() == 1
        assert later(at, days=1) == []

    def test_when_the_order_comes_before_the_mail_company_is_back(self, client: Client, shop: Any, at: Any) -> None:
        form = asked(client, shop)
        at.shift(timedelta(hours=4))
        assert sending.send_due() == 1
        client.post("/checkout/", form)
        assert later(at, minutes=1) == []

    def test_twice_to_one_address_in_a_day(self, client: Client, shop: Any, at: Any) -> None:
        """Whoever types somebody else's address into many carts."""
        for _ in range(3):
            asked(Client(), shop)
        assert len(later(at, hours=4)) == 1
        assert len(later(at, hours=19)) == 1
        assert len(later(at, hours=6)) == 2

    def test_again_by_unticking_and_ticking(self, client: Client, shop: Any, at: Any) -> None:
        form = asked(client, shop)
        (letter,) = later(at, hours=4)
        client.post(DRAFT, without_box(form))
        client.post(DRAFT, form)
        assert later(at, days=2) == [letter]


class TestLink:
    @pytest.fixture
    def letter(self, client: Client, shop: Any, at: Any) -> Any:
        asked(client, shop)
        (letter,) = later(at, hours=4)
        return letter

    def test_brings_cart_and_fields_into_another_browser(self, letter: Any, shop: Any) -> None:
        other, path = Client(), path_in(letter)
        html = other.get(path).content.decode()
        assert shop.software.product.title in html
        html = other.post(path, follow=True).content.decode()
        assert has_all(html) and " checked" in html and shop.software.product.title in html
        assert re.search(r'name="remind"[^>]*checked', html)
        assert other.post("/checkout/", filled(shop, shown=seal_on(html)))["Location"].startswith("/pay/")

    def test_shows_the_cart_and_nothing_of_the_person(self, letter: Any) -> None:
        html = Client().get(path_in(letter)).content.decode()
        assert not any(word in html for word in (*TYPED.values(), PORTAL))
        assert not any(word in letter.body for word in (TYPED["phone"], TYPED["company"], PORTAL))

    def test_is_not_used_up_by_scanners_and_second_presses(self, letter: Any) -> None:
        paths = [path_in(letter), path_in(letter, ending="/stop/")]
        for path in paths * 3:
            scanner = Client()
            assert scanner.get(path).status_code == 200
            assert scanner.head(path).status_code == 200
            assert not scanner.cookies.keys() - {"csrftoken"}
        for browser in (first := Client(), first, Client()):
            assert has_all(browser.post(paths[0], follow=True).content.decode())

    def test_leaves_what_is_in_the_other_browsers_cart(self, letter: Any, shop: Any) -> None:
        other = Client()
        put_in_cart(other, shop.term("pro", 1))
        html = other.post(path_in(letter), follow=True).content.decode()
        assert "Professional" in html and "Standard" in html
        assert Basket.open.count() == 1

    def test_joins_the_cart_of_who_is_logged_in(self, letter: Any, shop: Any, customer: Any) -> None:
        other = Client()
        other.force_login(customer)
        html = other.post(path_in(letter), follow=True).content.decode()
        assert shop.software.product.title in html and f'value="{TYPED["name"]}"' in html
        assert CheckoutReminder.objects.get().email == customer.email

    def test_to_an_accounts_cart_asks_for_the_log_in(
        self, shop: Any, at: Any, customer: Any, make_customer: Any
    ) -> None:
        owner, stranger, other = Client(), Client(), Client()
        owner.force_login(customer)
        asked(owner, shop)
        (letter,) = later(at, hours=4)
        path = path_in(letter)
        for answer in (stranger.get(path), stranger.post(path)):
            assert answer["Location"].startswith("/account/login/?next=%2Fcheckout%2Fresume%2F")
        other.force_login(make_customer("other@example.com"))
        for answer in (other.get(path), other.post(path)):
            assert answer.status_code == 403 and shop.software.product.title not in answer.content.decode()
        stranger.force_login(customer)
        assert f'value="{TYPED["name"]}"' in stranger.post(path, follow=True).content.decode()

    def test_ends_with_the_kept_fields(self, letter: Any, at: Any) -> None:
        path, browser = path_in(letter), Client()
        at.shift(KEPT_FOR - timedelta(hours=4, minutes=1))
        assert has_all(browser.post(path, follow=True).content.decode())
        at.shift(timedelta(minutes=2))
        assert Client().get(path).status_code == Client().post(path).status_code == 410
        assert TYPED["name"] not in browser.get("/checkout/").content.decode(), "no longer by being brought elsewhere"
        assert reminders.clear_old() == 1 and not CheckoutReminder.objects.exists()

    def test_ends_with_the_order(self, letter: Any, shop: Any) -> None:
        other = Client()
        html = other.post(path_in(letter), follow=True).content.decode()
        other.post("/checkout/", filled(shop, shown=seal_on(html)))
        assert Client().get(path_in(letter)).status_code == 410

    def test_is_not_woken_by_a_form_sent_after_the_order(self, client: Client, shop: Any, at: Any) -> None:
        form = asked(client, shop)
        client.post("/checkout/", form)
        reminders.request_reminder(
            basket=Order.objects.get().basket, email=TYPED["email"], draft={"fields": TYPED}, language="en"
        )
        assert reminders.find(CheckoutReminder.objects.get().public_id) is None
        assert later(at, hours=4) == []

    def test_that_is_forged_is_unknown(self, letter: Any) -> None:
        for path in (path_in(letter), path_in(letter, ending="/stop/")):
            assert Client().get(path.replace("resume/", "resume/x")).status_code == 404
            assert Client().post(path.replace("resume/", "resume/x")).status_code == 404

    def test_is_cleared_no_sooner(self, letter: Any) -> None:
        assert reminders.clear_old() == 0


class TestNoMore:
    def test_one_press_forgets_every_wish_of_the_address(self, client: Client, shop: Any, at: Any) -> None:
        for _ in range(2):
            asked(Client(), shop)
        asked(Client(), shop, email="other@example.com")
        letter = next(letter for letter in later(at, hours=4) if letter.to == [TYPED["email"]])
        path = path_in(letter, ending="/stop/")
        browser = Client(enforce_csrf_checks=True)
        for _ in range(2):
            answer = browser.post(path, {"List-Unsubscribe": "One-Click"})
            assert answer.status_code == 200 and "Your request and what you typed" in answer.content.decode()
        assert CheckoutReminder.objects.get().email == "other@example.com"
        assert len(later(at, days=2)) == 2
        assert Client().get(path_in(letter)).status_code == 410


class TestLogIn:
    def test_takes_the_wish_along_to_the_accounts_address(
        self, client: Client, shop: Any, customer: Any, at: Any
    ) -> None:
        put_in_cart(elsewhere := Client(), shop.term("pro", 1))
        elsewhere.force_login(customer)
        elsewhere.get("/basket/")
        asked(client, shop)
        client.force_login(customer)
        client.get("/basket/")
        assert [letter.to for letter in later(at, hours=4)] == [[customer.email]]

    def test_in_another_browser_shows_the_box_ticked(self, client: Client, shop: Any, customer: Any) -> None:
        client.force_login(customer)
        asked(client, shop)
        other = Client()
        other.force_login(customer)
        assert re.search(r'name="remind"[^>]*checked', other.get("/checkout/").content.decode())
