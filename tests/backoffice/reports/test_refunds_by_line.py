"""What is given back of one line lowers the income of its product alone, and what comes later takes what is left."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.models import Invoice, LedgerTransaction, Refund
from storefront.billing.reports import bookings, dimensions, income
from storefront.billing.services import refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.refund_units import units_left
from storefront.billing.services.settlement import settle
from storefront.core import clock
from storefront.core.spans import Span
from tests.backoffice.reports.trade import Trade
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(stripe: Any, customer: Any) -> Trade:
    made = Trade(stripe, customers=[customer])
    made.products = [make_product("calls", binding_kind="none"), make_product("chats", binding_kind="none")]
    return made


@pytest.fixture
def sold(shop: Trade) -> Iterator[Invoice]:
    """Calls and chats for 100 each, paid by card."""
    lines = [(shop.products[0], "standard", 1, "100.00"), (shop.products[1], "pro", 12, "100.00")]
    invoice = shop.order(shop.customers[0], lines, rate=Decimal(25))
    shop._pay(invoice, card=True)
    return invoice


def give_back(invoice: Invoice, **decision: Any) -> Refund:
    fresh = Invoice.objects.get(pk=invoice.pk)
    [refund] = refunds.begin(decision=RefundDecision(invoice=fresh, **decision), reason="", by=None)
    return refund


def attempt_of(invoice: Invoice) -> Any:
    return invoice.attempts.get()


def came_back(shop: Trade, by: dimensions.Dimension = dimensions.PRODUCT) -> list[Decimal]:
    """Refunded and lost of calls and of chats, or of what they were sold as; the rows behind them add up to it."""
    today = Span(clock.today(), clock.today())
    found = income.split(today, by)
    values = {
        "product": [product.pk for product in shop.products],
        "type": [shop.products[0].plans.get(code="standard").pk, shop.products[1].plans.get(code="pro").pk],
        "period": [1, 12],
    }[by.name]
    for key, each in found.items():
        rows = list(bookings.read(bookings.rows(today, by=by, value=key[0])))
        assert sum((row.amount for row in rows), Decimal(0)) == each.income
        assert sum((row.tax for row in rows), Decimal(0)) == each.tax
    parts = [found[value, "EUR"] for value in values]
    assert len(found) == 2
    return [part.refunded + part.lost for part in parts]


@pytest.mark.parametrize("by", [dimensions.PRODUCT, dimensions.PLAN, dimensions.PERIOD], ids=lambda by: by.name)
def test_a_refund_of_a_line_lowers_that_line_alone(shop: Trade, sold: Invoice, by: dimensions.Dimension) -> None:
    give_back(sold, units=list(units_left(sold))[1:])
    assert came_back(shop, by) == [0, -100]
    refunded = [row for row in bookings.read(bookings.rows(Span(clock.today(), clock.today()), kind="refunded"))]
    assert [(row.amount, row.tax) for row in refunded] == [(-100, -20)]


def test_the_rest_by_sum_is_of_what_is_left(shop: Trade, sold: Invoice) -> None:
    give_back(sold, units=list(units_left(sold))[1:])
    give_back(sold, amount=Decimal(60))
    assert came_back(shop) == [-60, -100]
    give_back(sold, amount=Decimal(40))
    assert came_back(shop) == [-100, -100]


def test_no_line_gives_back_more_than_it_sold(shop: Trade, sold: Invoice) -> None:
    give_back(sold, amount=Decimal(50))
    assert came_back(shop) == [-25, -25]
    give_back(sold, units=list(units_left(sold))[1:])
    assert came_back(shop) == [-50, -100]  # the chats sold 75 by then


def test_a_sum_with_licenses_that_end_is_theirs(shop: Trade, sold: Invoice) -> None:
    give_back(sold, amount=Decimal(30), ending=list(units_left(sold))[:1])
    assert came_back(shop) == [-30, 0]


def test_a_refund_of_a_line_that_fails_comes_back_to_it(shop: Trade, sold: Invoice) -> None:
    give_back(sold, units=list(units_left(sold))[:1])
    refund = give_back(sold, amount=Decimal(30), ending=list(units_left(sold))[1:])
    assert came_back(shop) == [-100, -30]
    shop.stripe.settle_refund(refund.reference, succeed=False)
    settle(attempt_id=attempt_of(sold).pk)
    assert came_back(shop) == [-100, 0]


def test_a_dispute_after_it_takes_and_returns_the_other_line(shop: Trade, sold: Invoice) -> None:
    give_back(sold, units=list(units_left(sold))[1:])
    reference = attempt_of(sold).provider_reference
    shop.stripe.dispute(reference, amount=8000)
    for status, expected in (("lost", -80), ("appeal_needs_response", -80), ("appeal_under_review", -80), ("won", 0)):
        shop.stripe.move_dispute(reference, status=status)
        settle(attempt_id=attempt_of(sold).pk, look_for_disputes=True)
        assert came_back(shop) == [expected, -100], status


def test_entries_from_before_are_shared_by_the_amounts(shop: Trade, sold: Invoice) -> None:
    give_back(sold, amount=Decimal(50))
    LedgerTransaction.objects.get(shares__amount=-25, shares__line__position=1).shares.all().delete()
    assert came_back(shop) == [-25, -25]
    give_back(sold, units=list(units_left(sold))[1:])
    assert came_back(shop) == [-50, -100]
