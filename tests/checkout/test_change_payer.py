"""Another payer for an unpaid invoice, from the pay page: by the customer, or by whoever holds the link."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing import links
from storefront.billing.audit import checks
from storefront.billing.errors import TaxDiffers
from storefront.billing.models import Invoice, Payer, Seller, TaxRate
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, replacing, settlement, starting, taxation
from storefront.billing.tax import shipped_rates
from storefront.core import audit, money
from storefront.notifications.models import OutboxMessage
from tests import purchases
from tests.billing.building import make_invoice
from tests.checkout.building import PAYER, order_by, put_in_cart

pytestmark = pytest.mark.django_db

CLIENT = {
    "kind": "company", "company": "Client KG", "country": "AT", "address": "Ring 1", "city": "Wien", "payer": "new",
    "vat_id": "ATU13585627", "documents_email": "books@client.example",
}  # fmt: skip


FRENCH = CLIENT | {
    "company": "Exemple SA", "country": "FR", "address": "1 rue Exemple", "city": "Paris", "vat_id": "FR40303265045",
}  # fmt: skip


@pytest.fixture(autouse=True)
def short_timeouts(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


@pytest.fixture
def invoice(customer: Any, shop: Any) -> Invoice:
    return purchases.order(customer, shop)


@pytest.fixture
def taxed(client: Client, shop: Any, vies: Any) -> Invoice:
    """Of a buyer at home, 96.00 with VAT in it."""
    charge_vat()
    put_in_cart(client, shop.term("standard", 12))
    assert order_by(client, shop).status_code == 302
    return newest()


def charge_vat() -> None:
    TaxRate.objects.all().delete()
    shipped_rates.load(TaxRate)
    Seller.objects.update(tax_regime="vat", country="DE", vat_id="DE136695976", uses_oss=True)


def agreeing(client: Client, path: str, payer: dict[str, str], *words: str) -> Any:
    """Press the button, read what the change brings with it, and press once more."""
    before = newest()
    shown = client.post(path, payer)
    page = shown.content.decode()
    assert shown.status_code == 200 and newest() == before, "nothing is changed yet"
    assert all(each in page for each in words), page
    agreed = re.search(r'name="agreed" value="([^"]+)"', page)
    assert agreed
    return client.post(path, payer | {"agreed": agreed[1]})


def newest() -> Invoice:
    return Invoice.objects.latest("pk")


def test_whoever_holds_the_link_names_their_company_and_the_link_stays(
    client: Client, invoice: Invoice, customer: Any, stripe: Any
) -> None:
    page = client.get(links.payer_path(invoice)).content.decode()
    assert invoice.payer["name"] not in page and customer.email not in page, "nothing about the buyer"
    answer = client.post(links.payer_path(invoice), CLIENT)
    new = newest()
    assert answer["Location"] == links.pay_path(new)
    assert (new.payer["company"], new.payer["vat_id"], new.payer["phone"]) == ("Client KG", "ATU13585627", "")
    assert new.payer["email"] == customer.email
    invoice.refresh_from_db()
    assert (invoice.status, new.status) == ("void", "open")
    assert client.get(links.pay_path(invoice), follow=True).redirect_chain[-1][0] == links.pay_path(new)
    assert client.post(links.pay_path(invoice))["Location"] == links.pay_path(new), "nothing can be paid on the old one"
    assert not Payer.objects.exists(), "what a stranger types is no payer of the customer"
    mail = OutboxMessage.objects.get(key=f"invoice-replaced:{new.number}")
    assert mail.recipient == customer.email


def test_the_customer_chooses_one_of_theirs_or_makes_one(client: Client, invoice: Invoice, customer: Any) -> None:
    details = PayerDetails(kind="company", company="Mine GmbH", country="DE", city="Bonn")
    mine = payers.add(customer=customer, details=details)
    client.force_login(customer)
    assert "Mine GmbH" in client.get(links.payer_path(invoice)).content.decode()
    client.post(links.payer_path(invoice), {"payer": mine.public_id})
    assert newest().payer["company"] == "Mine GmbH"
    client.post(links.payer_path(newest()), CLIENT)
    assert newest().payer["company"] == "Client KG"
    assert {each.company for each in Payer.objects.filter(customer=customer).exclude(used_at=None)} == {
        "Mine GmbH",
        "Client KG",
    }
    number = newest().number
    answer = client.post(links.payer_path(newest()), CLIENT, follow=True)
    assert "The payer stays as it is." in answer.content.decode() and newest().number == number
    page = client.get(f"/account/invoices/{number}/").content.decode()
    assert "Client KG" in page and links.payer_path(newest()) in page


def test_an_open_page_at_the_provider_is_closed_and_a_paid_one_is_kept(
    client: Client, invoice: Invoice, stripe: Any
) -> None:
    attempt = starting.start(invoice=invoice, gateway_name="stripe")
    client.post(links.payer_path(invoice), CLIENT)
    assert stripe.pay(attempt.provider_reference) == "closed"
    other = starting.start(invoice=newest(), gateway_name="stripe")
    stripe.pay(other.provider_reference)
    answer = client.post(links.payer_path(newest()), CLIENT | {"company": "Late Ltd"})
    assert answer["Location"] == links.pay_path(newest())
    settlement.settle(attempt_id=other.pk)
    assert (newest().status, newest().payer["company"]) == ("paid", "Client KG")


def test_a_provider_that_does_not_answer_keeps_the_invoice(client: Client, invoice: Invoice, stripe: Any) -> None:
    starting.start(invoice=invoice, gateway_name="stripe")
    stripe.fail_next(kind="status", status=503, count=9)
    answer = client.post(links.payer_path(invoice), CLIENT)
    assert answer.status_code == 503 and "Client KG" in answer.content.decode()
    assert newest() == invoice


def test_what_is_wrong_is_said_and_nothing_is_reissued(client: Client, invoice: Invoice) -> None:
    answer = client.post(links.payer_path(invoice), CLIENT | {"vat_id": "DE136695976", "address": "R"})
    assert answer.status_code == 422
    assert "a number of Germany" in answer.content.decode()
    assert newest() == invoice


def test_too_many_changes_are_refused(client: Client, invoice: Invoice, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"pay-payer-order": "1/day"}
    client.post(links.payer_path(invoice), CLIENT)
    again = client.post(links.payer_path(newest()), CLIENT | {"company": "Another"}, REMOTE_ADDR="10.9.8.7")
    assert again.status_code == 429
    assert newest().payer["company"] == "Client KG"


@pytest.mark.parametrize("path", ["/pay/forged/payer/", "/pay/x.y/payer/"])
def test_a_forged_link_is_nothing(client: Client, shop: Any, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, CLIENT).status_code == 404


def test_a_paid_one_leads_to_its_page(client: Client, invoice: Invoice, stripe: Any) -> None:
    purchases.pay(invoice, stripe)
    assert client.get(links.payer_path(invoice))["Location"] == links.pay_path(invoice)


def test_who_is_taxed_otherwise_sees_the_new_total_first_and_there_and_back_is_the_same(
    client: Client, taxed: Invoice, stripe: Any
) -> None:
    words = ("the total is €80.67 instead of €96.00", "Reverse charge")
    answer = agreeing(client, links.payer_path(taxed), FRENCH, *words)
    abroad = newest()
    assert answer["Location"] == links.pay_path(abroad)
    assert (abroad.amount, abroad.tax, abroad.tax_treatment) == (Decimal("80.67"), 0, "reverse_charge")
    assert abroad.tax_facts["vat_outcome"] == "valid", "VIES was asked"
    order, (line,) = abroad.order, abroad.lines.all()
    assert (order.total_incl_tax, order.lines.get().line_price_incl_tax) == (abroad.amount, abroad.amount)
    assert line.license_terms.prices == taxed.lines.get().license_terms.prices, "in both without tax"
    starting.start(invoice=abroad, gateway_name="stripe")
    assert stripe.sessions()[0]["amount_total"] == 8067
    home = PAYER | {"payer": "new"}
    agreeing(client, links.payer_path(abroad), home | {"company": "Other GmbH"}, "€96.00", "VAT 19%")
    assert (newest().amount, newest().tax) == (taxed.amount, taxed.tax)
    assert [str(finding) for finding in (*audit.run(), *checks())] == []


def test_what_was_agreed_to_is_what_is_charged(client: Client, taxed: Invoice) -> None:
    old = client.post(links.payer_path(taxed), FRENCH | {"agreed": "1.00"})
    assert old.status_code == 200 and "€80.67" in old.content.decode()
    assert newest() == taxed
    with pytest.raises(TaxDiffers):
        replacing.change_payer(invoice=taxed, payer={"country": "CH"}, is_told=False, total=taxed.amount)


def test_nobody_gets_an_invoice_that_no_method_takes(client: Client, taxed: Invoice) -> None:
    small = make_invoice(taxed.customer, "0.50")
    answer = client.post(links.payer_path(small), FRENCH)  # 0.42 without VAT
    assert answer.status_code == 409 and "below €0.50 cannot be paid" in answer.content.decode()
    assert newest() == small


def test_an_id_that_is_not_valid_is_said_before_it_is_taxed(client: Client, taxed: Invoice, vies: Any) -> None:
    vies.add_company("FR40303265045", is_valid=False)
    agreeing(client, links.payer_path(taxed), FRENCH, "does not know the VAT number FR40303265045", "VAT 20%")
    assert (newest().amount, newest().tax_treatment) == (Decimal("96.00"), "destination")


@pytest.mark.parametrize("includes", [True, False])
def test_prices_without_tax_stay_when_reverse_charge_ends(client: Client, taxed: Invoice, includes: bool) -> None:
    """The first invoice is the one without tax: what it says is all that is known of the price."""
    Seller.objects.update(prices_include_tax=includes)
    first = make_invoice(taxed.customer, "99.99", "0.02", "5.00", payer=PayerDetails.from_json(FRENCH).to_json())
    assert first.tax_treatment == "reverse_charge"
    agreeing(client, links.payer_path(first), PAYER | {"payer": "new"}, "VAT 19%")
    assert newest().net == first.net and newest().tax == (first.net * 19 / 100).quantize(Decimal("0.01"))


def test_a_buyers_payer_who_names_nobody_has_the_buyer_to_ask(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term("standard", 12))
    order_by(client, shop)
    invoice = newest()
    mine = payers.add(customer=invoice.customer, details=PayerDetails(kind="company", company="Mine", country="KZ"))
    client.post(links.payer_path(invoice), {"payer": mine.public_id})
    assert (newest().payer["company"], newest().payer["name"]) == ("Mine", "Grace New")
    assert newest().payer["phone"] == invoice.payer["phone"] != ""
    page = client.get(links.payer_path(newest())).content.decode()
    assert re.search(rf'value="{mine.public_id}"[^>]* checked', page), "the one of now is chosen"


@pytest.mark.parametrize(
    ("currency", "amounts"), [("EUR", ("96.00", "0.05")), ("RUB", ("8640.00", "990.50")), ("JPY", ("12000", "1"))]
)
def test_in_every_currency_there_and_back_is_the_same(
    customer: Any, shop: Any, vies: Any, settings: Any, currency: str, amounts: tuple[str, ...]
) -> None:
    settings.SHOP_CURRENCIES = ["EUR", "RUB", "JPY"]
    charge_vat()
    abroad, at_home = PayerDetails.from_json(FRENCH), PayerDetails.from_json(PAYER | {"company": "Other GmbH"})
    first = make_invoice(customer, *amounts, currency=currency, payer=at_home.to_json())
    taxation.ask(abroad)
    away = replacing.change_payer(invoice=first, payer=abroad.to_json(), is_told=False)
    assert (away.tax, away.tax_treatment) == (0, "reverse_charge")
    assert away.amount == money.quantize(first.net, currency) < first.amount
    back = replacing.change_payer(invoice=away, payer=at_home.to_json(), is_told=False)
    assert (back.amount, back.tax, back.order.total_incl_tax) == (first.amount, first.tax, first.amount)
    assert [line.amount for line in back.lines.all()] == [line.amount for line in first.lines.all()]
