"""The customer's pages: what they show, whose things they show, and what they cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from storefront.billing import links
from storefront.billing.services import invoices as invoicing
from storefront.billing.services import settlement, starting
from storefront.users.models import User
from tests import purchases

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def without_form_tokens(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def url(name: str, *args: Any) -> str:
    return reverse(f"account-{name}", args=args)


# Overview -----------------------------------------------------------------------------------------------------------


def test_a_new_customer_is_shown_where_to_begin(own: Client, wagtail_site: Any) -> None:
    assert "/products/" in text(own.get(url("home")))


def test_the_overview_shows_what_is_unpaid_with_its_pay_link(own: Client, invoice: Any) -> None:
    body = text(own.get(url("home")))
    assert invoice.number in body
    assert links.pay_path(invoice) in body


def test_the_overview_shows_what_ends_soon(own: Client, license: Any) -> None:
    assert "Ends soon" not in text(own.get(url("home")))
    with time_machine.travel(license.valid_until - timedelta(days=20)):
        own.force_login(license.customer)
        body = text(own.get(url("home")))
    assert "Ends soon" not in body  # it still waits for its portal
    type(license).objects.update(status="active", member_id="a" * 32)
    with time_machine.travel(license.valid_until - timedelta(days=20)):
        own.force_login(license.customer)
        assert "Ends soon" in text(own.get(url("home")))


def test_money_that_came_too_late_is_in_the_balance(own: Client, invoice: Any, stripe: Any) -> None:
    assert "<strong>€0.00</strong>" in text(own.get(url("home")))
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    type(invoice).objects.filter(pk=invoice.pk).update(status="void")
    settlement.settle(attempt_id=payment.pk)
    body = text(own.get(url("home")))
    assert "<strong>€96.00</strong>" in body


def test_who_has_no_password_yet_is_told_how_to_get_one(client: Client) -> None:
    from storefront.users.services import register

    client.force_login(register(email="n@example.com", name="Nina", company="", phone="1", language="en"))
    assert reverse("account_set_password") in text(client.get(url("home")))


# Invoices -----------------------------------------------------------------------------------------------------------


def test_an_invoice_shows_its_state_and_can_be_paid_only_while_it_is_open(
    own: Client, customer: Any, shop: Any, stripe: Any
) -> None:
    def row_of(invoice: Any) -> str:
        body = text(own.get(url("invoices")))
        return body.split(f">{invoice.number}</a>")[1].split("</tr>")[0]

    invoice = purchases.order(customer, shop)
    assert "New" in row_of(invoice)
    assert links.pay_path(invoice) in row_of(invoice)
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    assert "Payment in progress" in row_of(invoice)
    assert links.pay_path(invoice) in row_of(invoice)
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    assert "Paid" in row_of(invoice)
    assert "/pay/" not in row_of(invoice)
    void = purchases.order(customer, shop)
    invoicing.void(invoice=void, reason="test")
    assert "Void" in row_of(void)
    assert "/pay/" not in row_of(void)


def test_an_invoice_that_waits_for_a_voucher_shows_it(own: Client, invoice: Any, stripe: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    for page in (url("invoices"), url("invoice", invoice.number), url("order", invoice.order.number)):
        body = text(own.get(page))
        assert "Waits for your payment" in body and links.pay_path(invoice) in body
        assert f"/c/voucher/{payment.provider_reference}" in body


def test_an_invoice_shows_lines_portal_and_total(own: Client, invoice: Any) -> None:
    body = text(own.get(url("invoice", invoice.number)))
    for words in ("License 0", "For acme.bitrix24.com", "€96.00", invoice.order.number):
        assert words in body


def test_the_printed_invoice_names_seller_payer_lines_and_total(own: Client, invoice: Any) -> None:
    body = text(own.get(url("invoice-print", invoice.number)))
    for words in ("Northbridge Software Ltd", "1 Harbour Street", "Ada Buyer", "License 0", "€96.00", invoice.number):
        assert words in body


def test_the_printed_invoice_stays_as_it_was_issued(own: Client, invoice: Any, customer: Any) -> None:
    from storefront.billing.models import Seller

    before = text(own.get(url("invoice-print", invoice.number)))
    Seller.objects.update(name="Another Company", address="Elsewhere")
    User.objects.filter(pk=customer.pk).update(name="Another Name")
    assert text(own.get(url("invoice-print", invoice.number))) == before


# Licenses -----------------------------------------------------------------------------------------------------------


def test_a_license_shows_type_portal_end_and_how_to_extend(own: Client, license: Any) -> None:
    for path in (url("licenses"), url("license", license.public_id)):
        body = text(own.get(path))
        for words in (license.number, "Standard", "acme.bitrix24.com", "Waiting for its portal", "/basket/extend/"):
            assert words in body


def test_a_waiting_license_says_what_to_do(own: Client, license: Any) -> None:
    assert "Install “Yeastar S-series module” in acme.bitrix24.com" in text(own.get(url("license", license.public_id)))


def test_a_revoked_license_cannot_be_extended(own: Client, license: Any) -> None:
    type(license).objects.update(status="revoked")
    assert "/basket/extend/" not in text(own.get(url("license", license.public_id)))


def test_the_address_of_a_waiting_license_can_be_corrected(own: Client, license: Any) -> None:
    path = url("license-address", license.public_id)
    response = own.post(path, {"bitrix24_address": " https://Globex.bitrix24.com/company/ "}, follow=True)
    assert "globex.bitrix24.com" in text(response)
    license.refresh_from_db()
    assert license.portal_address == "globex.bitrix24.com"


@pytest.mark.parametrize(
    "typed", ["", "not an address", "10.0.0.1", "me@acme.bitrix24.com", "acme.bitrix24", "https://oauth.bitrix24.com"]
)
def test_a_bad_address_is_told_beside_the_field(own: Client, license: Any, typed: str) -> None:
    response = own.post(url("license-address", license.public_id), {"bitrix24_address": typed})
    assert response.status_code == 422
    assert 'class="error"' in response.content.decode()
    license.refresh_from_db()
    assert license.portal_address == "acme.bitrix24.com"


def test_a_typed_webhook_address_is_not_shown_again(own: Client, license: Any) -> None:
    response = own.post(
        url("license-address", license.public_id), {"bitrix24_address": "https://10.0.0.1/rest/1/s3cr3tt0ken/"}
    )
    assert "s3cr3tt0ken" not in response.content.decode()


def test_a_linked_license_keeps_its_address(own: Client, license: Any) -> None:
    type(license).objects.update(status="active", member_id="a" * 32)
    response = own.post(url("license-address", license.public_id), {"bitrix24_address": "globex.bitrix24.com"})
    assert response.status_code == 422
    license.refresh_from_db()
    assert license.portal_address == "acme.bitrix24.com"


# Orders and agreements ----------------------------------------------------------------------------------------------


def test_an_order_shows_details_invoice_and_what_was_accepted(own: Client, consent: Any, invoice: Any) -> None:
    body = text(own.get(url("order", invoice.order.number)))
    for words in ("Acme GmbH", "acme.bitrix24.com", invoice.number, links.pay_path(invoice), consent.name):
        assert words in body


def test_he_can_read_the_very_text_he_accepted(own: Client, consent: Any, shop: Any) -> None:
    shop.agreement.body = "<p>Changed since.</p>"
    shop.agreement.save()
    body = text(own.get(url("consent", consent.order.number, consent.sha256)))
    assert "The text as it was then." in body
    assert "Changed since" not in body
    assert consent.sha256 in body
    assert consent.name in text(own.get(url("agreements")))


# Profile ------------------------------------------------------------------------------------------------------------


def test_the_profile_is_saved(own: Client, customer: Any) -> None:
    own.post(url("profile"), {"name": "Ada Lovelace", "company": "Acme", "phone": "+49\u201030\u20101234567"})
    customer.refresh_from_db()
    assert (customer.name, customer.company, customer.phone) == ("Ada Lovelace", "Acme", "+49 30 1234567")


def test_a_profile_post_changes_nothing_else(own: Client, customer: Any) -> None:
    extra = {"is_staff": "1", "is_superuser": "1", "email": "x@example.com", "password": "x", "balance": "1000"}
    own.post(url("profile"), {"name": "Ada", "company": "", "phone": "", **extra})
    before = (customer.email, customer.password)
    customer.refresh_from_db()
    assert (customer.email, customer.password) == before
    assert not customer.is_staff
    assert not customer.is_superuser


def test_markup_in_a_name_stays_text(own: Client, customer: Any) -> None:
    own.post(url("profile"), {"name": "<script>alert(1)</script>", "company": "", "phone": ""})
    body = own.get(url("home")).content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_bad_profile_is_told_beside_the_field(own: Client, name: str) -> None:
    response = own.post(url("profile"), {"name": name, "company": "", "phone": ""})
    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()


# Whose --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def things(invoice: Any, license: Any, consent: Any) -> list[tuple[str, list[str], list[str]]]:
    """Every address of one thing: its name, its own arguments, and those of a thing that does not exist."""
    order = invoice.order.number
    return [
        ("invoice", [invoice.number], ["INV-1999-000001"]),
        ("invoice-print", [invoice.number], ["INV-1999-000001"]),
        ("license", [license.public_id], ["AAAAAAAAAAAAAAAAAAAAAA"]),
        ("order", [order], ["SO-0000-0000"]),
        ("consent", [order, consent.sha256], ["SO-0000-0000", "0" * 64]),
    ]


def test_another_customers_things_answer_like_missing_ones(own: Client, stranger: Client, things: Any) -> None:
    for name, args, missing in things:
        assert own.get(url(name, *args)).status_code == 200, name
        theirs, none = stranger.get(url(name, *args)), stranger.get(url(name, *missing))
        assert theirs.status_code == none.status_code == 404, name
        assert without_form_tokens(theirs) == without_form_tokens(none), name


def test_another_customers_license_cannot_be_moved(stranger: Client, license: Any) -> None:
    response = stranger.post(url("license-address", license.public_id), {"bitrix24_address": "globex.bitrix24.com"})
    assert response.status_code == 404
    license.refresh_from_db()
    assert license.portal_address == "acme.bitrix24.com"


def test_lists_show_the_askers_things_only(stranger: Client, invoice: Any, license: Any, consent: Any) -> None:
    for name in ("home", "invoices", "licenses", "orders", "agreements"):
        body = text(stranger.get(url(name)))
        for secret in (invoice.number, license.number, invoice.order.number, consent.sha256):
            assert secret not in body, name


def test_a_visitor_without_a_login_is_led_to_it_and_back(client: Client, things: Any) -> None:
    for name, args, _ in [*things, ("home", [], []), ("invoices", [], []), ("profile", [], [])]:
        path = url(name, *args)
        assert client.get(path)["Location"] == f"/account/login/?next={path}"


def test_pages_are_kept_by_no_cache(own: Client, invoice: Any) -> None:
    for path in (url("home"), url("invoice", invoice.number)):
        assert "no-store" in own.get(path)["Cache-Control"]


# Cost ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def queries_of(own: Client) -> Callable[[str], int]:
    def count(path: str) -> int:
        own.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert own.get(path).status_code == 200
        return len(queries)

    return count


@pytest.mark.usefixtures("pages_kept")
@pytest.mark.parametrize("name", ["home", "invoices", "licenses", "orders", "agreements"])
def test_a_list_costs_the_same_for_few_and_for_many(
    customer: Any, shop: Any, stripe: Any, queries_of: Callable[[str], int], name: str
) -> None:
    def one_more(portal: str) -> None:
        purchases.order(customer, shop)
        purchases.pay(purchases.order(customer, shop, portal=portal), stripe)

    one_more("first.bitrix24.com")
    few = queries_of(url(name))
    for number in range(6):
        one_more(f"p{number}.bitrix24.com")
    assert customer.licenses.count() == 7
    assert queries_of(url(name)) == few
    assert few <= 17


def test_a_long_list_comes_in_pages(own: Client, customer: Any, shop: Any) -> None:
    for _ in range(21):
        purchases.order(customer, shop, "1.00")
    first = text(own.get(url("invoices")))
    assert "Page 1 of 2" in first
    assert text(own.get(url("invoices"), {"page": "2"})).count("/pay/") == 1
    for odd in ("0", "-1", "x", "99999999999999999999"):
        assert own.get(url("invoices"), {"page": odd}).status_code == 200
