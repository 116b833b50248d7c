"""Whatever comes by bank transfer, however it is booked and undone: nothing is booked twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from storefront.billing.audit import checks
from storefront.billing.models import Allocation, Invoice, LedgerEntry, PartPayment, Payment
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import invoices, ledger, part_payments
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.errors import TransferError
from storefront.billing.transfers.models import BankTransfer, SellerAccount, TransferStatus
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Share
from storefront.core import money
from storefront.core.money import MoneySum
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

pytestmark = pytest.mark.django_db

#: In the smallest unit of the currency: two of one customer, one of another, and one that is void.
PRICES = (9600, 5000, 7007, 3100)
VOID = 3
#: How much comes for what it is for: exactly that, a unit less or more, twice as much, next to nothing.
SIZES = ("exact", "less", "more", "double", "one")

targets = st.lists(st.integers(0, len(PRICES) - 1), unique=True, max_size=3)
#: ``reference`` makes it another transfer or the same one again; nobody named: it waits.
steps = st.one_of(
    st.tuples(st.just("book"), st.integers(0, 2), st.sampled_from(SIZES), targets),
    st.tuples(st.just("note"), st.integers(0, 2), st.sampled_from(SIZES), targets),
    st.tuples(st.just("assign"), st.integers(0, 3), st.booleans(), targets),
    st.tuples(st.just("aside"), st.integers(0, 3), st.just(""), st.just([])),
    st.tuples(st.just("undo"), st.integers(0, 3), st.just(""), st.just([])),
)
stories = st.tuples(st.sampled_from(["EUR", "JPY", "KWD"]), st.lists(steps, min_size=2, max_size=6))


class Roll(Exception):
    """Ends an example, whose rows go with it."""


class Story:
    """Two customers, their invoices, and what came."""

    def __init__(self, currency: str, customers: list[Any]) -> None:
        self.unit = money.minor_unit(currency)
        self.currency, self.customers = currency, customers
        self.account: SellerAccount = make_account(currency="EUR", name="Any")
        self.account.currency = currency
        self.account.save()
        owners = [customers[0], customers[0], customers[1], customers[0]]
        self.invoices = [
            make_invoice(owner, str(price * self.unit), currency=currency)
            for owner, price in zip(owners, PRICES, strict=True)
        ]
        invoices.void(invoice=self.invoices[VOID], reason="Not paid in time")
        self.came: dict[str, Decimal] = {}

    def do(self, what: str, which: int, how: Any, named: list[int]) -> None:
        if what in ("book", "note"):
            self._comes(what, which, how, named)
        elif transfer := self._transfer(which):
            with suppress(TransferError):
                self._decide(transfer, what, to_customer=bool(how), named=named)

    def _comes(self, what: str, reference: int, size: str, named: list[int]) -> None:
        wanted = sum((part_payments.due(self.invoices[at]) for at in named), Decimal(0)) or 100 * self.unit
        amount = {
            "exact": wanted, "less": wanted - self.unit, "more": wanted + self.unit, "double": 2 * wanted,
            "one": self.unit,
        }[size]  # fmt: skip
        if amount <= 0:
            return
        incoming = came(self.account, str(amount), reference=f"R{reference}")
        self.came.setdefault(incoming.key, amount)
        booking.note(incoming)
        if what == "book":
            with suppress(TransferError):
                shares = [Share(self.invoices[at]) for at in named]
                booking.book(incoming=incoming, shares=shares, customer=None, by=self.customers[0])

    def _transfer(self, which: int) -> BankTransfer | None:
        found = list(BankTransfer.objects.order_by("pk"))
        return found[which % len(found)] if found else None

    def _decide(self, transfer: BankTransfer, what: str, *, to_customer: bool, named: list[int]) -> None:
        staff = self.customers[0]
        if what == "undo":
            undoing.undo(transfer=transfer, by=staff, reason="Mistyped")
        elif what == "aside":
            booking.put_aside(transfer=transfer, by=staff, reason="Not ours")
        else:
            shares = [Share(self.invoices[at]) for at in named]
            owner = self.customers[1] if to_customer else None
            booking.book(incoming=transfer, shares=shares, customer=owner, by=staff)

    def check(self) -> None:
        """Nothing is booked twice and all of it is somewhere; invoices are paid by what was allocated to them."""
        transfers = {each.key: each for each in BankTransfer.objects.all()}
        assert {key: each.amount for key, each in transfers.items()} == self.came
        booked = [each for each in transfers.values() if each.status == TransferStatus.BOOKED]
        for each in transfers.values():
            shares = each.shares.filter(is_undone=False)
            assert (shares.aggregate(sum=MoneySum("amount"))["sum"] or 0) == (each.amount if each in booked else 0)
        waiting = sum(each.amount for each in transfers.values() if each not in booked)
        accounts = sum(ledger.balance_of(each, self.currency) for each in self.customers)
        sold = LedgerEntry.objects.filter(account__kind=AccountKind.SALES).aggregate(sum=MoneySum("amount"))["sum"] or 0
        assert sold + accounts + waiting == sum(self.came.values())
        assert sum(each.amount_kept for each in Payment.objects.all()) == sum(each.amount for each in booked)
        for invoice in self._now():
            self._check_invoice(invoice)
        assert [str(finding) for finding in checks()] == []

    def _now(self) -> Iterator[Invoice]:
        yield from Invoice.objects.filter(pk__in=[each.pk for each in self.invoices]).order_by("pk")

    def _check_invoice(self, invoice: Invoice) -> None:
        """By the ledger's allocations, and by what is kept for it."""
        allocated = Allocation.objects.filter(entry__transaction__invoice=invoice)
        reversed_ones = LedgerEntry.objects.filter(
            transaction__invoice=invoice, transaction__kind="purchase_reversed", account__kind=AccountKind.SALES
        )
        covered = _sum(allocated) + _sum(reversed_ones)
        kept = _sum(PartPayment.objects.filter(invoice=invoice, released_at=None))
        match invoice.status:
            case InvoiceStatus.PAID:
                assert (covered, kept) == (invoice.amount, 0)
            case InvoiceStatus.OPEN:
                assert covered == 0 and 0 <= kept < invoice.amount
                assert part_payments.due(invoice) == invoice.amount - kept
            case InvoiceStatus.VOID:
                assert (covered, kept, invoice.pk) == (0, 0, self.invoices[VOID].pk)
            case other:
                pytest.fail(f"{invoice.number} is {other}")


def _sum(rows: Any) -> Decimal:
    return rows.aggregate(sum=MoneySum("amount"))["sum"] or Decimal(0)


@given(stories)
@example(("EUR", [("book", 0, "less", [0]), ("book", 1, "exact", [0]), ("undo", 0, "", []), ("book", 2, "exact", [0])]))
@example(("JPY", [("book", 0, "more", [0, 2]), ("undo", 0, "", []), ("assign", 0, False, [1]), ("undo", 0, "", [])]))
@example(("KWD", [("book", 0, "double", [0]), ("book", 1, "exact", [3]), ("note", 2, "one", []), ("aside", 2, "", [])]))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
def test_nothing_is_booked_twice_and_nothing_is_lost(
    customer: Any, make_customer: Any, wagtail_site: Any, told: tuple[str, list[Any]]
) -> None:
    currency, happened = told
    with pytest.raises(Roll), transaction.atomic():
        story = Story(currency, [customer, make_customer(f"other-{len(happened)}@example.com")])
        for step in happened:
            story.do(*step)
        story.check()
        raise Roll
