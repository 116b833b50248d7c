"""2Checkout lists a refund late, or its answer is lost: nothing goes out twice, and nothing counts as failed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from storefront.billing.errors import RefundUnknown
from storefront.billing.models import Payment, Refund, ReviewItem
from storefront.billing.services import refunds
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import RefundStatus
from storefront.core import clock
from storefront.gateways.payments.twocheckout import Gateway
from storefront.sandbox.twocheckout import TwoCheckoutStandIn

pytestmark = pytest.mark.django_db
PART = Decimal("16.00")


@pytest.fixture
def paid(twocheckout: TwoCheckoutStandIn, invoice: Any) -> Payment:
    attempt = start(invoice=invoice, gateway_name="twocheckout")
    twocheckout.buy(attempt.redirect_url)
    return settle(attempt_id=attempt.pk).payment


@pytest.fixture(params=["listed late", "lost"])
def unknown(request: Any, twocheckout: TwoCheckoutStandIn, paid: Payment) -> Refund:
    """A refund that was made, and that nobody sees yet."""
    twocheckout.list_refunds(yes=False)
    if request.param == "lost":
        twocheckout.fail_next(kind="lost", method="POST")
    with pytest.raises(RefundUnknown):
        refunds.start(payment=paid, amount=PART, reason="asked for")
    return Refund.objects.get()


def followed(refund: Refund, after: timedelta) -> str:
    with time_machine.travel(clock.now() + after):
        refunds.follow_open()
    refund.refresh_from_db()
    return refund.status


def posts(stand_in: TwoCheckoutStandIn) -> int:
    return sum(each["method"] == "POST" for each in stand_in.requests())


def test_it_is_only_looked_for_and_booked_once_it_is_listed(
    twocheckout: TwoCheckoutStandIn, unknown: Refund, audited: Any
) -> None:
    assert unknown.status == RefundStatus.CREATED and not ReviewItem.objects.exists()
    for minutes in (2, 10, 30):
        assert followed(unknown, timedelta(minutes=minutes)) == RefundStatus.CREATED
    twocheckout.list_refunds()
    assert followed(unknown, timedelta(minutes=40)) == RefundStatus.SUCCEEDED
    assert posts(twocheckout) == twocheckout.stats()["refunds"] == 1
    assert audited() == []


def test_one_that_is_never_listed_is_given_up_and_told(twocheckout: TwoCheckoutStandIn, unknown: Refund) -> None:
    assert followed(unknown, Gateway.key_lifetime + timedelta(minutes=1)) == RefundStatus.FAILED
    assert ReviewItem.objects.get().kind == "refund_failed" and posts(twocheckout) == 1


def test_one_that_was_given_up_and_is_listed_at_last_is_booked(
    twocheckout: TwoCheckoutStandIn, unknown: Refund, paid: Payment
) -> None:
    followed(unknown, Gateway.key_lifetime + timedelta(minutes=1))
    twocheckout.list_refunds()
    assert paid.attempt_id is not None
    settle(attempt_id=paid.attempt_id, look_for_refunds=True)
    paid.refresh_from_db()
    assert paid.amount_refunded == PART
