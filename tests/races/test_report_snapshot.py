"""A report adds up what was booked at one moment, while buyers go on paying."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal

import pytest

from storefront.billing.reports import dimensions, income
from storefront.core import clock
from storefront.core.spans import Span
from tests.purchases import order, pay
from tests.races.conftest import in_a_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.mark.parametrize("is_guarded", [True, False], ids=["guarded", "control"])
def test_a_payment_between_the_queries_is_in_none_of_them(customer, shop, stripe, monkeypatch, is_guarded):
    pay(order(customer, shop, "96.00"), stripe)
    late, in_part = order(customer, shop, "50.00"), income._in_part

    def paid_meanwhile(span, by):
        in_a_thread(lambda: pay(late, stripe)).join()
        return in_part(span, by)

    monkeypatch.setattr(income, "_in_part", paid_meanwhile)
    if not is_guarded:
        monkeypatch.setattr(income, "snapshot", nullcontext)
    found = income.split(Span(clock.today(), clock.today()), dimensions.PRODUCT)
    sums = {key[0]: takings.income for key, takings in found.items()}
    rest = sums.pop(income.Rest.NOT_OF_A_LINE, Decimal(0))
    assert list(sums.values()) == [Decimal("96.00")]
    assert (rest == 0) is is_guarded, "in the control the late one is of no product"
