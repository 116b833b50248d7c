"""An order that is not paid is offered wherever its buyer lands, and says what became of the last attempt."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from storefront.billing import links
from storefront.billing.models import Invoice, PaymentAttempt, ReviewItem
from storefront.billing.services import invoices, settlement, starting
from storefront.billing.services.polling import poll_open_attempts
from tests import purchases
from tests.checkout.building import order_by, put_in_cart
from tests.factories import make_software

pytestmark = pytest.mark.django_db

FUNDS = "4000000000009995"


@pytest.fixture(autouse=True)
def calm(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


@pytest.fixture
def buyer(client: Client, shop: Any) -> Client:
    """A browser that has just placed a first order."""
    put_in_cart(client, shop.term())
    assert order_by(client, shop).status_code == 302
    return client


def body(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def decline(stripe: Any, invoice: Invoice) -> PaymentAttempt:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    assert stripe.pay(payment.provider_reference, card=FUNDS) == "declined"
    return settlement.settle(attempt_id=payment.pk)


@pytest.mark.parametrize("path", ["/basket/", "/checkout/", "/account/", "/products/yeastar-s/"])
def test_the_order_is_offered_where_its_buyer_lands(buyer: Client, shop: Any, path: str) -> None:
    path = path.replace("yeastar-s", shop.software.product.slug)
    invoice = Invoice.objects.get()
    html = body(buyer.get(path, follow=True))
    assert links.pay_path(invoice) in html
    assert links.pay_path(invoice) not in body(Client().get(path, follow=True))


def test_back_to_the_checkout_leads_to_the_order_and_not_to_an_empty_cart_alone(buyer: Client) -> None:
    response = buyer.get("/checkout/", follow=True)
    assert "waits for your payment" in body(response)


def test_beside_a_new_cart_the_old_order_is_offered_too(buyer: Client, shop: Any) -> None:
    put_in_cart(buyer, shop.term())
    for path in ("/basket/", "/checkout/"):
        assert "waits for your payment" in body(buyer.get(path))


def test_another_product_says_nothing_of_it(buyer: Client) -> None:
    other = make_software("other", "Another product")
    assert "You have ordered this" not in body(buyer.get(f"/products/{other.product.slug}/"))


def test_what_is_paid_void_or_cancelled_is_offered_no_more(buyer: Client, stripe: Any) -> None:
    invoice = Invoice.objects.get()
    purchases.pay(invoice, stripe)
    assert "waits for your payment" not in body(buyer.get("/basket/"))


def test_a_void_order_is_offered_no_more(buyer: Client) -> None:
    invoices.void(invoice=Invoice.objects.get(), reason="test")
    assert "waits for your payment" not in body(buyer.get("/basket/"))


def test_money_under_way_is_told_without_a_button(buyer: Client, stripe: Any) -> None:
    invoice = Invoice.objects.get()
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay_later(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    for path in ("/basket/", "/account/", reverse("account-invoice", args=[invoice.number])):
        html = body(buyer.get(path))
        assert links.pay_path(invoice) not in html
        assert "not confirmed the payment yet" in html or path == "/account/"


def test_declined_card_has_one_reason_on_every_page(
    buyer: Client, stripe: Any, admin_client: Client, shop: Any
) -> None:
    invoice = Invoice.objects.get()
    payment = decline(stripe, invoice)
    item = ReviewItem.objects.create(key="k", kind="difference", attempt=payment, invoice=invoice, detail="x")
    order = invoice.order
    assert order is not None
    buyers = [
        "/basket/", "/account/", reverse("account-invoices"), reverse("account-invoice", args=[invoice.number]),
        reverse("account-order", args=[order.number]), links.pay_path(invoice),
    ]  # fmt: skip
    staffs = [
        reverse("backoffice-orders"), reverse("backoffice-order", args=[order.number]),
        reverse("backoffice-review-item", args=[item.pk]),
    ]  # fmt: skip
    for who, paths in ((buyer, buyers), (admin_client, staffs)):
        for path in paths:
            html = body(who.get(path))
            assert "There is not enough money on the card" in html, path
            assert "Pending" not in html or who is admin_client, path  # staff see mails that are to be sent
            # A document may be being made; no payment is in progress.
            assert "badge-progress" not in html.replace('badge-progress">Being made', ""), path


def test_who_pays_with_another_card_after_a_declined_one_is_not_told_of_the_old_one(buyer: Client, stripe: Any) -> None:
    payment = decline(stripe, Invoice.objects.get())
    stripe.pay(payment.provider_reference)
    landed = links.return_url(payment).removeprefix("http://testserver")
    assert "Waiting for the confirmation" in body(buyer.get(landed))
    settlement.settle(attempt_id=payment.pk)
    assert "Paid." in body(buyer.get(landed))


def test_an_attempt_that_is_over_says_why_on_the_page_after_it_too(buyer: Client, stripe: Any) -> None:
    payment = decline(stripe, Invoice.objects.get())
    stripe.expire(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    landed = body(buyer.get(links.return_url(payment).removeprefix("http://testserver")))
    assert "There is not enough money on the card" in landed


def test_staff_who_filter_by_status_find_a_declined_order_among_the_new(
    admin_client: Client, buyer: Client, stripe: Any
) -> None:
    invoice = Invoice.objects.get()
    decline(stripe, invoice)
    assert invoice.order is not None
    for status, is_there in (("New", True), ("Payment in progress", False)):
        html = body(admin_client.get(reverse("backoffice-orders"), {"status": status}))
        assert (reverse("backoffice-order", args=[invoice.order.number]) in html) is is_there, status


def test_list_and_page_of_staff_show_the_same_state(admin_client: Client, buyer: Client, stripe: Any) -> None:
    invoice = Invoice.objects.get()
    starting.start(invoice=invoice, gateway_name="stripe")
    order = invoice.order
    assert order is not None and order.user is not None
    for path in (
        reverse("backoffice-orders"),
        reverse("backoffice-order", args=[order.number]),
        reverse("backoffice-customer", args=[order.user.pk]),
    ):
        assert "Payment in progress" in body(admin_client.get(path)), path


def test_who_cancels_at_the_provider_reads_what_happened(client: Client, buyer: Client, stripe: Any) -> None:
    invoice = Invoice.objects.get()
    starting.start(invoice=invoice, gateway_name="stripe")
    (session,) = stripe.sessions()
    html = body(client.get(session["cancel_url"].removeprefix("http://testserver")))
    assert "You came back without paying" in html
    assert "Pay order" in html


def test_back_after_a_declined_card_the_page_learns_the_reason_by_itself(buyer: Client, stripe: Any) -> None:
    invoice = Invoice.objects.get()
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference, card=FUNDS)
    calls = len(stripe.requests())
    path = links.pay_path(invoice)
    assert f'hx-get="{path}?look=1&amp;seen=0"' in body(buyer.get(path))
    assert len(stripe.requests()) == calls  # the page itself asks nobody
    poll_open_attempts()
    part = body(buyer.get(f"{path}?look=1&seen=0", headers={"HX-Request": "true"}))
    assert "There is not enough money on the card" in part
    assert "hx-get" not in part


def test_the_page_stops_asking_while_the_worker_is_away(buyer: Client, stripe: Any) -> None:
    invoice = Invoice.objects.get()
    starting.start(invoice=invoice, gateway_name="stripe")
    path, asks = links.pay_path(invoice), 0
    part = body(buyer.get(path))
    while "look=" in part:
        asks += 1
        assert asks < 10
        asked = unescape(part.split(f'hx-get="{path}')[1].split('"')[0])
        part = body(buyer.get(f"{path}{asked}", headers={"HX-Request": "true"}))
    assert asks == 5


@pytest.mark.parametrize("look", ["", "x", "-1", "99", "²"])
def test_odd_counts_end_the_asking(buyer: Client, stripe: Any, look: str) -> None:
    invoice = Invoice.objects.get()
    starting.start(invoice=invoice, gateway_name="stripe")
    part = body(buyer.get(links.pay_path(invoice), {"look": look}, headers={"HX-Request": "true"}))
    assert "hx-get" not in part


def test_paid_in_another_window_the_page_is_loaded_anew(buyer: Client, stripe: Any) -> None:
    invoice = Invoice.objects.get()
    purchases.pay(invoice, stripe)
    response = buyer.get(f"{links.pay_path(invoice)}?look=1", headers={"HX-Request": "true"})
    assert response.headers["HX-Refresh"] == "true"


def test_a_signed_out_session_offers_nothing_to_the_next_person(buyer: Client) -> None:
    buyer.post(reverse("account_logout"))
    assert "waits for your payment" not in body(buyer.get("/basket/"))


def test_the_session_knows_its_orders_without_an_account(buyer: Client, customer: Any) -> None:
    """Whoever owns the order: this browser placed it."""
    Invoice.objects.filter().update(customer=customer)
    assert "waits for your payment" in body(buyer.get("/basket/"))
