"""Money columns hold the places of every currency, and what was issued before there were three keeps its hash."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import models

from catalogue.plans.models import Plan
from storefront.billing.models import Invoice, InvoiceLine
from storefront.billing.services import invoices
from storefront.core.money import MoneyField
from tests.architecture.test_house import ROOMS

#: Numbers that are no money: percentages, and a license's paid value by the day, which is finer.
NO_MONEY = {"plans.period.discount_percent", "plans.discount.percent", "plans.planprice.discount_percent",
            "billing.invoiceline.tax_rate", "billing.taxrate.rate", "billing.exchangerate.rate",
            "licensing.licenseperiod.amount"}  # fmt: skip


def decimals_of_ours():
    for model in apps.get_models():
        if model.__module__.split(".")[0] in ROOMS and not model.__module__.startswith("oscar"):
            for field in model._meta.local_fields:
                if isinstance(field, models.DecimalField):
                    yield f"{model._meta.label_lower}.{field.name}", field


def test_every_money_column_of_ours_holds_three_places():
    found = dict(decimals_of_ours())
    money = {name for name, field in found.items() if isinstance(field, MoneyField)}
    assert {"billing.invoice.amount", "billing.ledgerentry.amount", "plans.planprice.amount"} <= money
    assert set(found) - money == NO_MONEY
    assert all(found[name].decimal_places == 3 and found[name].max_digits >= 13 for name in money)


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 2), ("KWD", 3)])
def test_a_form_takes_the_places_of_the_shops_currency(settings, currency, places):
    settings.SHOP_CURRENCY = currency
    assert Plan._meta.get_field("monthly_price").formfield().decimal_places == places


def test_an_invoice_of_the_first_version_has_the_hash_it_was_issued_with():
    """The figure was computed by the release before there was a version."""
    invoice = Invoice(
        number="INV-2026-000042",
        issued_at=datetime(2026, 11, 21, 9, 30, 0, 123000, tzinfo=UTC),
        currency="EUR",
        net=Decimal("480.000"),
        tax=Decimal("0.000"),
        amount=Decimal("480.000"),
        seller={"name": "Northbridge Software Ltd"},
        payer={"name": "Ada Buyer"},
        language="en",
        hash_version=1,
    )
    terms = {"months": 12, "plan_code": "pro", "portal_address": "acme.bitrix24.com"}
    module = "Yeastar S-series module, Professional, 12 months"
    lines = [
        InvoiceLine(position=2, description="Установка", quantity=1, list_amount=Decimal(10), amount=Decimal(0)),
        InvoiceLine(
            position=1, description=module, quantity=2, list_amount=Decimal("600.000"), amount=Decimal("480.00"),
            license_terms_json=terms,
        ),
    ]  # fmt: skip
    assert invoices.content_hash(invoice, lines) == "e77d7116e64ff991e7d69299f5d2caca1bb100d4dfa241faf2d82c989d796028"


@pytest.mark.django_db
def test_new_invoices_are_of_the_newest_version(invoice):
    assert Invoice.objects.get(pk=invoice.pk).hash_version == invoices.HASH_VERSION > 1
