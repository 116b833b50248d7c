"""A visitor names their country once: product page, cart and checkout show what is charged there, and it is charged."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from storefront.billing.models import Invoice, Seller, TaxRate
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers
from storefront.core import countries, currencies
from tests.checkout.building import charge_vat, filled, put_in_cart, seal_on, text
from tests.factories import price_in_others

pytestmark = pytest.mark.django_db
PRODUCT = "/products/yeastar-s-module/"


def choose(client: Client, country: str, page: str = PRODUCT) -> Any:
    return client.post("/basket/country/", {"country": country, "next": page})


def button(client: Client) -> str:
    """The price on 'Buy'."""
    found = re.search(r'<span data-show="pay">([^<]+)</span>', client.get(PRODUCT).content.decode())
    assert found
    return found[1]


def chosen_on(response: Any) -> str:
    """The country that the checkout's form comes with."""
    return str(response.context["form"]["country"].value())


@pytest.mark.parametrize(
    ("includes", "country", "price", "words"),
    [
        (True, "", "€96.00", "incl. 19% VAT"),
        (True, "FR", "€96.00", "incl. 20% VAT"),
        (True, "CH", "€80.67", "Switzerland: €80.67 without VAT"),
        (False, "", "€96.00", "plus VAT"),
        (False, "HU", "€121.92", "plus 27% VAT: €121.92"),
        (False, "NO", "€96.00", "Norway: no VAT is added"),
    ],
    ids=["home", "oss", "outside", "unknown net", "oss net", "outside net"],
)
def test_the_price_shown_is_the_price_charged(
    client: Client, shop: Any, includes: bool, country: str, price: str, words: str
) -> None:
    charge_vat(prices_include_tax=includes)
    choose(client, country)
    page = text(client.get(PRODUCT))
    assert button(client) == price and f"€96.00 {words}" in page.replace("instead of €120.00 ", "")
    put_in_cart(client, shop.term("standard", 12))
    total = price if country or includes else "€114.24"  # at home, as no country is known
    assert f"Total {total}" in text(client.get("/basket/"))
    checkout = client.get("/checkout/")
    assert chosen_on(checkout) == (country or "DE") and f"Total {total}" in text(checkout)
    posted = {"kind": "person", "company": "", "address": "", "city": "", "country": chosen_on(checkout)}
    answer = client.post("/checkout/", filled(shop, shown=seal_on(checkout.content.decode()), **posted))
    assert answer.status_code == 302, text(answer)
    assert f"€{Invoice.objects.get().amount}" == total


def test_cards_and_comparison_say_it_too(client: Client, shop: Any) -> None:
    charge_vat(prices_include_tax=False)
    assert "from €8.00 a month plus VAT" in text(client.get("/products/"))
    assert "Prices: plus VAT" in text(client.get(PRODUCT))
    choose(client, "FR")
    assert "from €8.00 a month plus 20% VAT: €9.60" in text(client.get("/products/"))
    assert "Prices: plus 20% VAT" in text(client.get(PRODUCT))


@pytest.mark.parametrize(
    ("kind", "country", "words"),
    [("gst", "", "plus GST"), ("sales_tax", "US", "plus 8.5% sales tax: €104.16"), ("gst", "AU", "no GST is added")],
)
def test_the_tax_is_called_as_in_its_country(client: Client, shop: Any, kind: str, country: str, words: str) -> None:
    TaxRate.objects.create(country="US", rate=Decimal("8.5"), kind=kind, valid_from="2020-01-01")
    Seller.objects.update(tax_regime="fixed", country="US", prices_include_tax=False)
    choose(client, country)
    assert words in text(client.get(PRODUCT))


@pytest.mark.usefixtures("pages_kept")
def test_one_visitors_country_is_seen_by_no_other(client: Client, shop: Any) -> None:
    charge_vat(prices_include_tax=False)
    assert "plus VAT" in text(Client().get(PRODUCT))
    choose(client, "FR")
    assert "€115.20" in text(client.get(PRODUCT)) and "Prices for: France" in text(client.get(PRODUCT))
    assert "€115.20" not in text(Client().get(PRODUCT)) and "Prices for: France" not in text(Client().get(PRODUCT))
    choose(client, "")
    assert "€115.20" not in text(client.get(PRODUCT))


