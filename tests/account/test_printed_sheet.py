"""The sheet that a browser prints: the sums of each tax rate, why there is no tax, the payer's numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from storefront.billing.models import Seller, TaxRate
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def seller(wagtail_site: Any) -> None:
    TaxRate.objects.get_or_create(country="DE", valid_from=date(2021, 1, 1), defaults={"rate": 19})
    Seller.objects.create(name="Kleine Software UG", country="DE", vat_id="DE136695976", tax_regime="vat")


def printed(own: Client, customer: Any, **payer: str) -> str:
    invoice = make_invoice(customer, "119.00", payer=payer)
    return " ".join(own.get(reverse("account-invoice-print", args=[invoice.number])).content.decode().split())


def test_tax_is_named_by_rate_with_what_it_is_of(own: Client, customer: Any) -> None:
    sheet = printed(own, customer, country="DE", postcode="10115", city="Berlin")
    for words in ("Tax 19% of €100.00", "€19.00", "Total without tax", "10115 Berlin", "Germany", "DE136695976"):
        assert words in sheet


def test_where_none_is_charged_the_reason_is_named(own: Client, customer: Any) -> None:
    sheet = printed(own, customer, country="CH", kind="company", company="Kunde AG", tax_number="CHE-1")
    assert "place of supply is the buyer" in sheet
    assert "Kunde AG" in sheet and "Total without tax" not in sheet
