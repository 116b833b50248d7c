"""An invoice that is paid from the personal account, whole or beside a charge: the process is killed at every commit
and call. What was reserved is used once or free again; nothing is taken twice, nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.models import Invoice, LedgerTransaction, PaymentAttempt
from storefront.billing.personal_account import balances, paying
from storefront.billing.services import ledger, part_payments
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import OPEN_ATTEMPT, InvoiceKind
from storefront.core import audit
from storefront.licensing.models import License
from tests.billing.building import make_invoice
from tests.licensing.conftest import make_product
from tests.races.test_crashes import (  # noqa: F401  (fixtures)
    MESSAGES,
    MOST_POINTS,
    backend,
    doomed,
    mails,
    message,
    recover,
    sent_mails,
    terms,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

#: Of 96.00, beside 20.00 on the account.
REST = "76.00"
#: The worker's jobs that look after charges and what is reserved beside them.
LOOKING = ("payments-poll", "account-release", *MESSAGES)


class Purchase:
    """An invoice of 96.00, and what its customer has on their account."""

    def __init__(self, stripe: Any, mails: Any, customer: Any, funds: str) -> None:  # noqa: F811
        self.stripe, self._mails, self.customer, self.funds = stripe, mails, customer, Decimal(funds)
        advance = make_invoice(customer, funds, with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
        attempt = start(invoice=advance, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        recover(MESSAGES)
        self._before = sent_mails(mails, customer.email)
        self.invoice: Invoice = make_invoice(customer, terms=[terms(make_product(f"sold-{customer.pk}"), "")])

    def open_charges(self) -> list[PaymentAttempt]:
        return list(self.invoice.attempts.filter(status__in=OPEN_ATTEMPT))

    def state(self) -> tuple[Decimal, tuple[str, ...]]:
        """What is reserved, and the states of the charges."""
        found = tuple(self.invoice.attempts.order_by("pk").values_list("status", flat=True))
        return part_payments.reserved(self.invoice), found

    def pages_open(self) -> int:
        """Pages at the provider on which somebody could still pay this invoice."""
        mine = set(self.invoice.attempts.values_list("provider_reference", flat=True))
        return sum(each["status"] == "open" and each["id"] in mine for each in self.stripe.sessions())

    def pay_open_charge(self) -> None:
        [attempt] = self.open_charges()
        self.stripe.pay(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        recover(MESSAGES)

    def assert_paid_once(self, *, left: str = "0") -> None:
        self.invoice.refresh_from_db()
        assert self.invoice.status == "paid" and not self.open_charges() and self.pages_open() == 0
        assert LedgerTransaction.objects.filter(invoice=self.invoice, kind="purchase").count() == 1
        assert ledger.balance_of(self.customer, "EUR") == Decimal(left) == balances.spendable(self.customer, "EUR")
        assert not self.invoice.part_payments.filter(released_at=None).exists()
        assert License.objects.get(customer=self.customer).periods.count() == 1
        letters = sent_mails(self._mails, self.customer.email) - self._before
        assert letters and set(letters.values()) == {1}

    def assert_untouched(self) -> None:
        """Once the provider's page has ended and the shop was told, what was reserved is free."""
        for attempt in self.open_charges():
            assert attempt.provider_reference
            self.stripe.expire(attempt.provider_reference)
            settle(attempt_id=attempt.pk)
        recover(LOOKING)
        self.invoice.refresh_from_db()
        assert (self.invoice.status, self.open_charges(), self.pages_open()) == ("open", [], 0)
        assert part_payments.held(self.invoice) == 0
        assert balances.spendable(self.customer, "EUR") == self.funds == ledger.balance_of(self.customer, "EUR")


@pytest.fixture
def purchase(stripe: Any, mails: Any, make_customer: Any) -> Callable[..., Purchase]:  # noqa: F811
    numbers = iter(range(4 * MOST_POINTS))
    return lambda funds="20.00": Purchase(stripe, mails, make_customer(f"buyer{next(numbers)}@example.com"), funds)


def points() -> Any:
    """1, 2, 3 ... and the failure of a flow that never ends."""
    yield from range(1, MOST_POINTS)
    pytest.fail("the flow never came to its end")


def nothing_for_the_auditor() -> None:
    assert [str(finding) for finding in audit.run()] == []


