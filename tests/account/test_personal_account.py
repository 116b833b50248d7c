"""The personal account as its owner sees it: balance, adding funds, payments and expenses, paying from it."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.billing import links
from storefront.billing.models import Invoice, Payment, PaymentMethod, ReviewItem, Seller
from storefront.billing.personal_account import paying
from storefront.billing.services import ledger, part_payments
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind, InvoiceStatus
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account

pytestmark = pytest.mark.django_db

TYPED = {"amount": "50", "currency": "EUR", "payer": "new", "kind": "person", "country": "DE", "name": "Ada Buyer"}


@pytest.fixture
def owner(shop: Any, client: Client, customer: Any) -> Client:
    client.force_login(customer)
    return client


def fund(stripe: Any, customer: Any, amount: str) -> Invoice:
    invoice = make_invoice(customer, amount, with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    return invoice


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_balance_stands_on_every_page_of_who_is_logged_in(owner: Client, customer: Any, stripe: Any) -> None:
    pages = ("/", "/products/yeastar-s-module/", "/account/", "/account/licenses/", "/basket/")
    for path in pages:
        assert "€0.00" in read(owner, path).partition("<main")[0]
    fund(stripe, customer, "12.40")
    for path in pages:
        assert "€12.40" in read(owner, path).partition("<main")[0]
        assert "account-balance" not in read(Client(), path if "account" not in path else "/")


def test_funds_are_added_by_the_pay_page_of_an_invoice(owner: Client, customer: Any, stripe: Any) -> None:
    assert 'href="/account/funds/' in read(owner, "/account/")
    answer = owner.post("/account/funds/", TYPED)
    invoice = Invoice.objects.get()
    assert answer["Location"] == links.pay_path(invoice) and invoice.amount == Decimal(50)
    page = read(owner, answer["Location"])
    assert "Add funds" in page and "Advance payment" in page and "use_account" not in page
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    assert "The money is on your personal account" in read(owner, links.return_url(attempt).split("testserver")[1])
    assert "€50.00" in read(owner, "/account/")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"amount": ""}, "Enter the amount."),
        ({"amount": "much"}, "Enter a number."),
        ({"amount": "0"}, "Enter an amount above zero."),
        ({"amount": "-5"}, "Enter an amount above zero."),
        ({"amount": "1e400"}, "Enter an amount above zero."),
        ({"amount": "NaN"}, "Enter an amount above zero."),
        ({"amount": "0.001"}, "Add €0.01 or more."),
        ({"currency": "XXX"}, "Select a valid choice"),
        ({"country": "XX"}, "Select a valid choice"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(owner: Client, typed: dict[str, str], says: str) -> None:
    answer = owner.post("/account/funds/", TYPED | typed)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Invoice.objects.exists()


def test_what_is_unpaid_is_suggested_less_what_is_there(owner: Client, customer: Any, stripe: Any) -> None:
    fund(stripe, customer, "16.00")
    invoice = make_invoice(customer)
    page = read(owner, "/account/funds/")
    assert "Unpaid invoices: €80.00" in page and "?amount=80.00&amp;currency=EUR" in page
    assert 'value="80.00"' in read(owner, f"/account/funds/?invoice={invoice.number}")


def test_an_invoice_is_paid_from_the_account_by_one_press(owner: Client, customer: Any, stripe: Any) -> None:
    fund(stripe, customer, "100.00")
    invoice = make_invoice(customer)
    path = links.pay_path(invoice)
    assert 'value="account"' in read(owner, path) and "€100.00 are on it." in read(owner, path)
    answer = owner.post(path, {"method": "account"})
    assert answer.status_code == 303
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID and ledger.balance_of(customer, "EUR") == Decimal(4)
    assert "Paid. Thank you" in read(owner, answer["Location"])


def test_nobody_else_sees_or_spends_it(owner: Client, customer: Any, make_customer: Any, stripe: Any) -> None:
    fund(stripe, customer, "100.00")
    path = links.pay_path(make_invoice(customer))
    other = Client()
    other.force_login(make_customer("other@example.com"))
    for stranger in (Client(), other):
        assert 'value="account"' not in read(stranger, path) and "€100.00" not in read(stranger, path)
        stranger.post(path, {"method": "account"})
        stranger.post(path, {"method": "stripe", "use_account": "83.60"})
    assert ledger.balance_of(customer, "EUR") == Decimal(100)


def test_who_has_only_the_link_takes_back_no_part_that_is_reserved(owner: Client, customer: Any, stripe: Any) -> None:
    fund(stripe, customer, "12.40")
    invoice = make_invoice(customer)
    owner.post(links.pay_path(invoice), {"method": "stripe", "use_account": "83.60"})
    assert Client().post(links.pay_path(invoice), {"method": "stripe"}).status_code == 303
    assert part_payments.reserved(invoice) == Decimal("12.40")
    assert [each.amount for each in invoice.attempts.all()] == [Decimal("83.60")]


def test_a_stopped_shop_still_takes_what_is_there(owner: Client, customer: Any, stripe: Any) -> None:
    fund(stripe, customer, "100.00")
    PaymentMethod.objects.update_or_create(name="stripe", defaults={"is_stopped": True})
    path = links.pay_path(make_invoice(customer))
    assert 'value="account"' in read(owner, path)
    assert owner.post(path, {"method": "account"}).status_code == 303


def test_beside_bank_details_the_account_is_named_before_it_pays(owner: Client, customer: Any, stripe: Any) -> None:
    make_account()
    fund(stripe, customer, "100.00")
    PaymentMethod.objects.update_or_create(name="stripe", defaults={"is_stopped": True})
    page = read(owner, links.pay_path(make_invoice(customer)))
    assert 'type="radio" name="method" value="account"' in page and "Personal account" in page


def test_a_part_is_used_where_it_does_not_cover(owner: Client, customer: Any, stripe: Any) -> None:
    fund(stripe, customer, "12.40")
    invoice = make_invoice(customer)
    path = links.pay_path(invoice)
    assert "Use €12.40 from my personal account and pay €83.60 this way" in read(owner, path)
    assert owner.post(path, {"method": "stripe", "use_account": "83.60"}).status_code == 303
    assert invoice.attempts.get().amount == Decimal("83.60")
    assert "From the personal account</dt><dd>€12.40" in read(owner, path)
    assert owner.post(path, {"method": "stripe"}).status_code == 303
    assert invoice.attempts.filter(status="pending").get().amount == Decimal(96)
    assert part_payments.reserved(invoice) == 0


@pytest.mark.parametrize("typed", ["96.00", "0", "-1", "on", "", "NaN", "1e999", "\0"])
def test_another_rest_than_the_page_showed_is_not_charged(
    owner: Client, customer: Any, stripe: Any, typed: str
) -> None:
    fund(stripe, customer, "12.40")
    invoice = make_invoice(customer)
    answer = owner.post(links.pay_path(invoice), {"method": "stripe", "use_account": typed})
    assert answer.status_code == 409 and "Please look at the sums again" in answer.content.decode()
    assert not invoice.attempts.exists() and part_payments.reserved(invoice) == 0


def test_payments_and_expenses_lead_to_each_other_and_add_up(owner: Client, customer: Any, stripe: Any) -> None:
    advance = fund(stripe, customer, "100.00")
    bought = make_invoice(customer)
    paying.pay(invoice=bought)
    payments, expenses = read(owner, "/account/payments/"), read(owner, "/account/expenses/")
    assert bought.number in payments and "€100.00" in payments and "visa •••• 4242" in payments
    number = Payment.objects.get().number
    assert number in payments and number in expenses
    for page in ("payments", "expenses"):
        assert "€100.00" in read(owner, f"/account/{page}/?q={number}")
        assert "Nothing found" in read(owner, f"/account/{page}/?q=PAY-000001")
    assert advance.number in payments and bought.lines.get().description in expenses
    for page in (payments, expenses, read(owner, "/account/statement/")):
        assert "€4.00" in page
    assert "No expense yet" not in expenses
    assert "Nothing found" in read(owner, "/account/expenses/?q=something+else")
    assert "Nothing found" in read(owner, "/account/payments/?to=2020-01-01")
    assert bought.number in read(owner, f"/account/expenses/?q={bought.number}")


def test_the_list_is_a_file_too(owner: Client, customer: Any, stripe: Any) -> None:
    fund(stripe, customer, "100.00")
    paying.pay(invoice=make_invoice(customer))
    answer = owner.get("/account/expenses/file/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    assert len(rows) == 2 and rows[1][6:8] == ["-96.00", "EUR"]
    assert rows[1][8] == f"{Payment.objects.get().number} 96.00"


@pytest.mark.parametrize(
    "query",
    [
        "?from=x&to=2026-99-99",
        "?currency=XXX&q=%00",
        "?q=" + "a" * 500,
        "?page=-3",
        "?to=9999-12-31",
        "?from=0001-01-01",
    ],
)
def test_nonsense_in_the_address_is_left_out(owner: Client, query: str) -> None:
    for path in ("/account/payments/", "/account/expenses/", "/account/statement/"):
        read(owner, path + query)
    assert owner.get("/account/payments/file/" + query).status_code == 200


def test_pages_ask_no_more_for_more_movements(owner: Client, customer: Any, stripe: Any) -> None:
    known: dict[str, int] = {}
    for _number in range(3):
        fund(stripe, customer, "100.00")
        paying.pay(invoice=make_invoice(customer))
        for path in ("/account/payments/", "/account/expenses/"):
            read(owner, path)
            with CaptureQueriesContext(connection) as captured:
                read(owner, path)
            assert len(captured) == known.setdefault(path, len(captured)) <= 45


def test_a_seller_may_take_money_by_the_account_alone(owner: Client, customer: Any, stripe: Any) -> None:
    Seller.objects.filter(is_default=True).update(takes_direct_payments=False)
    if not Seller.objects.filter(is_default=True).exists():
        Seller.objects.create(name="Northbridge", address="London", takes_direct_payments=False)
    invoice = make_invoice(customer)
    page = read(owner, links.pay_path(invoice))
    assert "This invoice is paid from the personal account" in page and 'value="stripe"' not in page
    assert owner.post(links.pay_path(invoice), {"method": "stripe"}).status_code == 422
    assert not invoice.attempts.exists() and not ReviewItem.objects.exists()
    fund(stripe, customer, "96.00")
    assert 'value="account" required checked' in read(owner, links.pay_path(invoice))
    assert owner.post(links.pay_path(invoice), {"method": "account"}).status_code == 303
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID


def test_a_payment_that_paid_for_much_names_some_and_leads_to_the_rest(
    owner: Client, customer: Any, stripe: Any
) -> None:
    fund(stripe, customer, "500.00")
    bought = [make_invoice(customer, f"{price}.00") for price in range(10, 17)]
    for invoice in bought:
        paying.pay(invoice=invoice)
    page = read(owner, "/account/payments/")
    named = [invoice.number for invoice in bought if f">{invoice.number}</a>" in page]
    assert named == [invoice.number for invoice in bought[:5]]
    (rest,) = re.findall(r'href="([^"]*)">All it was used for</a>', page)
    listed = read(owner, rest.replace("&amp;", "&"))
    assert all(f">{invoice.number}</a>" in listed for invoice in bought)
    whole = b"".join(owner.get("/account/payments/file/")).decode("utf-8-sig")
    assert all(invoice.number in whole for invoice in bought)
