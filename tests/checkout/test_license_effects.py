"""What an order does to licenses is said, and asked where there is a choice, before it is placed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.test.signals import template_rendered

from storefront.billing.models import Invoice, InvoiceLine
from storefront.core import clock
from storefront.licensing.models import Activation, Installation, License
from storefront.notifications.models import OutboxMessage
from tests.checkout.building import (
    PORTAL,
    charge_vat,
    filled,
    make_license,
    make_voucher,
    order_by,
    put_in_cart,
    seal_on,
)


@pytest.fixture
def buyer(client: Client, customer: Any) -> Client:
    client.force_login(customer)
    return client


@pytest.fixture
def still_clock() -> Iterator[None]:
    """Sentences name the minute in which a period ends."""
    with time_machine.travel(clock.now(), tick=False):
        yield


def link(license: License) -> None:
    """Tie it to its portal, as the portal's first visit does."""
    portal = Installation.objects.create(
        client_id="app", app_code="yeastar-s", member_id="a" * 32, host=PORTAL, is_installed=True, is_host_proven=True
    )
    Activation.objects.create(license=license, installation=portal)
    License.objects.filter(pk=license.pk).update(status="active", member_id="a" * 32, linked_at=clock.now())


def effect() -> str:
    return InvoiceLine.objects.get().license_terms.effect


def test_new_license_says_when_its_time_begins(buyer: Client, shop: Any) -> None:
    put_in_cart(buyer, shop.term())
    order_by(buyer, shop)
    assert effect() == (
        "New license. Its time begins when the app is opened in your Bitrix24, at the latest 30 days after payment."
    )
    mail = OutboxMessage.objects.get(payload__template="order_placed")
    assert effect() in str(mail.payload)


def test_same_type_extends_by_number_and_dates(buyer: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term())
    put_in_cart(buyer, shop.term())
    assert f"Extends {license.number} from" in buyer.post("/checkout/portal/", {"bitrix24_address": PORTAL}).text
    order_by(buyer, shop)
    assert effect().startswith(f"Extends {license.number} from")


def test_other_type_has_to_be_chosen(buyer: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term())
    put_in_cart(buyer, shop.term("pro", 12))
    answer = order_by(buyer, shop)
    assert answer.status_code == 200
    assert not Invoice.objects.exists()
    assert f"Changes {license.number} to Professional at once" in answer.text
    assert f"Goes on with {license.number} as Professional from" in answer.text
    assert 'value="now"' in answer.text
    assert 'value="later"' in answer.text


@pytest.mark.parametrize(("choice", "words"), [("now", "Changes"), ("later", "Goes on with")])
def test_choice_is_frozen_with_the_order(buyer: Client, shop: Any, customer: Any, choice: str, words: str) -> None:
    make_license(customer, shop.term())
    put_in_cart(buyer, shop.term("pro", 12))
    answer = order_by(buyer, shop, **{"license-change": choice})
    assert answer.status_code == 302
    assert InvoiceLine.objects.get().license_terms.change == choice
    assert effect().startswith(words)
    assert effect().split(":")[0] in buyer.get(answer.url).text.replace("&#x27;", "'")


def test_portal_of_somebody_else_is_told_once_without_naming_anything(
    buyer: Client, shop: Any, make_customer: Any
) -> None:
    other = make_license(make_customer("other@example.com"), shop.term("pro", 12))
    link(other)
    put_in_cart(buyer, shop.term())
    answer = order_by(buyer, shop)
    assert not Invoice.objects.exists()
    assert f"{PORTAL} is licensed already" in answer.text
    for private in (other.number, "other@example.com", "Professional", f"{other.valid_until:%Y}-"):
        assert private not in answer.text.split("portal-note")[1].split("</section>")[0]
    assert order_by(buyer, shop, **{"license-waits": PORTAL}).status_code == 302
    assert "this one begins when that license ends" in effect()


def test_acknowledgement_for_one_portal_is_none_for_another(buyer: Client, shop: Any, make_customer: Any) -> None:
    link(make_license(make_customer("other@example.com"), shop.term()))
    put_in_cart(buyer, shop.term())
    order_by(buyer, shop, **{"license-waits": "globex.bitrix24.com"})
    assert not Invoice.objects.exists()


