"""Fees, payouts and exchange are booked once, so that a provider's account holds what the provider holds for us."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storefront.billing.models import (
    LedgerEntry,
    LedgerTransaction,
    ProviderMovement,
    ReconciledDay,
    ReviewItem,
)
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import movement_booking, reconcile, reconcile_days, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock
from storefront.gateways.errors import Unavailable
from storefront.sandbox.stripe.payouts import Payouts
from tests.billing.building import make_invoice
from tests.billing.test_reconcile_days import NEXT_NIGHT, at, night, paid, pay  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


def held(stripe: Any) -> dict[str, Decimal]:
    """What is on our balance at the provider, by the provider's own list."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in stripe.state.all("balance_transaction"):
        sums[each["currency"].upper()] += Decimal(each["amount"] - each["fee"]) / 100
    return {currency: total for currency, total in sums.items() if total}


def account(kind: AccountKind = AccountKind.PROVIDER) -> dict[str, Decimal]:
    """What we say that it holds, or what an account of ours has got."""
    rows = LedgerEntry.objects.filter(account__kind=kind, account__name="stripe").values("account__currency")
    sums = dict(rows.annotate(total=Sum("amount")).values_list("account__currency", "total"))
    return {currency: -total for currency, total in sums.items() if total}


def pay_in_dollars(stripe: Any, customer: Any) -> Any:
    """A payment in euros that the provider keeps in another currency, at two to one."""
    before = {each["id"] for each in stripe.state.all("balance_transaction")}
    payment = pay(stripe, customer)
    for each in stripe.state.all("balance_transaction"):
        if each["id"] not in before:
            each |= {"currency": "usd", "amount": each["amount"] * 2, "fee": each["fee"] * 2}
    return payment


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sampled_from(["pay", "pay in dollars", "refund", "dispute", "payout", "fee", "night"]),
        min_size=3,
        max_size=7,
    )
)
def test_whatever_happens_our_account_is_the_providers_balance(
    stripe: Any,
    customer: Any,
    at: Any,  # noqa: F811
    audited: Any,
    happens: list[str],
) -> None:
    payments = []
    for what in ["pay", *happens]:
        if what in ("pay", "pay in dollars"):
            payments.append((pay if what == "pay" else pay_in_dollars)(stripe, customer))
        elif what == "refund" and payments:
            decision = RefundDecision(invoice=payments[-1].invoice, amount=Decimal("1.00"))
            refunds.begin(decision=decision, reason="r", by=None)
        elif what == "dispute" and payments:
            disputed = payments.pop()
            stripe.dispute(disputed.reference)
            settle(attempt_id=disputed.attempt_id)
        elif what == "payout":
            Payouts(stripe.state).pay(700)
        elif what == "fee":
            Payouts(stripe.state).charge_fee(150)
        elif what == "night":
            reconcile_days.reconcile_days()
    at.shift(timedelta(seconds=2))  # what happened within this second is not listed yet
    reconcile_days.reconcile_days()
    assert account() == held(stripe)
    assert audited() == []


def test_each_is_booked_once_and_where_it_belongs(stripe: Any, paid: Any, at: Any) -> None:  # noqa: F811
    Payouts(stripe.state).pay(5000)
    Payouts(stripe.state).charge_fee(150)
    night(at)
    assert account() == held(stripe) == {"EUR": Decimal("96.00") - Decimal("3.13") - Decimal("51.50")}
    assert account(AccountKind.BANK) == {"EUR": Decimal("50.00")}
    assert account(AccountKind.FEES) == {"EUR": Decimal("4.63")}
    count = LedgerTransaction.objects.count()
    ProviderMovement.objects.update(booked_at=None)  # whoever was killed before saying so
    movement_booking.book_new("stripe")
    assert LedgerTransaction.objects.count() == count


def test_what_we_do_not_know_waits(stripe: Any, customer: Any, at: Any) -> None:  # noqa: F811
    attempt = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(attempt.provider_reference)  # and nobody tells us
    night(at)
    assert account() == {}
    settle(attempt_id=attempt.pk)
    reconcile_days.reconcile_days()
    assert account() == held(stripe)


def test_one_that_cannot_be_booked_is_filed_and_keeps_no_other_from_it(
    stripe: Any,
    paid: Any,  # noqa: F811
    at: Any,  # noqa: F811
) -> None:
    """Nor the comparison of the days."""
    broken = ProviderMovement.objects.create(
        gateway="stripe", reference="po_broken", kind="payout", happened_at="2026-03-01T12:00Z", day="2026-03-01",
        currency="EUR", amount=Decimal("-5.005"), fee=Decimal("0.25"), source_amount=0, source_currency="EUR",
    )  # fmt: skip
    Payouts(stripe.state).pay(5000)
    night(at)
    assert account() == held(stripe)
    assert ReconciledDay.objects.filter(day="2026-03-04").exists()
    item = ReviewItem.objects.get(kind="movement_not_booked")
    assert "po_broken" in item.detail and "5.005" in item.detail
    broken.refresh_from_db()
    assert broken.booked_at is None
    reconcile_days.reconcile_days()
    assert ReviewItem.objects.filter(kind="movement_not_booked").count() == 1
    ReviewItem.objects.update(resolved_at=clock.now())
    reconcile_days.reconcile_days()
    assert ReviewItem.objects.filter(kind="movement_not_booked").count() == 2, "it is still not booked"


class Gone:
    def __init__(self) -> None:
        raise Unavailable("gone")


def test_a_provider_that_fails_keeps_no_other_from_being_compared(
    stripe: Any,
    customer: Any,
    paid: Any,  # noqa: F811
    at: Any,  # noqa: F811
    settings: Any,
) -> None:
    settings.PAYMENT_GATEWAYS = {"gone": {"class": f"{__name__}.Gone"}, **settings.PAYMENT_GATEWAYS}
    Payouts(stripe.state).pay(5000)
    untold = start(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(untold.provider_reference)
    at.move_to(NEXT_NIGHT)
    with pytest.raises(Unavailable):
        reconcile.reconcile()
    untold.refresh_from_db()
    assert untold.status == "succeeded"
    with pytest.raises(Unavailable):
        reconcile_days.reconcile_days()
    assert ReconciledDay.objects.exists() and account() == held(stripe)


def test_what_is_booked_late_is_dated_when_it_happened(stripe: Any, paid: Any, at: Any) -> None:  # noqa: F811
    Payouts(stripe.state).pay(5000)
    night(at)
    for movement in LedgerTransaction.objects.filter(kind__in=movement_booking.KINDS):
        listed = ProviderMovement.objects.get(pk=movement.key.split("-")[1])
        assert movement.created_at == listed.happened_at
        assert {entry.created_at for entry in movement.entries.all()} == {listed.happened_at}
