"""The auditor finds what is in the ledger and not in a provider's movements, and the other way round."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from storefront.billing.models import LedgerAccount, LedgerEntry, LedgerTransaction, ProviderMovement
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import ledger
from storefront.billing.services.movement_booking import EXCHANGE, FEE, PAYOUT
from storefront.sandbox.stripe.payouts import Payouts
from tests.billing.test_movement_booking import pay_in_dollars
from tests.billing.test_reconcile_days import at, night, paid  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(stripe: Any, customer: Any, paid: Any, at: Any) -> None:  # noqa: F811
    pay_in_dollars(stripe, customer)
    Payouts(stripe.state).pay(5000)
    night(at)


def move(key: str, kind: str, other: AccountKind = AccountKind.BANK, **about: Any) -> None:
    source, target = (ledger.own_account(each, "stripe", "EUR") for each in (other, AccountKind.PROVIDER))
    ledger.move(key=key, kind=kind, source=source, target=target, amount=Decimal("5000.00"), **about)


def one(kind: str) -> Any:
    return LedgerTransaction.objects.filter(kind=kind).latest("pk")


def gone(kind: str) -> None:
    booking = one(kind)
    booking.entries.all().delete()
    booking.delete()


def doubled(kind: str) -> None:
    for entry in one(kind).entries.all():
        LedgerEntry.objects.filter(pk=entry.pk).update(amount=entry.amount * 2)


def elsewhere(kind: str) -> None:
    sales = ledger.own_account(AccountKind.SALES, "", "EUR")
    one(kind).entries.exclude(account__kind=AccountKind.PROVIDER).update(account=sales)


def twice(kind: str) -> None:
    entry = one(kind).entries.first()
    LedgerEntry.objects.create(transaction=one(kind), account=entry.account, amount=entry.amount)
    LedgerEntry.objects.create(transaction=one(kind), account=entry.account, amount=-entry.amount)


def renamed(kind: str) -> None:
    LedgerTransaction.objects.filter(kind=kind).update(kind="x")


def unbooked(kind: str) -> Any:
    """A movement that is listed, but not booked."""
    return ProviderMovement.objects.create(
        gateway="stripe", reference="po_x", kind="payout", happened_at="2026-03-04T12:00Z", day="2026-03-04",
        currency="EUR", amount=-5000, fee=0, source_amount=-5000, source_currency="EUR",
    )  # fmt: skip


BREAKS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "a movement that is not listed": ("ledger-without-movement", lambda kind: move(f"movement-999999-{kind}", kind)),
    "a key of another form": ("ledger-without-movement", lambda kind: move("mine", kind)),
    "a key of too many digits": ("ledger-without-movement", lambda kind: move(f"movement-{'9' * 40}-{kind}", kind)),
    "a movement that is not booked": (
        "ledger-without-movement", lambda kind: move(f"movement-{unbooked(kind).pk}-{kind}", kind),
    ),
    "a step that its movement has not": (
        "ledger-without-movement", lambda kind: move(f"movement-{ProviderMovement.objects.first().pk}-more", kind),
    ),
    "nothing written": ("movement-not-in-ledger", gone),
    "another amount": ("movement-unlike-ledger", doubled),
    "another account": ("movement-unlike-ledger", elsewhere),
    "more entries": ("movement-unlike-ledger", twice),
    "another kind": ("movement-unlike-ledger", renamed),
    "another list": ("movement-unlike-ledger", lambda kind: ProviderMovement.objects.update(
        fee=7, amount=9, source_amount=8,
    )),
}  # fmt: skip


@pytest.mark.parametrize("kind", [FEE, PAYOUT, EXCHANGE])
def test_every_difference_between_movements_and_ledger_is_found(booked: None, audited: Any, kind: str) -> None:
    assert audited() == []
    found: dict[str, set[str]] = {}
    for name, (_check, break_it) in BREAKS.items():
        with transaction.atomic():
            break_it(kind)
            found[name] = {finding.partition(":")[0] for finding in audited()}
            transaction.set_rollback(True)
    assert {name: check in found[name] for name, (check, _break) in BREAKS.items()} == dict.fromkeys(BREAKS, True)
    assert audited() == []  # all that was broken was whole again for the next


def test_money_called_the_fee_of_a_dispute_is_no_way_around_it(paid: Any, audited: Any) -> None:  # noqa: F811
    move("dispute-1-fee-1", "dispute_fee", payment=paid)
    assert [finding.partition(":")[0] for finding in audited()] == ["dispute-fee-elsewhere"]
    assert LedgerAccount.objects.filter(kind=AccountKind.BANK).exists()
