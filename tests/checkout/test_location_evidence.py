"""Where a consumer is: two pieces of evidence are kept with each taxed sale, and what contradicts is for staff."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from storefront.billing.accounting import oss_records
from storefront.billing.links import pay_path
from storefront.billing.models import Invoice, Payment, ReviewItem, Seller, TaxRate
from storefront.billing.services import location_evidence, refund_booking
from storefront.billing.services.settlement import settle
from storefront.billing.tax import TaxFacts, shipped_rates
from storefront.core.instants import day_of
from storefront.core.spans import Span
from storefront.users.models import User
from storefront.users.roles import ACCOUNTING, ensure_role
from tests.billing.test_begun_refunds import snapshot_of
from tests.checkout.building import filled, order_by, put_in_cart, seal_on

pytestmark = pytest.mark.django_db
FRENCH = {"kind": "person", "company": "", "address": "", "city": "", "country": "FR", "postcode": "75001"}
PHONE = {"FR": "+33 1 23 45 67 89", "DE": "+49 30 1234567", "": "030 1234567"}
CARDS = {"FR": "4000002500000003", "DE": "4000002760000016"}


@pytest.fixture(autouse=True)
def seller(shop: Any, settings: Any) -> None:
    TaxRate.objects.all().delete()
    shipped_rates.load(TaxRate)
    Seller.objects.update(tax_regime="vat", country="DE", vat_id="DE136695976", uses_oss=True)
    settings.TRUSTED_PROXIES, settings.VISITOR_COUNTRY_HEADER = ["127.0.0.1"], "CF-IPCountry"


def buy(shop: Any, stripe: Any, *, ip: str, phone: str, card: str, **payer: str) -> Invoice:
    """From the cart to the money, by requests that a proxy says are from ``ip``."""
    client = Client(headers={"CF-IPCountry": ip})
    put_in_cart(client, shop.term("standard", 12))
    typed = {"phone": PHONE[phone]} | FRENCH | payer
    answer = order_by(client, shop, **typed)
    if answer.status_code == 200:  # another total than the page showed
        answer = client.post("/checkout/", filled(shop, shown=seal_on(answer.content.decode()), **typed))
    assert answer.status_code == 302
    invoice = Invoice.objects.get()
    assert client.post(pay_path(invoice)).status_code == 303
    attempt = invoice.attempts.get()
    stripe.pay(attempt.provider_reference, card=CARDS[card])
    settle(attempt_id=attempt.pk)
    return Invoice.objects.get()


def test_evidence_is_frozen_with_the_invoice_and_what_comes_later_is_added(shop: Any, stripe: Any) -> None:
    invoice = buy(shop, stripe, ip="FR", phone="FR", card="FR")
    frozen = [(each.kind, each.country, each.source) for each in TaxFacts.from_json(invoice.tax_facts).evidence]
    assert frozen == [
        ("billing_address", "FR", "payer"), ("phone", "FR", "payer"), ("ip_address", "FR", "checkout"),
    ]  # fmt: skip
    later = [(each.kind, each.country, each.source) for each in location_evidence.pieces(invoice)[len(frozen) :]]
    assert later == [("ip_address", "FR", "pay_page"), ("card", "FR", "stripe")]
    assert not ReviewItem.objects.exists()


@pytest.mark.parametrize(
    ("ip", "phone", "card", "payer", "words"),
    [
        ("FR", "DE", "DE", {}, None),  # address and IP address agree: two are enough
        ("DE", "", "FR", {}, None),
        ("DE", "DE", "DE", {}, "in France, but evidence contradicts it: Billing address: France; Prefix of the phone"),
        ("T1", "", "DE", {}, "in France, but evidence contradicts it"),
        ("DE", "DE", "DE", {"country": "CH"}, "in Switzerland, but evidence contradicts it"),  # else without tax
        ("FR", "FR", "FR", {"country": "DE"}, "in Germany, but evidence contradicts it"),
        ("XX", "", "DE", {"country": "DE"}, None),
    ],
)
def test_a_sale_whose_country_is_not_shown_goes_on_and_is_for_staff(
    shop: Any, stripe: Any, ip: str, phone: str, card: str, payer: dict[str, str], words: str | None
) -> None:
    invoice = buy(shop, stripe, ip=ip, phone=phone, card=card, **payer)
    assert invoice.status == "paid"
    found = ReviewItem.objects.filter(kind="location_conflict", invoice=invoice).first()
    assert (found is None) if words is None else (found is not None and words in found.detail)


def test_staff_see_what_is_known(shop: Any, stripe: Any, make_customer: Any) -> None:
    invoice = buy(shop, stripe, ip="DE", phone="DE", card="FR")
    accountant = make_customer("books@staff.example")
    User.objects.filter(pk=accountant.pk).update(is_staff=True)
    accountant.groups.add(ensure_role(ACCOUNTING))
    client = Client()
    client.force_login(accountant)
    page = client.get(f"/admin/invoices/{invoice.number}/").content.decode()
    assert "Tax and where the buyer is" in page and "Country of the card or bank account" in page


def test_a_header_of_nobody_we_trust_is_no_evidence(shop: Any, stripe: Any, settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    invoice = buy(shop, stripe, ip="FR", phone="DE", card="DE")
    assert "ip_address" not in {each.kind for each in location_evidence.pieces(invoice)}
    assert ReviewItem.objects.get().kind == "location_conflict"


def test_who_charges_no_tax_keeps_no_evidence(shop: Any, stripe: Any) -> None:
    Seller.objects.update(tax_regime="none")
    assert location_evidence.pieces(buy(shop, stripe, ip="FR", phone="FR", card="FR")) == []


def test_the_accountant_gets_the_records_of_oss_with_the_evidence(shop: Any, stripe: Any) -> None:
    invoice = buy(shop, stripe, ip="FR", phone="FR", card="FR")
    assert invoice.paid_at is not None
    today = day_of(invoice.paid_at)
    (row,) = oss_records.rows(Span(today, today))
    assert row[:3] == [today, invoice.number, "FR"] and len(row) == len(oss_records.heads())
    assert row[4:10] == [20, "EUR", invoice.net, invoice.tax, invoice.amount, 0]
    assert row[-1].startswith("Billing address: France; Prefix of the phone number: France")
    assert list(oss_records.rows(Span(today, today).before)) == []
    payment = Payment.objects.get()
    with transaction.atomic():
        refund_booking.follow(payment, snapshot_of(payment, amount_refunded=payment.amount))
    assert Invoice.objects.get().status == "refunded"
    (row,) = oss_records.rows(Span(today, today))
    assert row[8:10] == [invoice.amount, invoice.amount]