@pytest.mark.parametrize("cookie", ["<b>", "XX", "fr"])
def test_what_is_no_country_changes_nothing(client: Client, shop: Any, cookie: str) -> None:
    charge_vat(prices_include_tax=False)
    assert not choose(client, cookie).cookies
    client.cookies["country"] = cookie
    assert "plus VAT" in text(client.get(PRODUCT))


def test_nobody_is_asked_where_it_changes_nothing(client: Client, shop: Any) -> None:
    put_in_cart(client, shop.term())
    for path in (PRODUCT, "/basket/"):
        assert "/basket/country/" not in client.get(path).content.decode()


def test_the_newest_choice_counts_wherever_it_was_made(client: Client, shop: Any) -> None:
    charge_vat(prices_include_tax=False)
    put_in_cart(client, shop.term("standard", 12))
    client.post("/checkout/", filled(shop, country="HU", kind="person", go="cart"))
    assert "VAT 27%" in text(client.get("/basket/")) and "plus 27% VAT" in text(client.get(PRODUCT))
    assert "НДС 27" in text(client.get("/ru/basket/")), "the tax, not the number of that name"
    choose(client, "FR", "/basket/")
    checkout = client.get("/checkout/")
    assert chosen_on(checkout) == "FR" and "VAT 20%" in text(checkout)


def test_the_payer_whom_a_customer_has_goes_first(client: Client, shop: Any, customer: Any) -> None:
    charge_vat(prices_include_tax=False)
    payers.add(customer=customer, details=PayerDetails(name="Ada Buyer", country="HU"))
    client.force_login(customer)
    put_in_cart(client, shop.term("pro", 12))
    choose(client, "FR", "/basket/")
    page = client.get("/basket/")
    assert "VAT 27%" in text(page) and "/basket/country/" not in page.content.decode()


@pytest.mark.parametrize(("was", "country"), [("DE", "NL"), ("NL", "DE")])
def test_the_form_has_one_postcode_wherever_it_stands(client: Client, shop: Any, was: str, country: str) -> None:
    """Where tax depends on it, it stands apart: a script that puts the country's parts into the page moves it."""
    charge_vat()
    put_in_cart(client, shop.term("standard", 12))
    choose(client, was)
    page = BeautifulSoup(client.get("/checkout/").content, "lxml")
    answer = client.post("/checkout/", filled(shop, country=country, go="fields"), follow=True)
    anew, asked = BeautifulSoup(answer.content, "lxml"), page.select("#id_country")[0]
    for part in (str(asked["data-hx-target"]), *str(asked["data-hx-select-oob"]).split(",")):
        page.select(part)[0].replace_with(anew.select(part)[0])
    assert [field["value"] for field in page.select("[name=postcode]")] == ["10115"]


@pytest.mark.parametrize("page", ["cart", "nowhere", "//evil.example/", "https://evil.example/"])
def test_the_way_back_is_an_address_of_the_shop(client: Client, shop: Any, page: str) -> None:
    assert choose(client, "FR", page).url == "/basket/"


class TestCurrency:
    @pytest.fixture
    def three(self, shop: Any, settings: Any) -> Any:
        settings.SHOP_CURRENCIES = ["EUR", "RUB", "JPY"]
        price_in_others(shop, standard={"RUB": "899.99", "JPY": "1501"}, pro={"RUB": "2400.00"})
        charge_vat()
        return shop

    def test_follows_the_country_with_the_cart(self, client: Client, three: Any) -> None:
        put_in_cart(client, three.term("standard", 12))
        choose(client, "RU", "/basket/")
        assert "RUB 8,639.90" in text(client.get("/basket/")).replace("\xa0", " ")
        choose(client, "JP")
        assert "¥14,410" in text(client.get(PRODUCT))
        choose(client, "CH")
        assert "€80.67" in text(client.get("/basket/")), "francs are not sold in"

    def test_stays_as_it_was_chosen_by_hand(self, client: Client, three: Any) -> None:
        client.post("/basket/currency/", {"currency": "RUB", "next": PRODUCT})
        choose(client, "JP")
        assert "RUB" in text(client.get(PRODUCT)) and "¥14,410" not in text(client.get(PRODUCT))

    def test_of_every_country_is_one_that_is_sold(self, settings: Any) -> None:
        settings.SHOP_CURRENCIES = ["EUR", "RUB"]
        found = {code: currencies.of_country(code) for code in ("", *countries.codes())}
        assert set(found.values()) == {"EUR", "RUB"} and found["RU"] == "RUB" and found["CH"] == found[""] == "EUR"
