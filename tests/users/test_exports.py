"""Every spreadsheet that the back offices make, with customers and editors who call themselves formulas."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from inspect import unwrap
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse
from openpyxl import load_workbook
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.order.models import OrderDiscount
from oscar.apps.voucher.models import Voucher, VoucherSet
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from storefront.core import clock
from tests import purchases

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
]

HOSTILE = '=HYPERLINK("https://evil.example","x")'


@pytest.fixture
def staff(client: Client, make_customer: Any) -> Client:
    user = make_customer("staff@example.com", name=HOSTILE, first_name=HOSTILE, last_name="+1")
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    return client


@pytest.fixture
def trade(shop: Any, make_customer: Any) -> Any:
    """Everything that reports list, by names that are formulas."""
    customer = make_customer("+1@example.com", name=HOSTILE, first_name=HOSTILE, last_name="@SUM(1)")
    order = purchases.order(customer, shop).order
    everything = Range.objects.create(name=HOSTILE, includes_all_products=True)
    offer = ConditionalOffer.objects.create(
        name=HOSTILE,
        condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=10),
    )
    now = clock.now()
    codes = VoucherSet.objects.create(name=HOSTILE, count=0, code_length=4, start_datetime=now, end_datetime=now)
    voucher = Voucher.objects.create(name=HOSTILE, code="=1+1", start_datetime=now, end_datetime=now, voucher_set=codes)
    voucher.offers.add(offer)
    OrderDiscount.objects.create(order=order, offer_id=offer.pk, offer_name=HOSTILE, voucher_code="=1+1", amount=1)
    shop.software.product.title = HOSTILE
    shop.software.product.save()
    Page.objects.filter(depth__gt=1).update(title=HOSTILE, draft_title=HOSTILE)
    Page.objects.last().specific.save_revision(log_action=True)
    Redirect.objects.create(old_path="/a", redirect_link="=1+1")
    return order, offer, codes


def check(response: Any, path: str) -> list[list[Any]]:
    """Every cell of a download; none is a formula."""
    assert response.status_code == 200, path
    content = response.getvalue() if response.streaming else response.content
    if response["Content-Type"].startswith("text/csv"):
        rows: list[list[Any]] = list(csv.reader(StringIO(content.decode(), newline="")))
    else:
        assert "spreadsheetml" in response["Content-Type"], path
        cells = [list(row) for row in load_workbook(BytesIO(content)).active.iter_rows()]
        assert "f" not in {place.data_type for row in cells for place in row}, path
        rows = [[place.value for place in row] for row in cells]
    for value in (value for row in rows for value in row if isinstance(value, str)):
        assert value.lstrip()[:1] not in set("=+@\t\r"), (path, value)
        assert not value.startswith("-1+"), (path, value)
    return rows


def exports() -> Iterator[str]:
    """The name of every view of Wagtail that can export, ours of snippets among them, found by the resolver."""

    def walk(patterns: Any, names: tuple[str, ...]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, (*names, pattern.namespace) if pattern.namespace else names)
                continue
            view = getattr(unwrap(pattern.callback, stop=lambda f: hasattr(f, "view_class")), "view_class", None)
            if view and issubclass(view, SpreadsheetExportMixin) and pattern.name:
                yield ":".join((*names, pattern.name))

    yield from sorted(set(walk(get_resolver().url_patterns, ())))


def test_every_export_of_wagtail_is_without_formulas(staff: Client, trade: Any) -> None:
    names, seen, cells = list(exports()), 0, 0
    assert len(names) > 15
    for name in names:
        try:
            path = reverse(name)
        except NoReverseMatch:  # it is about one thing, which the address names
            continue
        for kind in ("csv", "xlsx"):
            response = staff.get(path, {"export": kind})
            if response.status_code == 200 and not response["Content-Type"].startswith("text/html"):
                seen += 1
                cells += sum("'=" in str(value) for row in check(response, path) for value in row)
    assert seen > 10
    assert cells > 5, "the names are in none of them"
