"""The lines of an invoice add up for the reader: unit price x quantity - discount = amount."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from storefront.billing.models import Invoice
from storefront.billing.services import invoices

pytestmark = pytest.mark.django_db


def issue(customer: Any, *lines: tuple[int, str, str]) -> Invoice:
    new = [
        invoices.NewLine(description="License", quantity=quantity, list_amount=Decimal(before), amount=Decimal(amount))
        for quantity, before, amount in lines
    ]
    with transaction.atomic():
        return invoices.issue(customer=customer, order=None, currency="EUR", payer={}, lines=new)


def figures(own: Client, invoice: Invoice, page: str = "") -> list[list[str]]:
    body = own.get(f"/account/invoices/{invoice.number}/{page}").content.decode()
    table = body[body.index("<tbody>") : body.index("</tbody>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    return [[re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.S)][1:] for row in rows]


@pytest.mark.parametrize("page", ["", "print/"])
def test_a_discounted_line_shows_price_quantity_discount_and_amount(
    own: Client, customer: Any, page: str, wagtail_site: Any
) -> None:
    invoice = issue(customer, (3, "360.00", "288.00"), (1, "10.00", "10.00"))
    assert figures(own, invoice, page) == [["€120.00", "3", "−€72.00", "€288.00"], ["€10.00", "1", "", "€10.00"]]


@pytest.mark.parametrize("page", ["", "print/"])
def test_without_a_discount_there_is_no_column_for_it(own: Client, customer: Any, page: str, wagtail_site: Any) -> None:
    assert figures(own, issue(customer, (2, "20.00", "20.00")), page) == [["€10.00", "2", "€20.00"]]
