"""From cart to order: everything is written or nothing, once."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from catalogue.plans.publishing import publish
from checkout.models import Consent, PurchaseDetails
from checkout.orders import create as service
from storefront.billing.links import pay_path
from storefront.billing.models import Invoice
from storefront.billing.services import invoices
from storefront.core.license_terms import LicenseTerms
from storefront.licensing.links import extend_path
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests.checkout.building import (
    PORTAL,
    cart_lines,
    filled,
    make_license,
    make_voucher,
    order_by,
    put_in_cart,
    seal_on,
)

pytestmark = pytest.mark.django_db


def test_new_buyer_gets_account_order_invoice_consent_and_mails_and_is_signed_in(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("pro", 12), 2)
    response = order_by(client, shop, email="Grace@Example.COM")
    user, order, invoice = User.objects.get(), Order.objects.get(), Invoice.objects.get()
    assert response["Location"] == pay_path(invoice)
    assert (user.email, user.name, user.has_usable_password()) == ("grace@example.com", "Grace New", False)
    assert client.session["_auth_user_id"] == str(user.pk)
    assert order.user == user and order.status == "New" and order.number.startswith("SO-")
    assert order.total_incl_tax == invoice.amount == Decimal("480.00")
    assert (invoice.customer, invoice.order, invoice.status) == (user, order, "open")
    details = PurchaseDetails.objects.get()
    assert (details.portal_address, details.portal_kind, details.phone) == (PORTAL, "cloud", "+49 30 1234567")
    assert sorted(OutboxMessage.objects.values_list("kind", flat=True)) == ["mail", "mail.access"]


def test_order_mail_carries_the_absolute_pay_link(client: Client, shop: Any, settings: Any) -> None:
    put_in_cart(client, shop.term())
    order_by(client, shop)
    mail = OutboxMessage.objects.get(kind="mail")
    assert settings.SITE_URL + pay_path(Invoice.objects.get()) in str(mail.payload)
    assert PORTAL in str(mail.payload)


def test_line_freezes_what_the_buyer_agreed_to(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("pro", 12), 2)
    order_by(client, shop)
    shop.software.plans.update(monthly_price=Decimal("99.00"), name="Renamed")
    publish(shop.software)
    line = Invoice.objects.get().lines.get()
    assert line.description == "Yeastar S-series module – Professional, 12 months"
    assert (line.quantity, line.list_amount, line.amount) == (2, Decimal("600.00"), Decimal("480.00"))
    plan = shop.term("pro", 12).plan
    terms = line.license_terms
    assert terms.prices[12] == Decimal("240.00")
    assert terms.effect.startswith("2 new licenses. Its time begins when the app is opened")
    assert (terms.change, terms.starts_at_payment) == ("", False)
    assert terms == LicenseTerms(
        software_id=shop.software.pk,
        product_title="Yeastar S-series module",
        plan_id=plan.pk,
        plan_code="pro",
        plan_name="Professional",
        months=12,
        binding_kind="portal",
        bitrix24_app_code="yeastar-s",
        portal_address=PORTAL,
        extends_license="",
        prices=terms.prices,
        effect=terms.effect,
    )
    assert (line.software_id, line.plan_id, line.extends_license) == (shop.software.pk, plan.pk, "")
    assert line.order_line.line_price_incl_tax == Decimal("480.00")


def test_consent_keeps_exact_text_hash_version_time_address_and_language(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    put_in_cart(client, shop.term("pro", 1))
    order_by(client, shop)
    consent = Consent.objects.get()  # one per agreement, not per line
    text = "<h2>1. Subject</h2><p>The license.</p>"
    assert consent.text == text and consent.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert (consent.number, consent.ip_address, consent.language) == (1, "127.0.0.1", "en")
    assert consent.customer == User.objects.get() and consent.accepted_at is not None


def test_cart_is_empty_after_the_order_and_its_cookie_gone(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    response = order_by(client, shop)
    assert response.cookies["oscar_open_basket"]["max-age"] == 0
    assert Basket.objects.get().status == Basket.SUBMITTED
    assert "Your cart is empty" in client.get("/basket/").content.decode()


def test_same_form_sent_again_leads_to_the_same_order(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    old_cookies = client.cookies["oscar_open_basket"].value
    sealed = seal_on(client.get("/checkout/").content.decode())
    first = client.post("/checkout/", filled(shop, shown=sealed))
    again = client.post("/checkout/", filled(shop, shown=sealed))  # back button, signed in by now
    second_click = Client()  # sent before the first answer came: the cookie of the cart, no session
    second_click.cookies["oscar_open_basket"] = old_cookies
    late = second_click.post("/checkout/", filled(shop, shown=sealed))
    assert first["Location"] == again["Location"] == late["Location"]
    assert Order.objects.count() == 1


def test_stranger_with_a_copied_form_learns_nothing(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    sealed = seal_on(client.get("/checkout/").content.decode())
    client.post("/checkout/", filled(shop, shown=sealed))
    assert Client().post("/checkout/", filled(shop, shown=sealed))["Location"] == "/basket/"


def test_failure_at_the_last_step_leaves_nothing_behind(
    client: Client, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_cart(client, shop.term())
    page = client.get("/checkout/").content.decode()

    def fail(**kwargs: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(service.mails, "enqueue", fail)
    broken = Client(raise_request_exception=False)
    broken.cookies = client.cookies
    assert broken.post("/checkout/", filled(shop, shown=seal_on(page))).status_code == 500
    for model in (User, Order, Invoice, Consent, PurchaseDetails, OutboxMessage):
        assert model.objects.count() == 0
    assert cart_lines() == [("standard", 12, 1)]


def test_lock_held_too_long_is_answered_503_with_everything_kept(
    client: Client, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_cart(client, shop.term())
    page = client.get("/checkout/").content.decode()

    def fail(**kwargs: object) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(service.invoices, "issue", fail)
    answer = client.post("/checkout/", filled(shop, shown=seal_on(page)))
    assert answer.status_code == 503
    assert "Nothing was ordered" in answer.content.decode() and "Grace New" in answer.content.decode()
    assert Order.objects.count() == 0 and User.objects.count() == 0 and cart_lines() == [("standard", 12, 1)]


def test_order_numbers_are_random(client: Client, shop: Any, customer: Any) -> None:
    client.force_login(customer)
    for code in ("standard", "pro"):
        put_in_cart(client, shop.term(code, 1))
        order_by(client, shop)
    numbers = list(Order.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 2 and all(len(number) == len("SO-XXXX-XXXX") for number in numbers)


class TestSameThingAgain:
    @pytest.fixture
    def ordered(self, client: Client, shop: Any, customer: Any) -> Order:
        client.force_login(customer)
        put_in_cart(client, shop.term())
        order_by(client, shop)
        return Order.objects.get()

    def test_open_order_is_offered_instead(self, client: Client, shop: Any, ordered: Order) -> None:
        put_in_cart(client, shop.term())
        html = order_by(client, shop).content.decode()
        assert f"Pay order {ordered.number}" in html and pay_path(Invoice.objects.get()) in html
        assert "Place a separate order" in html
        assert Order.objects.count() == 1 and cart_lines() == [("standard", 12, 1)]

    def test_separate_order_can_be_placed_from_there(self, client: Client, shop: Any, ordered: Order) -> None:
        put_in_cart(client, shop.term())
        html = order_by(client, shop).content.decode()
        form = html[html.index('action="/checkout/"') :]
        hidden = {
            part.split('"')[0]: part.split('value="')[1].split('"')[0]
            for part in form.split('<input type="hidden" name="')[1:]
        }
        assert hidden["separate"] == "1"
        assert client.post("/checkout/", hidden)["Location"].startswith("/pay/")
        assert Order.objects.count() == 2

    def test_other_portal_other_thing_or_other_customer_is_a_new_order(
        self, client: Client, shop: Any, ordered: Order, make_customer: Any
    ) -> None:
        put_in_cart(client, shop.term())
        assert order_by(client, shop, bitrix24_address="b.bitrix24.com").status_code == 302
        put_in_cart(client, shop.term("pro", 12))
        assert order_by(client, shop).status_code == 302
        other = Client()
        other.force_login(make_customer("other@example.com"))
        put_in_cart(other, shop.term())
        assert order_by(other, shop).status_code == 302

    def test_order_that_was_cancelled_is_not_offered(self, client: Client, shop: Any, ordered: Order) -> None:
        invoices.void(invoice=Invoice.objects.get(), reason="test")
        put_in_cart(client, shop.term())
        assert order_by(client, shop).status_code == 302
        assert Order.objects.count() == 2


class TestVouchers:
    def test_discount_is_in_order_and_invoice_and_counted_once(self, client: Client, shop: Any) -> None:
        make_voucher(percent="33")
        put_in_cart(client, shop.term("standard", 1), 3)
        put_in_cart(client, shop.term("pro", 3))
        client.post("/basket/voucher/", {"code": "SPRING"})
        assert order_by(client, shop).status_code == 302
        order, invoice, voucher = Order.objects.get(), Invoice.objects.get(), Voucher.objects.get()
        assert order.total_incl_tax == invoice.amount == sum(line.amount for line in invoice.lines.all())
        assert invoice.amount < Decimal("101.25")
        assert voucher.num_orders == 1 and voucher.applications.get().order == order
        assert voucher.total_discount == Decimal("101.25") - invoice.amount

    def test_voucher_used_up_meanwhile_is_told_and_taken_out(self, client: Client, shop: Any, customer: Any) -> None:
        voucher = make_voucher(usage=Voucher.SINGLE_USE)
        put_in_cart(client, shop.term())
        client.post("/basket/voucher/", {"code": "SPRING"})
        page = client.get("/checkout/").content.decode()
        rival = Client()
        rival.force_login(customer)
        put_in_cart(rival, shop.term("pro", 1))
        rival.post("/basket/voucher/", {"code": "SPRING"})
        order_by(rival, shop)
        html = client.post("/checkout/", filled(shop, shown=seal_on(page))).content.decode()
        assert "already been used" in html and "€96.00" in html
        assert voucher.applications.count() == 1 and Order.objects.count() == 1
        assert client.post("/checkout/", filled(shop, shown=seal_on(html)))["Location"].startswith("/pay/")


class TestExtension:
    def test_order_names_the_license_and_its_own_portal(self, client: Client, shop: Any, customer: Any) -> None:
        license = make_license(customer, shop.term("pro", 6), portal="old.bitrix24.fr")
        client.force_login(customer)
        client.post(extend_path(license), {"go": "cart"})
        assert order_by(client, shop).status_code == 302
        terms = Invoice.objects.get().lines.get().license_terms
        assert (terms.extends_license, terms.portal_address) == (license.public_id, "old.bitrix24.fr")
        attribute = Order.objects.get().lines.get().attributes.get()
        assert (attribute.type, attribute.value) == ("extends-license", license.public_id)

    def test_new_account_cannot_extend_a_license_it_does_not_hold(
        self, client: Client, shop: Any, customer: Any
    ) -> None:
        client.post(extend_path(make_license(customer, shop.term())), {"go": "cart"})
        html = order_by(client, shop, email="thief@example.com").content.decode()
        assert "Log in with the account that holds the license" in html
        assert Order.objects.count() == 0 and User.objects.count() == 1