@pytest.mark.parametrize("was_open", [False, True], ids=["first charge", "another was open"])
def test_opening_both_is_gone_on_with_or_undone(doomed: Any, purchase: Any, was_open: bool) -> None:  # noqa: F811
    """The customer presses again and pays; or they never come back, and the provider's page ends."""
    seen = set()
    for die_at in points():
        comes_back, leaves = purchase(), purchase()
        for each in (comes_back, leaves):
            if was_open:
                start(invoice=each.invoice, gateway_name="stripe")
            died = doomed.run("use_account_and_card", die_at, invoice=each.invoice.pk, rest=REST)
            assert each.pages_open() <= 1
        seen.add(comes_back.state())
        doomed.run("use_account_and_card", 0, invoice=comes_back.invoice.pk, rest=REST)
        assert [each.amount for each in comes_back.open_charges()] == [Decimal(REST)]
        assert comes_back.pages_open() == 1
        comes_back.pay_open_charge()
        comes_back.assert_paid_once()
        recover(LOOKING)
        leaves.assert_untouched()
        if not died:
            break
    # Control: it died before the reservation, after it, once the charge was noted, and once its page was there.
    before = ("cancelled",) if was_open else ()
    parts = {(Decimal(0), before), (Decimal(20), before), (Decimal(20), (*before, "created"))}
    assert parts | {(Decimal(20), (*before, "pending"))} <= seen
    assert was_open == ((Decimal(0), ("pending",)) in seen)
    nothing_for_the_auditor()


def test_a_paid_rest_uses_the_part_once(doomed: Any, stripe: Any, purchase: Any) -> None:  # noqa: F811
    seen = set()
    for die_at in points():
        each = purchase()
        paying.use_part(invoice=each.invoice, method="stripe", rest=Decimal(REST))
        attempt = start(invoice=each.invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        died = doomed.run("take_message", die_at, **message(stripe, attempt.provider_reference))
        seen.add(each.state())
        recover(LOOKING)
        each.assert_paid_once()
        if not died:
            break
    assert seen == {(Decimal(20), ("pending",)), (Decimal(0), ("succeeded",))}  # control: all of it, or nothing
    nothing_for_the_auditor()


def test_a_part_that_is_not_wanted_any_more_is_free(doomed: Any, purchase: Any) -> None:  # noqa: F811
    seen = set()
    for die_at in points():
        comes_back, leaves = purchase(), purchase()
        for each in (comes_back, leaves):
            paying.use_part(invoice=each.invoice, method="stripe", rest=Decimal(REST))
            start(invoice=each.invoice, gateway_name="stripe")
            died = doomed.run("use_card_alone", die_at, invoice=each.invoice.pk)
            assert each.pages_open() <= 1
        seen.add(comes_back.state())
        doomed.run("use_card_alone", 0, invoice=comes_back.invoice.pk)
        assert [each.amount for each in comes_back.open_charges()] == [Decimal(96)]
        comes_back.pay_open_charge()
        comes_back.assert_paid_once(left="20")
        recover(LOOKING)
        leaves.assert_untouched()
        if not died:
            break
    assert {(Decimal(20), ("pending",)), (Decimal(20), ("cancelled",)), (Decimal(0), ("cancelled",))} <= seen  # control
    nothing_for_the_auditor()


def test_the_worker_that_frees_parts_is_killed(doomed: Any, stripe: Any, purchase: Any) -> None:  # noqa: F811
    seen = set()
    for die_at in points():
        each = purchase()
        paying.use_part(invoice=each.invoice, method="stripe", rest=Decimal(REST))
        attempt = start(invoice=each.invoice, gateway_name="stripe")
        stripe.expire(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        each.invoice.part_payments.update(created_at=attempt.created_at - 2 * paying.OPENING)
        died = doomed.run("free_reserved", die_at)
        seen.add(each.state()[0])
        each.assert_untouched()
        if not died:
            break
    assert seen == {Decimal(20), Decimal(0)}  # control
    nothing_for_the_auditor()


@pytest.mark.parametrize("was_open", [False, True], ids=["no charge", "a charge was open"])
def test_the_whole_is_paid_once(doomed: Any, purchase: Any, was_open: bool) -> None:  # noqa: F811
    seen = set()
    for die_at in points():
        each = purchase("100.00")
        if was_open:
            start(invoice=each.invoice, gateway_name="stripe")
        died = doomed.run("pay_from_account", die_at, invoice=each.invoice.pk)
        each.invoice.refresh_from_db()
        seen.add(each.invoice.status)
        if each.invoice.status == "open":
            doomed.run("pay_from_account", 0, invoice=each.invoice.pk)
        recover(LOOKING)
        each.assert_paid_once(left="4")
        if not died:
            break
    assert seen == {"open", "paid"}  # control
    nothing_for_the_auditor()
