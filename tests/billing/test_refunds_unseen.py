"""Refunds of which the provider's word is missing, unclear or late: no money goes out twice, no failure goes untold."""

from __future__ import annotations

import pytest

from storefront.billing.models import Refund
from storefront.billing.services.settlement import settle
from storefront.billing.states import RefundStatus
from tests.billing.test_begun_refunds import TEN, fresh, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(stripe, invoice):
    return pay(stripe, invoice)


@pytest.mark.parametrize("status", [None, "on_hold"])
def test_a_refund_without_a_known_status_is_pending(stripe, paid, audited, status):
    reference = stripe.refund(paid.reference, amount=1000)
    with stripe.state.changing():
        stripe.state.get("refund", reference)["status"] = status
    settle(attempt_id=paid.attempt_id)
    refund = Refund.objects.get()
    assert (refund.reference, refund.status) == (reference, RefundStatus.PENDING)
    assert fresh(paid).amount_refunded == TEN
    assert audited() == []