def test_how_many_portals_a_visitor_may_ask_about_is_limited(
    buyer: Client, shop: Any, make_customer: Any, settings: Any
) -> None:
    settings.THROTTLES = settings.THROTTLES | {"checkout-portal": "2/hour"}
    link(make_license(make_customer("other@example.com"), shop.term()))
    put_in_cart(buyer, shop.term())
    for host in ("one.bitrix24.com", "two.bitrix24.com"):
        buyer.post("/checkout/portal/", {"bitrix24_address": host})
    assert "licensed already" not in buyer.post("/checkout/portal/", {"bitrix24_address": PORTAL}).text


def test_a_session_that_ends_meanwhile_fails_no_background_request(buyer: Client, shop: Any) -> None:
    """The order logs its buyer in, with a new session, while the note for their portal is still being written."""
    put_in_cart(buyer, shop.term())
    ended = []

    def end_session(**kwargs: Any) -> None:
        ended.append(Session.objects.all().delete()[0])

    template_rendered.connect(end_session)
    try:
        answer = buyer.post("/checkout/portal/", {"bitrix24_address": PORTAL})
    finally:
        template_rendered.disconnect(end_session)
    assert answer.status_code == 200 and PORTAL in answer.text
    assert sum(ended) and "sessionid" not in answer.cookies and not Session.objects.exists()


@pytest.mark.usefixtures("still_clock")
def test_one_question_is_asked_for_all_lines_that_the_answer_changes(buyer: Client, shop: Any, customer: Any) -> None:
    license = make_license(customer, shop.term())
    link(license)
    put_in_cart(buyer, shop.term("pro", 12))
    put_in_cart(buyer, shop.term("pro", 1))
    html = order_by(buyer, shop).text
    assert not Invoice.objects.exists()
    assert html.count('value="now"') == 1 and html.count('value="later"') == 1
    at_once = html.partition('value="now"')[2].partition("</label>")[0]
    assert (
        f"Changes {license.number} to Professional at once" in at_once and f"Extends {license.number} from" in at_once
    )
    afterwards = html.partition('value="later"')[2].partition("</label>")[0]
    assert afterwards.count(f"Goes on with {license.number} as Professional from") == 2
    assert order_by(buyer, shop, **{"license-change": "now"}).status_code == 302
    frozen = [line.license_terms.effect for line in InvoiceLine.objects.order_by("position")]
    assert [text in at_once.replace("&#x27;", "'") for text in frozen] == [True, True]


@pytest.mark.parametrize("includes", [True, False])
@pytest.mark.usefixtures("still_clock")
def test_unused_time_is_worth_what_the_order_will_say(buyer: Client, shop: Any, customer: Any, includes: bool) -> None:
    """Without tax, after the voucher, as this buyer is charged: on the page, while they type, and in the order."""
    charge_vat(prices_include_tax=includes)
    make_license(customer, shop.term())
    put_in_cart(buyer, shop.term("pro", 12))
    make_voucher(percent="30")
    buyer.post("/basket/voucher/", {"code": "SPRING"})
    payer = {"kind": "person", "country": "CH", "company": "", "address": "", "city": ""}
    typed = buyer.post("/checkout/portal/", {"bitrix24_address": PORTAL, "license-change": "now", **payer}).text
    page = order_by(buyer, shop, **payer).text
    answer = order_by(buyer, shop, **payer, **{"license-change": "now"})
    if answer.status_code == 200:  # the page was for another country: shown anew first
        seal = seal_on(answer.text)
        answer = buyer.post("/checkout/", filled(shop, shown=seal, **payer, **{"license-change": "now"}))
    assert answer.status_code == 302
    assert "becomes" in effect() and "€" in effect()
    for html in (typed, page):
        assert effect() in html.replace("&#x27;", "'")


def test_line_that_extends_nothing_says_in_the_cart_what_the_checkout_decides(buyer: Client, shop: Any) -> None:
    put_in_cart(buyer, shop.term())
    assert "more time for the one your Bitrix24 already has" in buyer.get("/basket/").text
    shop.software.binding_kind = "none"
    shop.software.save()
    html = buyer.get("/basket/").text
    assert "A new license. Its time begins with the payment." in html and "more time" not in html
