"""The price a buyer saw is the price charged, with the tax they bear: from the product page to the provider's."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from storefront.billing.audit import checks
from storefront.billing.documents.building.lines import content_lines, tax_groups
from storefront.billing.documents.building.taxes import taxed_as
from storefront.billing.documents.einvoice import arithmetic, making
from storefront.billing.documents.einvoice.failures import described
from storefront.billing.links import pay_path
from storefront.billing.models import (
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Payer,
    ProvisionalSale,
    ReviewItem,
    Seller,
    TaxRate,
)
from storefront.billing.reports import dimensions, income
from storefront.billing.services import invoices, payments
from storefront.billing.services.invoices import NewLine
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.tax import TaxDecision, TaxFacts, shipped_rates
from storefront.core import audit, clock
from storefront.core.instants import day_of
from storefront.core.money import minor_unit
from storefront.core.spans import Span
from storefront.gateways.payments.stripe.amounts import from_minor, to_minor
from storefront.notifications.models import OutboxMessage
from storefront.notifications.previews import preview
from tests.billing.building import make_invoice
from tests.billing.documents.einvoice.contents import content, sold
from tests.checkout.building import charge_vat, filled, make_voucher, order_by, put_in_cart, seal_on, text

pytestmark = pytest.mark.django_db
FRENCH = {
    "company": "Exemple SA",
    "country": "FR",
    "vat_id": "FR40303265045",
    "address": "1 rue Exemple",
    "city": "Paris",
}
PERSON = {"kind": "person", "company": "", "address": "", "city": ""}


@pytest.fixture
def seller(shop: Any) -> Seller:
    return charge_vat()


def order_again(client: Client, shop: Any, first: Any, **fields: Any) -> Any:
    """Press the button once more, at the page that came back."""
    told = re.search(r'name="vat_told" value="([^"]+)"', first.content.decode())
    more = {"vat_told": told[1]} if told else {}
    return client.post("/checkout/", filled(shop, shown=seal_on(first.content.decode()), **fields, **more))


@pytest.mark.parametrize(
    ("includes", "payer", "net", "tax", "words"),
    [
        (True, {}, "80.67", "15.33", "VAT 19%"),
        (True, {**PERSON, "country": "FR"}, "80.00", "16.00", "VAT 20%"),
        (True, FRENCH, "80.67", "0.00", "Reverse charge"),
        (True, {**PERSON, "country": "CH"}, "80.67", "0.00", "place of supply"),
        (False, {}, "96.00", "18.24", "VAT 19%"),
        (False, {**PERSON, "country": "HU"}, "96.00", "25.92", "VAT 27%"),
        (False, FRENCH, "96.00", "0.00", "Reverse charge"),
    ],
    ids=["home", "oss", "reverse charge", "outside", "home net", "oss net", "reverse charge net"],
)
def test_the_same_sums_from_the_cart_to_the_provider(
    client: Client, shop: Any, seller: Seller, stripe: Any, vies: Any,
    includes: bool, payer: dict[str, str], net: str, tax: str, words: str,
) -> None:  # fmt: skip
    Seller.objects.update(prices_include_tax=includes)
    put_in_cart(client, shop.term("standard", 12))  # 96.00 as published
    home = "€96.00" if includes else "€114.24"
    assert f"Total {home}" in text(client.get("/basket/"))
    answer = order_by(client, shop, **payer)
    if answer.status_code == 200:  # another total than the page of an unknown payer showed: nothing was ordered
        assert not Invoice.objects.exists()
        assert words in text(answer) and f"Total €{Decimal(net) + Decimal(tax)}" in text(answer)
        answer = order_again(client, shop, answer, **payer)
    assert answer.status_code == 302, text(answer)
    invoice = Invoice.objects.get()
    total = invoice.amount
    assert (invoice.net, invoice.tax, total) == (Decimal(net), Decimal(tax), Decimal(net) + Decimal(tax))
    assert invoice.order.total_incl_tax == total and invoice.order.total_excl_tax == invoice.net
    page = text(client.get(pay_path(invoice)))
    assert words in page and f"To pay €{total}" in page
    start(invoice=invoice, gateway_name="stripe")
    (session,) = stripe.sessions()
    assert session["amount_total"] == int(total * 100)
    account = text(client.get(f"/account/invoices/{invoice.number}/"))
    printed = text(client.get(f"/account/invoices/{invoice.number}/print/"))
    for paper in (account, printed):
        assert f"€{total}" in paper and (not invoice.tax or f"€{invoice.tax}" in paper)
    assert [str(finding) for finding in (*audit.run(), *checks())] == []


def test_an_invalid_id_is_said_at_its_field_once_and_then_bought_as_a_consumer(
    client: Client, shop: Any, seller: Seller, vies: Any
) -> None:
    vies.add_company("FR40303265045", is_valid=False)
    put_in_cart(client, shop.term("standard", 12))
    first = order_by(client, shop, **FRENCH)
    assert first.status_code == 200 and not Invoice.objects.exists()
    assert "does not know the VAT number FR40303265045" in str(first.context["form"].errors["vat_id"])
    assert order_again(client, shop, first, **FRENCH).status_code == 302
    invoice = Invoice.objects.get()
    assert (invoice.tax_treatment, invoice.amount, invoice.tax) == ("destination", Decimal("96.00"), Decimal("16.00"))


def test_an_outage_of_vies_does_not_stop_an_order(client: Client, shop: Any, seller: Seller, vies: Any) -> None:
    vies.set_outage("FR")
    put_in_cart(client, shop.term("standard", 12))
    answer = order_again(client, shop, order_by(client, shop, **FRENCH), **FRENCH)
    assert answer.status_code == 302
    assert Invoice.objects.get().tax_treatment == "reverse_charge"
    assert ProvisionalSale.objects.get().outcome == ""


def test_a_rate_that_the_table_lacks_is_said_to_the_buyer_and_to_staff(
    client: Client, shop: Any, seller: Seller, customer: Any
) -> None:
    """Nothing is ordered, no page fails, and staff are told once."""
    invoice_before = make_invoice(customer, payer={"country": "DE"})
    TaxRate.objects.filter(country="FR").delete()
    put_in_cart(client, shop.term("standard", 12))
    answer = order_by(client, shop, **PERSON | {"country": "FR"})
    assert answer.status_code == 200 and "cannot work out the tax" in text(answer)
    assert Invoice.objects.count() == 1
    Payer.objects.create(customer=customer, name="Ada", country="FR", is_default=True)
    client.force_login(customer)
    put_in_cart(client, shop.term("standard", 12))
    for page in ("/basket/", "/checkout/"):
        assert "cannot work out the tax" in text(client.get(page))
    change = client.post(f"{pay_path(invoice_before)}payer/", {"payer": Payer.objects.get().public_id})
    assert change.status_code == 409 and "cannot work out the tax" in text(change)
    item = ReviewItem.objects.get()
    assert item.kind == "tax_rate_missing" and "none for France" in item.detail


@pytest.mark.parametrize(
    ("payer", "treatment", "rate"),
    [
        ({"country": "ES", "postcode": "35001"}, "out_of_scope", 0),
        ({"country": "PT", "postcode": "9500-001"}, "destination", 16),
        ({"country": "ES", "postcode": "28001"}, "destination", 21),
    ],
)
def test_a_consumer_is_asked_for_the_postcode_where_the_tax_depends_on_it(
    client: Client, shop: Any, seller: Seller, payer: dict[str, str], treatment: str, rate: int
) -> None:
    put_in_cart(client, shop.term("standard", 12))
    first = order_by(client, shop, **PERSON | payer | {"postcode": ""})
    assert set(first.context["form"].errors) == {"postcode"} and 'id="id_postcode"' in first.content.decode()
    answer = order_by(client, shop, **PERSON | payer)
    if answer.status_code == 200:  # another total than the page showed
        answer = order_again(client, shop, answer, **PERSON | payer)
    assert answer.status_code == 302
    invoice = Invoice.objects.get()
    assert (invoice.tax_treatment, invoice.lines.get().tax_rate) == (treatment, rate)
    assert invoice.payer["postcode"] == payer["postcode"]


def test_nobody_is_asked_for_a_postcode_where_it_decides_nothing(client: Client, shop: Any, seller: Seller) -> None:
    put_in_cart(client, shop.term("standard", 12))
    assert order_by(client, shop, **PERSON | {"country": "NL", "postcode": ""}).status_code == 302
    Seller.objects.update(tax_regime="none")
    other = Client()
    put_in_cart(other, shop.term("standard", 12))
    assert order_by(other, shop, **PERSON | {"country": "ES", "email": "ana@example.com"}).status_code == 302


def test_a_voucher_comes_before_tax(client: Client, shop: Any, seller: Seller) -> None:
    make_voucher()
    put_in_cart(client, shop.term("standard", 12))
    client.post("/basket/voucher/", {"code": "SPRING"})
    assert order_by(client, shop).status_code == 302
    invoice = Invoice.objects.get()
    assert (invoice.amount, invoice.tax) == (Decimal("86.40"), Decimal("13.79"))
    assert [str(finding) for finding in audit.run()] == []


@pytest.mark.parametrize(
    ("payer", "rows"),
    [
        ({}, ["Without tax €80.67", "VAT 19% €15.33", "Total €96.00"]),
        (FRENCH, ["Total €80.67", "Reverse charge: VAT is to be paid by the recipient"]),
    ],
    ids=["home", "reverse charge"],
)
def test_mails_say_the_tax_as_the_pay_page_does(
    client: Client, shop: Any, seller: Seller, vies: Any, stripe: Any, payer: dict[str, str], rows: list[str]
) -> None:
    put_in_cart(client, shop.term("standard", 12))
    answer = order_by(client, shop, **payer)
    if answer.status_code == 200:
        order_again(client, shop, answer, **payer)
    invoice = Invoice.objects.get()
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    for template in ("order_placed", "payment_received"):
        found = preview(OutboxMessage.objects.get(payload__template=template))
        assert found
        plain = re.sub(r"\s+", " ", found.text).replace(": €", " €")
        marked = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.html))
        for row in rows:
            assert row in plain and row in marked, template


def test_pages_say_what_the_prices_hold(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("standard", 12))
    assert "No VAT is charged" in text(client.get("/basket/"))
    shipped_rates.load(TaxRate)
    Seller.objects.update(tax_regime="vat", country="DE")
    assert "Prices include VAT 19%" in text(client.get("/basket/"))
    Seller.objects.update(prices_include_tax=False)
    assert "Prices are without tax" in text(client.get("/basket/"))


UNITS = st.lists(st.tuples(st.integers(1, 5_000_000), st.integers(0, 100)), min_size=1, max_size=6)


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    basket=UNITS,
    home=st.decimals(0, 30, places=1),
    rate=st.decimals(0, 30, places=1),
    is_net=st.booleans(),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_invoices_add_up_whatever_the_basket_the_rates_and_the_currency(
    customer: Any, basket: Any, home: Decimal, rate: Decimal, is_net: bool, currency: str
) -> None:
    """Each line at a published price less a discount in percent, rounded to the currency's unit."""
    unit = minor_unit(currency)
    published = [unit * (full - full * percent // 100) for full, percent in basket]
    decision = TaxDecision("destination", rate, None if is_net else home, TaxFacts(reason="consumer_oss"))
    charged = decision.charge(published, currency)
    lines = [NewLine(description="License", amount=each.gross, list_amount=each.gross, taxed=each) for each in charged]
    with transaction.atomic():
        invoice = invoices.issue(
            customer=customer, order=None, currency=currency, payer={}, lines=lines, tax_decision=decision
        )
        stored = Invoice.objects.get(pk=invoice.pk)
        rows = list(stored.lines.all())
        assert stored.amount == stored.net + stored.tax == sum(row.amount for row in rows)
        assert (stored.net, stored.tax) == (sum(row.net for row in rows), sum(row.tax for row in rows))
        if is_net:
            assert [row.net for row in rows] == published
        elif rate or not home:
            assert [row.amount for row in rows] == published
        assert abs(stored.tax - stored.net * rate / 100) <= unit * (1 + rate / 100) / 2
        assert invoices.content_hash(stored, rows) == stored.content_hash
        check_documents(stored, rows)
        if stored.amount:
            check_books(stored)
        assert [str(finding) for finding in checks() if str(finding).startswith("invoice-")] == []
        transaction.set_rollback(True)


def check_documents(invoice: Invoice, rows: list[InvoiceLine]) -> None:
    """Printed lines, tax groups and e-invoice say what the invoice says."""
    taxed = taxed_as(invoice, rows)
    printed = content_lines(rows, invoice.currency, taxed)
    groups = tax_groups(printed, taxed)
    sums = {"net": invoice.net, "tax": invoice.tax, "gross": invoice.amount, "due": invoice.amount}
    document = content(
        [sold("1.00")], currency=invoice.currency, changes=sums | {"lines": printed, "tax_groups": groups}
    )
    assert described(arithmetic.check(document)) == ""
    if making.is_possible(document):
        xml = making.write(document, making.Flavor.FACTUR_X).decode()
        told = re.search(r"<ram:GrandTotalAmount>([0-9.]+)<", xml)
        assert told and Decimal(told[1]) == invoice.amount


def check_books(invoice: Invoice) -> None:
    """Once it is paid, ledger and reports say the same, and so do the provider's smallest units."""
    amount, currency = invoice.amount, invoice.currency
    payment = payments.register(
        customer=invoice.customer, gateway="stripe", reference=invoice.number, is_live=False, amount=amount,
        currency=currency,
    )  # fmt: skip
    payments.pay(invoice, [(payment, amount)])
    by_account = LedgerEntry.objects.filter(transaction__invoice=invoice).values_list("account__kind", "amount")
    assert dict(by_account) == {"customer": -amount, "sales": amount}
    today = day_of(clock.now())
    takings = income.total(income.split(Span(today, today), dimensions.TREATMENT, dimensions.RATE).values())
    assert (takings.income, takings.tax) == (amount, invoice.tax)
    if amount % minor_unit(currency) == 0 and currency != "KWD":  # Stripe takes KWD in steps of ten
        assert from_minor(to_minor(amount, currency), currency) == amount
