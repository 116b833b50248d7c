"""Payouts that had left our bank before they were stopped, and what the ledger says of our bank for payouts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.errors import RefundDecided
from storefront.billing.models import LedgerEntry, Payment, Refund, RefundPayout, ReviewItem
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger, refund_other_ways
from storefront.billing.services.ledger import BANK_TRANSFER
from storefront.billing.services.payments import pay as pay_from
from storefront.billing.services.payments import register
from storefront.billing.services.settlement import settle
from storefront.billing.states import InvoiceStatus
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, pay, statuses, terms, units_of
from tests.billing.test_refund_ways import begin, mark_paid
from tests.billing.test_refunds import kinds
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    """A paid invoice of two licenses, 60.00 and 40.00."""
    made = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    pay(stripe, made)
    return made


def late(refund: Refund, by: Any) -> tuple[Refund, Payment]:
    """Staff note a transfer that had left before its payout was stopped; once."""
    assert fresh(refund).failure_code == "payout_uncovered"
    mark_paid(fresh(refund), by)
    with pytest.raises(RefundDecided):
        mark_paid(fresh(refund), by)
    refund, payment = fresh(refund), Payment.objects.get()
    assert (refund.status, refund.failure_code, payment.amount_paid_out) == ("succeeded", "", refund.amount)
    return refund, payment


def test_a_transfer_that_left_before_the_provider_gave_back_is_noted_and_what_went_beyond_is_owed(
    stripe: Any, invoice: Any, customer: Any, audited: Any, outbox: Any
) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    attempt = invoice.attempts.get()
    stripe.refund(attempt.provider_reference, amount=5000)
    settle(attempt_id=attempt.pk)
    _refund, payment = late(refund, customer)
    assert payment.amount_kept == Decimal("-10.00") and ledger.balance_of(customer, "EUR") == Decimal("-10.00")
    assert "paid_beyond" in kinds() and "10.00" in ReviewItem.objects.get(kind="paid_beyond").told
    assert fresh(invoice).status == InvoiceStatus.REFUNDED and set(statuses(invoice)) == {"revoked"}
    assert len(outbox("refund_made:")) == 2  # the provider's and the transfer: money has come twice
    assert audited() == []


def test_without_the_matter_for_staff_the_auditor_finds_what_went_beyond(
    stripe: Any, invoice: Any, customer: Any, audited: Any
) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    attempt = invoice.attempts.get()
    stripe.refund(attempt.provider_reference, amount=5000)
    settle(attempt_id=attempt.pk)
    late(refund, customer)
    ReviewItem.objects.filter(kind="paid_beyond").delete()
    assert {finding.split()[0].rstrip(":") for finding in audited()} >= {
        "account-below-zero",
        "refunded-more-than-paid",
    }


@pytest.mark.parametrize("outcome", ["won", "lost"])
@pytest.mark.parametrize("is_noted_first", [True, False])
def test_a_transfer_that_left_before_a_dispute_stopped_it_is_noted(
    stripe: Any, invoice: Any, customer: Any, audited: Any, outcome: str, is_noted_first: bool
) -> None:
    [refund] = begin(invoice, units=units_of(invoice)[:1])
    attempt = invoice.attempts.get()
    stripe.dispute(attempt.provider_reference)
    settle(attempt_id=attempt.pk, look_for_disputes=True)
    if is_noted_first:
        late(refund, customer)
        assert audited() == [] and ledger.balance_of(customer, "EUR") == 0
    stripe.close_dispute(attempt.provider_reference, won=outcome == "won")
    settle(attempt_id=attempt.pk, look_for_disputes=True)
    if not is_noted_first:
        late(refund, customer)
    owed = Decimal("-60.00") if outcome == "lost" else Decimal(0)
    assert ledger.balance_of(customer, "EUR") == owed
    assert ("paid_beyond" in kinds()) == (outcome == "lost" and not is_noted_first)
    assert audited() == []


def test_what_is_noted_late_stops_the_payouts_that_nothing_covers_any_more(
    stripe: Any, invoice: Any, customer: Any, audited: Any
) -> None:
    [first] = begin(invoice, units=units_of(invoice)[:1])
    attempt = invoice.attempts.get()
    stripe.refund(attempt.provider_reference, amount=5000)
    settle(attempt_id=attempt.pk)
    [second] = begin(invoice, amount=Decimal("45.00"))
    late_one = fresh(first)
    mark_paid(late_one, customer)
    assert fresh(second).failure_code == "payout_uncovered"
    assert audited() == []


def test_what_a_bank_transfer_paid_and_a_payout_gave_back_leaves_nothing_on_our_banks_account(
    customer: Any, audited: Any
) -> None:
    invoice = make_invoice(customer, "50.00", terms=[terms(make_product("t"))])
    payment = register(
        customer=customer, gateway=BANK_TRANSFER, reference="T-1", is_live=True, amount=invoice.amount, currency="EUR"
    )
    pay_from(invoice, [(payment, invoice.amount)])
    [refund] = begin(invoice, units=units_of(invoice))
    mark_paid(refund, customer)
    account = ledger.own_account(AccountKind.PROVIDER, BANK_TRANSFER, "EUR")
    assert sum(account.entries.values_list("amount", flat=True)) == 0
    refund_other_ways.take_returned(payout=RefundPayout.objects.select_related("refund").get())
    assert sum(account.entries.values_list("amount", flat=True)) == Decimal("-50.00")
    assert audited() == []


def test_a_payout_of_an_earlier_release_comes_back_from_where_it_was_booked(
    invoice: Any, customer: Any, audited: Any
) -> None:
    [refund] = begin(invoice, amount=Decimal("10.00"))
    mark_paid(refund, customer)
    earlier = ledger.own_account(AccountKind.BANK, ledger.EARLIER_PAYOUTS, "EUR")
    LedgerEntry.objects.filter(transaction__key=f"refund-{refund.pk}", amount__gt=0).update(account=earlier)
    assert audited() == []
    refund_other_ways.take_returned(payout=RefundPayout.objects.select_related("refund").get())
    assert sum(earlier.entries.values_list("amount", flat=True)) == 0
    assert audited() == []
