"""Two of the staff confirm the same transfer; a transfer is confirmed while the buyer pays by card; two transfers that
share an invoice. Each race has a control run with its guard off, which must go wrong.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from storefront.billing.audit import checks
from storefront.billing.errors import AlreadyPaid
from storefront.billing.models import Invoice, LedgerEntry, Payment, ReviewItem
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger, part_payments
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.transfers.models import BankTransfer, SellerAccount
from storefront.billing.transfers.services import booking, confirming
from storefront.billing.transfers.services.booking import Share
from storefront.core import states
from storefront.core.money import MoneySum
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

CROWDS = [2, 8]


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    ledger.personal_account(customer, "EUR")  # whoever is second waits for the first to write an account
    ledger.own_account(AccountKind.PROVIDER, booking.GATEWAY, "EUR")
    return make_invoice(customer)


@pytest.fixture
def account(invoice: Invoice) -> SellerAccount:
    return make_account()


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: rows are read as they are, nobody waits for anybody, and all dawdle before writing."""

    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        if isinstance(instance, Invoice):
            dawdle()
        return instance

    monkeypatch.setattr(states, "lock", look)


def confirm(invoice: Invoice, account: SellerAccount, reference: str) -> None:
    facts = came(account, "96.00", reference=reference)
    with suppress(AlreadyPaid, IntegrityError, ledger.LedgerError):
        confirming.confirm(
            invoice=invoice, account=account, amount=facts.amount, value_on=facts.value_on, bank_reference=reference,
            by=invoice.customer,
        )  # fmt: skip


def sold() -> Decimal:
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.SALES)
    return entries.aggregate(sum=MoneySum("amount"))["sum"] or Decimal(0)


def is_sound() -> bool:
    return Payment.objects.count() == 1 and sold() == 96 and not list(checks())


@pytest.mark.parametrize("crowd", CROWDS)
def test_several_confirm_the_same_transfer_and_it_is_booked_once(
    invoice: Invoice, account: SellerAccount, race: Any, crowd: int
) -> None:
    race(partial(confirm, invoice, account, "REF 1"), copies=crowd)
    assert BankTransfer.objects.count() == 1
    assert is_sound()


def test_two_who_type_the_reference_differently_book_it_once(
    invoice: Invoice, account: SellerAccount, race: Any
) -> None:
    race(*(partial(confirm, invoice, account, reference) for reference in ("REF 1", "OTHER")))
    assert is_sound()


def test_control_without_locks_the_money_is_there_twice(
    invoice: Invoice, account: SellerAccount, race: Any, without_locks: None
) -> None:
    race(*(partial(confirm, invoice, account, reference) for reference in ("REF 1", "OTHER")))
    assert not is_sound()


def transfer_and_card(stripe: Any, invoice: Invoice, account: SellerAccount, race: Any) -> list[str]:
    """Both at once; the matters that staff are told of."""
    charge = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(charge.provider_reference)
    by_transfer = partial(booking.book, incoming=came(account, "96.00"), shares=[Share(invoice)], by=None)
    race(by_transfer, partial(settle, attempt_id=charge.pk))
    return list(ReviewItem.objects.values_list("kind", flat=True))


def test_a_transfer_and_a_card_at_once_pay_it_once(
    stripe: Any, invoice: Invoice, account: SellerAccount, race: Any
) -> None:
    assert transfer_and_card(stripe, invoice, account, race) == ["second_payment"]
    assert Payment.objects.count() == 2
    assert sold() == 96
    assert ledger.balance_of(invoice.customer, "EUR") == 96
    assert list(checks()) == []


def test_control_without_locks_nobody_is_told_of_the_second_payment(
    stripe: Any, invoice: Invoice, account: SellerAccount, race: Any, without_locks: None
) -> None:
    """Each finds the invoice open."""
    assert transfer_and_card(stripe, invoice, account, race) != ["second_payment"]


def two_parts(invoice: Invoice, account: SellerAccount, race: Any) -> None:
    parts = [came(account, amount, reference=amount) for amount in ("60.00", "36.00")]
    race(*(partial(booking.book, incoming=each, shares=[Share(invoice)], by=None) for each in parts))


def test_two_parts_at_once_are_both_counted(invoice: Invoice, account: SellerAccount, race: Any) -> None:
    two_parts(invoice, account, race)
    assert Invoice.objects.get().status == "paid"
    assert (sold(), part_payments.held(invoice)) == (Decimal(96), 0)
    assert list(checks()) == []


def test_control_without_locks_both_parts_are_kept_and_the_invoice_stays_open(
    invoice: Invoice, account: SellerAccount, race: Any, without_locks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = part_payments.held

    def slowly_held(of: Invoice) -> Decimal:
        found = held(of)
        dawdle()  # both have looked before either writes
        return found

    monkeypatch.setattr(part_payments, "held", slowly_held)
    two_parts(invoice, account, race)
    assert (Invoice.objects.get().status, part_payments.held(invoice)) == ("open", 96)
