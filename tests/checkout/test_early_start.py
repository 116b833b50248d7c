"""Consumers in the EU ask at the checkout that their license begins at once, and nobody else is asked.

Directive 2011/83/EU, Articles 16 (m) and 8 (7): express consent, acknowledgement, and both confirmed by mail.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import translation

from checkout.models import PurchaseDetails
from storefront.billing import db_triggers
from storefront.billing.links import pay_path
from storefront.billing.models import EarlyStart, Invoice, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import early_starts, replacing
from storefront.billing.services.settlement import settle
from storefront.core import clock
from storefront.licensing.models import LicensePeriod
from storefront.licensing.services import withdrawals
from tests.checkout.building import filled, make_voucher, order_by, put_in_cart, seal_on

pytestmark = pytest.mark.django_db

PERSON = {"kind": "person", "company": "", "address": "", "city": "", "postcode": ""}
WORDS = "I want my license to begin before the 14 days"
MESSAGE = "without it nothing may begin before the 14 days"


def box_on(html: str) -> str:
    """The box as it stands on a page; "" where it is not asked."""
    found = re.search(r'<input[^>]*name="early_start"[^>]*>', html)
    return found[0] if found else ""


def asked(client: Client, shop: Any, **fields: Any) -> str:
    """The page with what was chosen, as it comes without scripts: by the button that asks for its fields."""
    typed = filled(shop, go="fields", **PERSON | fields)
    del typed["early_start"]
    return str(client.post("/checkout/", typed, follow=True).content.decode())


@pytest.mark.parametrize("language", ["en", "ru"])
def test_it_is_asked_unticked_and_nothing_is_ordered_without_it(client: Client, shop: Any, language: str) -> None:
    put_in_cart(client, shop.term())
    address = "/checkout/" if language == "en" else f"/{language}/checkout/"
    with translation.override(language):
        words = early_starts.text()
    page = client.post(address, filled(shop, **PERSON | {"go": "fields", "early_start": ""}), follow=True)
    html = page.content.decode()
    assert words in html and box_on(html) and "checked" not in box_on(html)
    typed = filled(shop, shown=seal_on(html), **PERSON)
    del typed["early_start"]
    refused = client.post(address, typed).content.decode()
    field = refused[refused.index('id="early-start"') :]
    assert 'aria-invalid="true"' in box_on(refused) and "errorlist" in field[:1500]
    assert (MESSAGE in refused) == (language == "en") and not Invoice.objects.exists()
    assert client.post(address, typed | {"early_start": "on"}).status_code == 302
    kept = EarlyStart.objects.get()
    assert (kept.invoice, kept.text, kept.language) == (Invoice.objects.get(), words, language)
    assert kept.ip_address == "127.0.0.1"


@pytest.mark.parametrize(
    ("payer", "is_asked"),
    [
        (PERSON | {"country": "DE"}, True),
        (PERSON | {"country": "FR"}, True),
        (PERSON | {"country": "GB"}, False),
        (PERSON | {"country": "RU"}, False),
        ({"kind": "company", "country": "DE"}, False),
    ],
)
def test_only_consumers_in_the_eu_are_asked(client: Client, shop: Any, payer: Any, is_asked: bool) -> None:
    put_in_cart(client, shop.term())
    assert bool(box_on(asked(client, shop, **payer))) == is_asked
    answer = order_by(client, shop, **payer | {"early_start": ""})
    assert (answer.status_code == 302) == (not is_asked), answer.content.decode()
    assert not EarlyStart.objects.exists()


def test_the_box_comes_and_goes_with_kind_and_country(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    for fields, is_asked in (({"country": "DE"}, True), ({"country": "CH"}, False), ({"kind": "company"}, False)):
        html = asked(client, shop, **fields)
        assert bool(box_on(html)) == is_asked and 'id="early-start"' in html
    for name in ("country", "kind"):
        control = re.search(rf'<(?:select|input)[^>]*name="{name}"[^>]*>', html)
        assert control and "#early-start" in control[0]


def test_nothing_is_asked_where_nothing_is_paid(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    voucher = make_voucher(percent="100")
    client.post("/basket/voucher/", {"code": voucher.code})
    assert not box_on(asked(client, shop))
    assert order_by(client, shop, **PERSON | {"early_start": ""}).status_code == 302
    assert not EarlyStart.objects.exists()


def test_a_tick_is_kept_while_the_form_is_filled_in_and_counts_for_its_words_alone(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    page = asked(client, shop)
    ticked = re.search(r'value="(\w+)"', box_on(page))
    assert ticked
    again = client.post("/checkout/", filled(shop, go="fields", **PERSON | {"early_start": ticked[1]}), follow=True)
    assert "checked" in box_on(again.content.decode())
    assert "checked" not in box_on(client.get("/ru/checkout/").content.decode())


def test_the_mails_confirm_it_and_what_has_begun_is_excepted(
    client: Client, shop: Any, stripe: Any, run_jobs: Any
) -> None:
    put_in_cart(client, shop.term())
    assert order_by(client, shop, **PERSON).status_code == 302
    invoice = Invoice.objects.get()
    client.post(pay_path(invoice))
    attempt = invoice.attempts.get()
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    run_jobs()
    told = [letter for letter in mail.outbox if WORDS in letter.body]
    assert len(told) == 2 and all(WORDS in str(letter.alternatives[0][0]) for letter in told)
    paid = Invoice.objects.get()
    line = paid.lines.get().pk
    right = withdrawals.of(paid)
    assert right is not None and (right.lines, right.excepted) == ((line,), ())  # it has not begun yet
    LicensePeriod.objects.update(begun_at=clock.now())
    right = withdrawals.of(paid)
    assert right is not None and (right.lines, right.excepted) == ((), (line,)) and not right.is_possible


def test_it_counts_for_the_invoice_that_takes_the_place_of_the_first(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    order_by(client, shop, **PERSON)
    invoice = Invoice.objects.get()
    payer = invoice.payer | {"name": "Ada Other"}
    newer = replacing.change_payer(invoice=invoice, payer=payer, is_told=False, total=invoice.amount)
    assert early_starts.of(newer) == EarlyStart.objects.get()


def test_who_pays_what_staff_ordered_for_them_is_asked_on_the_pay_page(client: Client, shop: Any, stripe: Any) -> None:
    put_in_cart(client, shop.term())
    order_by(client, shop, **PERSON | {"country": "CH"})
    invoice = Invoice.objects.get()
    PurchaseDetails.objects.update(asks_consent=True)
    invoice.order.consents.all().delete()
    assert not box_on(client.get(pay_path(invoice)).content.decode())
    Invoice.objects.update(payer=invoice.payer | {"country": "DE"})
    assert box_on(client.get(pay_path(invoice)).content.decode())
    accepted = {f"agreement-{shop.agreement.pk}": str(shop.agreement.versions.latest("number").pk)}
    refused = client.post(pay_path(invoice), accepted)
    assert refused.status_code == 422 and MESSAGE in refused.content.decode() and not EarlyStart.objects.exists()
    assert client.post(pay_path(invoice), accepted | {"early_start": "on"}).status_code == 303
    assert EarlyStart.objects.get().invoice == invoice
    assert not invoice.order.consents.filter(order=None).exists() and invoice.order.consents.count() == 1


def test_who_named_no_country_counts_as_one_of_the_sellers(shop: Any) -> None:
    for country, is_asked in (("DE", True), ("GB", False), ("", False)):
        Seller.objects.update(country=country)
        assert early_starts.is_asked(PayerDetails(name="Ada")) == is_asked


def test_the_evidence_is_frozen(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    order_by(client, shop, **PERSON)
    db_triggers.FROZEN_TABLES.install(connection)
    with pytest.raises(DatabaseError), transaction.atomic():
        EarlyStart.objects.update(text="Something else")
    with pytest.raises(DatabaseError), transaction.atomic():
        EarlyStart.objects.all().delete()
