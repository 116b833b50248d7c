"""The page after the payment: one card for each license with its one next step, and who may take it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.urls import resolve, reverse

from storefront.billing import links
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services.invoices import NewLine, issue
from storefront.licensing.bitrix24.config import bitrix24_code
from storefront.licensing.links import app_url
from storefront.licensing.models import License
from storefront.licensing.states import HOST_TAKEN, PORTAL_TAKEN, LicenseStatus
from tests import purchases
from tests.checkout.building import PORTAL, order_by, put_in_cart

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calm(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


def page_path(payment: PaymentAttempt) -> str:
    return links.return_url(payment).removeprefix("http://testserver")


def led_to(response: Any) -> tuple[str | None, str]:
    """Of a redirect to the page after a payment: whose page it is, and which part of it. Its link names the second at
    which it was signed."""
    address = urlsplit(response["Location"])
    return links.read_return_token(resolve(address.path).kwargs["token"]), address.fragment


def body(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return response.content.decode()


def heading(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html)
    assert found
    return found.group(1)


@pytest.fixture
def bought(client: Client, shop: Any, stripe: Any) -> PaymentAttempt:
    """Two pieces bought by a new customer in this browser: one has its portal, the other none yet."""
    put_in_cart(client, shop.term(), quantity=2)
    assert order_by(client, shop).status_code == 302
    return purchases.pay(Invoice.objects.get(), stripe)


def address_path(payment: PaymentAttempt, license: License) -> str:
    token = page_path(payment).rstrip("/").rsplit("/", 1)[1]
    return reverse("pay-result-address", kwargs={"token": token, "public_id": license.public_id})


def test_one_card_for_each_license_with_its_step(client: Client, bought: PaymentAttempt) -> None:
    html = body(client.get(page_path(bought)))
    named, unnamed = License.objects.order_by("pk")
    assert html.count('class="card license-card"') == 2
    assert heading(html) == "Paid. 2 steps are left"
    assert app_url(PORTAL, bitrix24_code(named.software.bitrix24_app_code)) in html
    # Links are signed anew each second: whatever the page's own is.
    assert re.search(rf'action="[^"]+/address/{unnamed.public_id}/"', html)
    assert f'id="address-{unnamed.public_id}"' in html


def test_the_page_names_order_invoice_and_mail_address(client: Client, bought: PaymentAttempt) -> None:
    html = body(client.get(page_path(bought)))
    invoice = bought.invoice
    assert invoice.order is not None
    for words in (
        invoice.order.number,
        reverse("account-invoice", args=[invoice.number]),
        reverse("account-order", args=[invoice.order.number]),
        "grace@example.com",
        reverse("account_set_password"),
    ):
        assert words in html


def test_who_was_sent_the_link_sees_no_mail_address_and_no_field(bought: PaymentAttempt) -> None:
    html = body(Client().get(page_path(bought)))
    assert "grace@example.com" not in html
    assert "<form" not in html
    assert "Log in to enter the address" in html
    assert reverse("account_set_password") not in html


def test_the_address_is_set_right_there(client: Client, bought: PaymentAttempt) -> None:
    license = License.objects.get(portal_address="")
    response = client.post(address_path(bought, license), {"bitrix24_address": "https://globex.bitrix24.com/crm/"})
    assert response.status_code == 303
    assert led_to(response) == (bought.public_id, f"license-{license.public_id}")
    license.refresh_from_db()
    assert license.portal_address == "globex.bitrix24.com"
    html = body(client.get(page_path(bought)))
    assert "The license is for globex.bitrix24.com now." in html
    assert "Waiting for globex.bitrix24.com" in html


def test_a_typing_error_is_said_at_its_license_and_keeps_the_page(client: Client, bought: PaymentAttempt) -> None:
    license = License.objects.get(portal_address="")
    html = body(client.post(address_path(bought, license), {"bitrix24_address": "acme@bitrix24.com"}), 422)
    assert f'id="address-{license.public_id}-error"' in html
    assert f'href="#address-{license.public_id}"' in html
    assert html.count('class="card license-card"') == 2
    license.refresh_from_db()
    assert license.portal_address == ""


def test_the_typed_address_is_never_shown_again(client: Client, bought: PaymentAttempt) -> None:
    """It may be a webhook address, which is a password."""
    license = License.objects.get(portal_address="")
    typed = "https://acme.bitrix24.com.evil.internal/rest/1/s3cr3t/"
    html = client.post(address_path(bought, license), {"bitrix24_address": typed}).content.decode()
    assert "s3cr3t" not in html


def test_the_link_alone_does_not_let_anybody_name_a_portal(bought: PaymentAttempt, make_customer: Any) -> None:
    license = License.objects.get(portal_address="")
    path, stranger, other = address_path(bought, license), Client(), Client()
    response = stranger.post(path, {"bitrix24_address": "evil.bitrix24.com"})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    other.force_login(make_customer("other@example.com"))
    assert other.post(path, {"bitrix24_address": "evil.bitrix24.com"}).status_code == 403
    license.refresh_from_db()
    assert license.portal_address == ""


def test_the_owner_may_from_any_browser(bought: PaymentAttempt) -> None:
    license, elsewhere = License.objects.get(portal_address=""), Client()
    elsewhere.force_login(license.customer)
    assert elsewhere.post(address_path(bought, license), {"bitrix24_address": "globex.bitrix24.com"}).status_code == 303


def test_the_session_that_ordered_may_without_a_log_in(
    client: Client, bought: PaymentAttempt, make_customer: Any
) -> None:
    """Whoever the account is of: this browser placed the order, and nobody is signed in."""
    license = License.objects.get(portal_address="")
    session = client.session
    for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
        del session[key]
    session.save()
    html = body(client.get(page_path(bought)))
    assert "grace@example.com" in html
    assert client.post(address_path(bought, license), {"bitrix24_address": "globex.bitrix24.com"}).status_code == 303


def test_a_license_of_another_invoice_is_not_found(
    client: Client, bought: PaymentAttempt, shop: Any, stripe: Any
) -> None:
    customer = bought.invoice.customer
    other = purchases.pay(purchases.order(customer, shop, portal=""), stripe)
    license = License.objects.get(periods__invoice_line__invoice=other.invoice)
    assert client.post(address_path(bought, license), {"bitrix24_address": "a.bitrix24.com"}).status_code == 404


def test_five_licenses_have_five_steps_and_different_ids(client: Client, shop: Any, stripe: Any) -> None:
    put_in_cart(client, shop.term(), quantity=5)
    order_by(client, shop)
    html = body(client.get(page_path(purchases.pay(Invoice.objects.get(), stripe))))
    assert heading(html) == "Paid. 5 steps are left"
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert html.count('name="bitrix24_address"') == 5


@pytest.mark.parametrize(
    ("change", "title", "words"),
    [
        ({"link_problem": HOST_TAKEN}, "Paid. 2 steps are left", "Write to us"),
        ({"link_problem": PORTAL_TAKEN}, "Paid. 1 step is left", "Scheduled"),
        ({"status": LicenseStatus.REVOKED}, "Paid. 1 step is left", "Revoked"),
    ],
)
def test_the_heading_counts_what_the_buyer_can_do(
    client: Client, bought: PaymentAttempt, change: dict[str, Any], title: str, words: str
) -> None:
    License.objects.filter(portal_address=PORTAL).update(**change)
    html = body(client.get(page_path(bought)))
    assert heading(html) == title
    assert words in html


def test_when_all_works_nothing_is_left_and_each_opens_its_portal(client: Client, shop: Any, stripe: Any) -> None:
    shop.software.binding_kind = "none"
    shop.software.save()
    put_in_cart(client, shop.term(), quantity=2)
    page = client.get("/checkout/")
    assert page.status_code == 200
    order_by(client, shop)
    html = body(client.get(page_path(purchases.pay(Invoice.objects.get(), stripe))))
    assert heading(html) == "Paid, and your licenses work"
    assert "hx-trigger" not in html


def test_the_market_comes_first_where_the_product_has_its_page_there(
    client: Client, bought: PaymentAttempt, shop: Any
) -> None:
    shop.software.market_url = "https://www.bitrix24.com/apps/app/acme.telephony/"
    shop.software.save()
    html = body(client.get(page_path(bought)))
    assert f'class="btn btn-primary" href="{shop.software.market_url}"' in html


def test_an_invoice_without_licenses_says_thank_you(client: Client, customer: Any, stripe: Any) -> None:
    from decimal import Decimal

    line = NewLine(description="Setup", amount=Decimal(50), list_amount=Decimal(50))
    invoice = issue(customer=customer, order=None, currency="EUR", payer={}, lines=[line])
    html = body(client.get(page_path(purchases.pay(invoice, stripe))))
    assert heading(html) == "Paid. Thank you"
    assert invoice.number in html


def test_without_script_nothing_typed_is_lost_by_a_page_that_loads_itself(
    client: Client, bought: PaymentAttempt
) -> None:
    """The page looks again by itself only where there is no field to type into."""
    assert "http-equiv" not in body(client.get(page_path(bought)))


def test_opened_by_hand_the_address_of_the_form_leads_to_the_page(client: Client, bought: PaymentAttempt) -> None:
    response = client.get(address_path(bought, License.objects.order_by("pk")[0]))
    assert led_to(response) == (bought.public_id, "")
