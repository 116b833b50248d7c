"""Many who spend from one personal account in the same moment: never more than is on it, and nothing twice."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from storefront.billing.audit import checks
from storefront.billing.models import Invoice, LedgerTransaction, PartPayment
from storefront.billing.personal_account import balances, paying
from storefront.billing.services import ledger, part_payments, refunds
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core import states
from tests.billing.building import make_invoice
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

SPENDERS = 32


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)


@pytest.fixture
def funded(stripe: Any, customer: Any) -> Any:
    """200.00 EUR on the account."""
    invoice = make_invoice(customer, "200.00", with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    return settle(attempt_id=attempt.pk).payment


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause between looking at what can be spent and spending it."""
    look = balances.sources

    def looked(*args: Any) -> Any:
        found = look(*args)
        dawdle(0.05)
        return found

    monkeypatch.setattr(balances, "sources", looked)


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: rows are read as they are, nobody waits for anybody, and all dawdle before writing."""
    look = ledger.balance_of

    def read(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    def looked(*args: Any) -> Any:
        found = look(*args)
        dawdle()
        return found

    monkeypatch.setattr(states, "lock", read)
    monkeypatch.setattr(ledger, "balance_of", looked)


def invoices_of(customer: Any, number: int) -> list[Invoice]:
    return [make_invoice(customer) for _ in range(number)]


def paid() -> int:
    return Invoice.objects.filter(kind=InvoiceKind.ORDER, status=InvoiceStatus.PAID).count()


def test_thirty_two_spenders_spend_what_is_there(customer: Any, funded: Any, race: Any, slowly: None) -> None:
    results = race(*(partial(paying.pay, invoice=each) for each in invoices_of(customer, SPENDERS)))
    assert paid() == 2 and ledger.balance_of(customer, "EUR") == 8
    assert sum(isinstance(each, paying.NotEnough) for each in results) == SPENDERS - 2
    assert [str(finding) for finding in checks()] == []


def test_control_run_without_locks_more_is_spent(
    customer: Any, funded: Any, race: Any, without_locks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    race(*(partial(paying.pay, invoice=each) for each in invoices_of(customer, 8)))
    monkeypatch.undo()
    assert ledger.balance_of(customer, "EUR") < 0


def test_one_invoice_is_paid_once_by_many_presses(customer: Any, funded: Any, race: Any, slowly: None) -> None:
    invoice = make_invoice(customer)
    race(partial(paying.pay, invoice=invoice), copies=8)
    assert paid() == 1 and LedgerTransaction.objects.filter(kind="purchase").count() == 1
    assert [str(finding) for finding in checks()] == []


def test_spent_or_reserved_and_never_both(customer: Any, funded: Any, race: Any, slowly: None) -> None:
    large = make_invoice(customer, "500.00")
    race(
        partial(paying.use_part, invoice=large, method="stripe", rest=Decimal(300)),
        *(partial(paying.pay, invoice=each) for each in invoices_of(customer, 3)),
        copies=2,
    )
    kept = part_payments.held(large)
    assert kept + 96 * paid() <= 200 and balances.spendable(customer, "EUR") == 200 - 96 * paid() - kept
    assert PartPayment.objects.filter(released_at=None).count() <= 1
    assert [str(finding) for finding in checks()] == []


def test_spent_or_refunded_and_never_both(customer: Any, funded: Any, race: Any, slowly: None) -> None:
    race(
        lambda: refunds.start(payment=funded, amount=funded.amount, reason="Not needed"),
        *(partial(paying.pay, invoice=each) for each in invoices_of(customer, 3)),
    )
    assert ledger.balance_of(customer, "EUR") >= 0
    assert [str(finding) for finding in checks()] == []
