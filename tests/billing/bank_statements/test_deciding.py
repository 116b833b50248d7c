"""Lines decided by staff: booked, split, put aside, undone; reversals un-pay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from storefront.billing.audit import checks
from storefront.billing.bank_statements.errors import AlreadyDecided, NotAPayment, NothingProposed
from storefront.billing.bank_statements.models import LineStatus, StatementLine
from storefront.billing.bank_statements.services import automatic, deciding
from storefront.billing.models import Invoice, Payment
from storefront.billing.services import ledger, recharging, replacing, taxation, unpaid
from storefront.billing.transfers.errors import TransferBooked
from storefront.billing.transfers.models import BankTransfer, SellerAccount
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Incoming, Share
from tests.billing.bank_statements.imports import allow, camt_of, imported, lines
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 27)


@pytest.fixture(autouse=True)
def account() -> SellerAccount:
    return make_account()


@pytest.fixture
def staff(make_customer: Any) -> Any:
    return make_customer("staff@example.com")


@pytest.fixture(autouse=True)
def _books_agree() -> Any:
    yield
    assert list(checks()) == []


def status_of(invoice: Invoice) -> str:
    return str(Invoice.objects.get(pk=invoice.pk).status)


def test_a_line_is_booked_once_however_often_it_is_confirmed(customer: Any, staff: Any) -> None:
    invoice = make_invoice(customer)
    imported(camt_of(("96.00", invoice.number)))
    (line,) = lines()
    for _time in range(3):
        deciding.book(line=line, shares=[Share(invoice)], by=staff)
    assert (Payment.objects.count(), status_of(invoice)) == (1, "paid")
    other = make_invoice(customer)
    with pytest.raises(TransferBooked):
        deciding.book(line=line, shares=[Share(other)], by=staff)
    line.refresh_from_db()
    assert (line.status, line.decided_by) == (LineStatus.BOOKED, staff)


def test_one_sum_is_split_over_invoices_and_the_rest_is_kept(customer: Any, staff: Any) -> None:
    one, two = make_invoice(customer), make_invoice(customer)
    imported(camt_of(("200.00", f"{one.number} {two.number}")))
    (line,) = lines()
    deciding.book(line=line, shares=[Share(one, Decimal("96.00")), Share(two, Decimal("96.00"))], by=staff)
    assert (status_of(one), status_of(two), ledger.balance_of(customer, "EUR")) == ("paid", "paid", Decimal("8.00"))


def test_a_line_without_invoice_goes_to_a_customers_account(customer: Any, staff: Any) -> None:
    imported(camt_of(("50.00", "for my account")))
    deciding.book(line=lines()[0], customer=customer, by=staff)
    assert ledger.balance_of(customer, "EUR") == Decimal("50.00")


def test_undo_takes_the_booking_back_and_it_can_be_booked_to_another(customer: Any, staff: Any) -> None:
    wrong, right = make_invoice(customer), make_invoice(customer)
    imported(camt_of(("96.00", wrong.number)))
    (line,) = lines()
    deciding.book(line=line, shares=[Share(wrong)], by=staff)
    deciding.undo(line=line, by=staff, reason="wrong one")
    line.refresh_from_db()
    assert (line.status, line.transfer, status_of(wrong)) == (LineStatus.OPEN, None, "open")
    deciding.book(line=line, shares=[Share(right)], by=staff)
    assert status_of(right) == "paid" and BankTransfer.objects.count() == 1


def test_what_is_put_aside_is_decided_until_it_is_undone(customer: Any, staff: Any) -> None:
    imported(camt_of(("3.00", "interest")))
    (line,) = lines()
    deciding.put_aside(line=line, by=staff, reason="interest")
    with pytest.raises(AlreadyDecided):
        deciding.put_aside(line=line, by=staff, reason="again")
    deciding.undo(line=line, by=staff, reason="it was a payment")
    line.refresh_from_db()
    assert line.status == LineStatus.OPEN and BankTransfer.objects.count() == 0


def test_a_reversal_unpays_what_the_transfer_had_paid(customer: Any, staff: Any) -> None:
    invoice, other = make_invoice(customer), make_invoice(customer)
    imported(camt_of(("96.00", invoice.number), ("96.00", other.number, {"name": "Somebody Else"})))
    for line, each in zip(lines(), (invoice, other), strict=True):
        deciding.book(line=line, shares=[Share(each)], by=staff)
    back = ("-96.00", f"Storno {invoice.number}", {"extra": "<RvslInd>true</RvslInd>"})
    imported(camt_of(back, number="8"))
    reversal = StatementLine.objects.get(amount__lt=0)
    assert (reversal.status, reversal.is_reversal) == (LineStatus.OPEN, True)
    with pytest.raises(NotAPayment):
        deciding.book(line=reversal, shares=[Share(other)], by=staff)
    likeliest, *_others = deciding.reversible(reversal)
    assert likeliest.statement_line.text == invoice.number
    deciding.reverse(line=reversal, transfer=likeliest, by=staff, reason="returned")
    assert (status_of(invoice), status_of(other)) == ("refunded", "paid")
    with pytest.raises(AlreadyDecided):
        deciding.reverse(line=reversal, transfer=likeliest, by=staff, reason="again")
    with pytest.raises(AlreadyDecided):
        deciding.undo(line=reversal, by=staff, reason="no")


def test_two_reversals_never_take_one_transfer_back_twice(customer: Any, staff: Any) -> None:
    invoice = make_invoice(customer)
    imported(camt_of(("96.00", invoice.number)))
    transfer = deciding.book(line=lines()[0], shares=[Share(invoice)], by=staff)
    back = {"extra": "<RvslInd>true</RvslInd>"}
    imported(camt_of(("-96.00", "Storno", back), ("-96.00", "Storno", back), number="8"))
    first, second = StatementLine.objects.filter(amount__lt=0).order_by("pk")
    deciding.reverse(line=first, transfer=transfer, by=staff, reason="returned")
    with pytest.raises(AlreadyDecided):
        deciding.reverse(line=second, transfer=transfer, by=staff, reason="returned")
    second.refresh_from_db()
    assert second.status == LineStatus.OPEN


def test_equal_sums_under_one_reference_in_two_files_are_two_payments(customer: Any, staff: Any) -> None:
    one, two = make_invoice(customer), make_invoice(customer)
    imported(camt_of(("96.00", one.number, {"reference": "BATCH"})))
    imported(camt_of(("96.00", two.number, {"reference": "BATCH", "name": "Somebody Else"}), number="8"))
    first, second = lines()
    deciding.book(line=first, shares=[Share(one)], by=staff)
    deciding.book(line=second, shares=[Share(two)], by=staff)
    assert (status_of(one), status_of(two), BankTransfer.objects.count()) == ("paid", "paid", 2)


def test_the_same_line_in_the_next_statement_is_not_taken_again(customer: Any) -> None:
    row = ("96.00", "thanks", {"reference": ""})
    imported(camt_of(row))
    assert imported(camt_of(row, number="8")).lines_known == 1
    assert StatementLine.objects.count() == 1


def test_what_another_file_told_in_other_words_is_left_to_a_person(customer: Any, staff: Any, account: Any) -> None:
    allow(account)
    invoice, other = make_invoice(customer), make_invoice(customer)
    imported(camt_of(("96.00", invoice.number, {"reference": ""})))
    imported(camt_of(("96.00", f"EREF {other.number}", {"reference": ""}), number="8"))
    first, second = lines()
    assert (first.status, second.status) == (LineStatus.BOOKED, LineStatus.OPEN)
    assert deciding.booked_alike(second) == [first.transfer]


def test_what_was_noted_by_hand_and_waits_keeps_a_line_from_booking_itself(customer: Any, account: Any) -> None:
    allow(account)
    invoice = make_invoice(customer)
    noted = booking.note(Incoming(key="by-hand", account=account, amount=Decimal("96.00"), value_on=DAY))
    imported(camt_of(("96.00", invoice.number)))
    (line,) = lines()
    assert line.is_certain and line.status == LineStatus.OPEN and deciding.booked_alike(line) == [noted]
    booking.put_aside(transfer=noted, by=customer, reason="it is the line")
    assert deciding.booked_alike(line) == []


def test_a_noted_transfer_that_waits_and_its_line_are_booked_once(customer: Any, staff: Any, account: Any) -> None:
    """Whichever of the two is booked."""
    first, second = make_invoice(customer), make_invoice(customer, "50.00")
    for invoice, key in ((first, "by-hand"), (second, "by-hand-2")):
        booking.note(Incoming(key=key, account=account, amount=invoice.amount, value_on=DAY))
    imported(camt_of(("96.00", first.number), ("50.00", second.number)))
    for line, noted in zip(lines(), BankTransfer.objects.order_by("pk"), strict=True):
        assert deciding.typed_alike(line) == [noted]
        deciding.is_the_same(line=line, transfer=noted, by=staff)
        with pytest.raises(AlreadyDecided):
            deciding.is_the_same(line=line, transfer=noted, by=staff)
    by_line, _by_transfer = lines()
    deciding.book(line=by_line, shares=[Share(first)], by=staff)
    booking.book(incoming=BankTransfer.objects.get(key="by-hand-2"), shares=[Share(second)], by=staff)
    automatic.match_open()
    assert [each.status for each in lines()] == [LineStatus.BOOKED, LineStatus.BOOKED]
    assert [each.transfer.key for each in lines()] == ["by-hand", "by-hand-2"]
    assert (status_of(first), status_of(second), Payment.objects.count()) == ("paid", "paid", 2)
    assert (BankTransfer.objects.count(), list(checks())) == (2, [])


def test_two_lines_cannot_be_the_same_noted_transfer(customer: Any, staff: Any, account: Any) -> None:
    noted = booking.note(Incoming(key="by-hand", account=account, amount=Decimal("96.00"), value_on=DAY))
    imported(camt_of(("96.00", "a"), ("96.00", "b")))
    first, second = lines()
    deciding.is_the_same(line=first, transfer=noted, by=staff)
    assert deciding.typed_alike(second) == []
    with pytest.raises(AlreadyDecided):
        deciding.is_the_same(line=second, transfer=noted, by=staff)


def test_what_a_payment_provider_sells_is_never_booked_by_itself(customer: Any, staff: Any, account: Any) -> None:
    allow(account)
    invoice = make_invoice(customer)
    decision = taxation.decide_for_provider(payer=invoice.payer, sold_by="2Checkout")
    with transaction.atomic():
        theirs = replacing.put_in_place(
            unpaid.lock(invoice), payer=invoice.payer, decision=decision,
            lines=recharging.for_payer(invoice=invoice, payer=invoice.payer, sold_by="2Checkout")[1],
        )  # fmt: skip
    imported(camt_of(("96.00", theirs.number)))
    (line,) = lines()
    assert (line.status, line.is_certain) == (LineStatus.OPEN, False)
    assert "other_seller" in line.proposed[0].reasons and status_of(theirs) == "open"


def test_a_proposal_that_no_longer_fits_is_not_booked(customer: Any, staff: Any) -> None:
    invoice = make_invoice(customer)
    imported(camt_of(("96.00", invoice.number), ("96.00", invoice.number)))
    first, second = lines()
    deciding.book_proposed(line=first, proposal=first.proposed[0], by=staff)
    with pytest.raises(NothingProposed):
        deciding.book_proposed(line=second, proposal=second.proposed[0], by=staff)
    assert Payment.objects.count() == 1
