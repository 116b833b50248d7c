"""Bank transfers: exact, less, more, late, twice, for several or void invoices, without a number; and undone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from storefront.billing.audit import checks
from storefront.billing.models import Invoice, LedgerEntry, Payment, ReviewItem
from storefront.billing.services import invoices, ledger, part_payments, starting
from storefront.billing.services.settlement import settle
from storefront.billing.transfers.errors import SharesWrong, TransferBooked, TransferGone, WhoseIsIt
from storefront.billing.transfers.models import BankTransfer, SellerAccount, TransferStatus
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Share
from storefront.notifications.models import OutboxMessage
from tests.billing import transfers as made
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> SellerAccount:
    return make_account()


@pytest.fixture
def staff(make_customer: Any) -> Any:
    return make_customer("staff@example.com")


@pytest.fixture(autouse=True)
def _books_agree() -> Any:
    yield
    assert list(checks()) == []


def balance(customer: Any) -> Decimal:
    return ledger.balance_of(customer, "EUR")


def status_of(invoice: Invoice) -> str:
    return str(Invoice.objects.get(pk=invoice.pk).status)


def mails() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("template", flat=True))


def kinds() -> list[str]:
    return sorted(ReviewItem.objects.values_list("kind", flat=True))


def test_the_exact_sum_pays_the_invoice(customer, account, staff):
    invoice = make_invoice(customer)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    assert (transfer.status, transfer.booked_by) == (TransferStatus.BOOKED, staff)
    assert status_of(invoice) == "paid"
    assert Invoice.objects.get().order.status == "Paid"
    assert balance(customer) == 0
    assert kinds() == []


def test_the_same_transfer_is_booked_once_whoever_types_it(customer, account, staff):
    invoice = make_invoice(customer)
    first = booking.book(incoming=came(account, "96.00", reference="Ref 1/a"), shares=[Share(invoice)], by=staff)
    again = booking.book(incoming=came(account, "96.000", reference="REF-1 A"), shares=[Share(invoice)], by=None)
    assert again == first
    assert Payment.objects.count() == 1
    with pytest.raises(TransferBooked):
        booking.book(
            incoming=came(account, "96.00", reference="ref1a"), shares=[Share(make_invoice(customer))], by=staff
        )
    assert booking.alike(came(account, "96.00", reference="other")) == [first]


def test_less_is_kept_and_the_rest_is_asked_for_by_the_same_link(customer, account, staff, client):
    invoice = make_invoice(customer)
    booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=staff)
    assert status_of(invoice) == "open"
    assert part_payments.due(invoice) == Decimal("36.00")
    assert balance(customer) == Decimal("60.00")
    assert "part_paid" in mails()
    booking.book(incoming=came(account, "36.00", reference="REF 2"), shares=[Share(invoice)], by=staff)
    assert status_of(invoice) == "paid"
    assert balance(customer) == 0
    assert kinds() == []


def test_the_rest_may_be_paid_by_card(customer, account, staff, stripe):
    invoice = make_invoice(customer)
    before = starting.start(invoice=invoice, gateway_name="stripe")
    assert before.amount == Decimal("96.00")
    booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=staff)
    charge = starting.start(invoice=invoice, gateway_name="stripe")
    assert (charge.pk != before.pk, charge.amount) == (True, Decimal("36.00"))
    stripe.pay(charge.provider_reference)
    settle(attempt_id=charge.pk)
    assert status_of(invoice) == "paid"
    assert balance(customer) == 0


def test_more_than_is_due_goes_to_the_personal_account_and_is_told(customer, account, staff):
    invoice = make_invoice(customer)
    booking.book(incoming=came(account, "100.00"), shares=[Share(invoice)], by=staff)
    assert status_of(invoice) == "paid"
    assert balance(customer) == Decimal("4.00")
    assert mails().count("overpaid") == 1
    assert kinds() == ["overpaid"]


def test_twice_is_kept_for_the_customer(customer, account, staff):
    invoice = make_invoice(customer)
    booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    booking.book(incoming=came(account, "96.00", reference="REF 2"), shares=[Share(invoice)], by=staff)
    assert balance(customer) == Decimal("96.00")
    assert kinds() == ["second_payment"]


def test_for_a_void_invoice_is_kept_for_its_customer(customer, account, staff):
    invoice = make_invoice(customer)
    invoices.void(invoice=invoice, reason="Not paid in time")
    booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    assert balance(customer) == Decimal("96.00")
    assert kinds() == ["late_payment"]
    assert status_of(invoice) == "void"


def test_a_part_of_an_invoice_that_becomes_void_is_kept_for_its_customer(customer, account, staff):
    invoice = make_invoice(customer)
    booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=staff)
    invoices.void(invoice=Invoice.objects.get(), reason="x")
    assert part_payments.held(invoice) == 0
    assert balance(customer) == Decimal("60.00")
    assert kinds() == ["late_payment"]


def test_one_sum_for_invoices_of_two_customers(customer, make_customer, account, staff):
    other = make_customer("other@example.com")
    first, second = make_invoice(customer), make_invoice(other, "50.00")
    transfer = booking.book(
        incoming=came(account, "150.00"), shares=[Share(first), Share(second, Decimal("50.00"))], by=staff
    )
    assert [status_of(first), status_of(second)] == ["paid", "paid"]
    assert (balance(customer), balance(other)) == (Decimal("4.00"), 0)
    assert sum(share.amount for share in transfer.shares.all()) == Decimal("150.00")
    assert Payment.objects.count() == 2


def test_without_a_number_it_waits_until_somebody_says_whose_it_is(customer, account, staff):
    transfer = booking.note(came(account, "96.00"))
    assert (transfer.status, LedgerEntry.objects.count()) == (TransferStatus.WAITING, 0)
    with pytest.raises(WhoseIsIt):
        booking.book(incoming=transfer, by=staff)
    booking.book(incoming=transfer, customer=customer, by=staff)
    assert balance(customer) == Decimal("96.00")


def test_parts_that_do_not_fit_are_refused(customer, account, staff):
    invoice, dollars = make_invoice(customer), make_invoice(customer, currency="USD")
    for shares in (
        [Share(dollars)],
        [Share(invoice, Decimal("96.01"))],
        [Share(invoice, Decimal("-1"))],
        [Share(invoice, Decimal("1.001"))],
        [Share(invoice), Share(invoice)],
    ):
        with pytest.raises(SharesWrong):
            booking.book(incoming=came(account, "96.00"), shares=shares, by=staff)
    assert not BankTransfer.objects.exists()


def test_what_the_bank_takes_back_is_unpaid_like_a_refund(customer, account, staff):
    invoice = make_invoice(customer)
    transfer = booking.book(incoming=came(account, "100.00"), shares=[Share(invoice)], by=staff)
    undoing.reverse(transfer=transfer, by=None, reason="Returned: account closed")
    assert undoing.reverse(transfer=transfer, by=None, reason="again").status == TransferStatus.REVERSED
    assert status_of(invoice) == "refunded"
    assert balance(customer) == 0
    assert Payment.objects.get().amount_refunded == Decimal("100.00")
    with pytest.raises(TransferGone):
        booking.book(incoming=came(account, "100.00"), shares=[Share(invoice)], by=staff)


def test_a_wrong_booking_is_undone_and_booked_anew(customer, make_customer, account, staff):
    other = make_customer("other@example.com")
    wrong, right = make_invoice(customer), make_invoice(other)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(wrong)], by=staff)
    undoing.undo(transfer=transfer, by=staff, reason="Mistyped")
    assert transfer.status == TransferStatus.WAITING
    booking.book(incoming=came(account, "96.00"), shares=[Share(right)], by=staff)
    assert (status_of(wrong), status_of(right)) == ("open", "paid")
    assert (balance(customer), balance(other)) == (0, 0)


def test_a_part_that_is_taken_back_is_asked_for_again(customer, account, staff):
    invoice = make_invoice(customer)
    transfer = booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=staff)
    undoing.reverse(transfer=transfer, by=None, reason="Returned")
    assert part_payments.due(invoice) == Decimal("96.00")
    assert balance(customer) == 0
    assert status_of(invoice) == "open"


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("number", {"number": "DE89370400440532013001"}),
        ("number", {"number": "12"}),
        ("bank_code", {"number": "123456789", "bank_code": ""}),
        ("bank_code", {"bank_code": "COBA"}),
        ("bank_code", {"currency": "RUB"}),
        ("number", {"currency": "RUB", "number": made.RUSSIAN[:-1] + "2", "bank_code": made.RUSSIAN_BIC}),
        (
            "correspondent_account",
            {
                "currency": "RUB", "number": made.RUSSIAN, "bank_code": made.RUSSIAN_BIC,
                "correspondent_account": made.CORRESPONDENT[:-1] + "4",
            },
        ),
        ("countries", {"countries": "DE, ZZ"}),
        ("currency", {"currency": "Euro"}),
    ],
)  # fmt: skip
def test_a_mistyped_account_is_told_at_its_field(account, field, fields):
    for name, value in fields.items():
        setattr(account, name, value)
    with pytest.raises(ValidationError) as refused:
        account.full_clean()
    assert field in refused.value.message_dict


def test_numbers_are_kept_without_blanks(account):
    account.number, account.bank_code, account.countries = "de89 3704 0044 0532 0130 00", "cobadeff", "fr, de"
    account.full_clean()
    assert (account.number, account.bank_code, account.countries) == (made.IBAN, "COBADEFF", "DE FR")
    assert account.printed_number == "DE89 3704 0044 0532 0130 00"


def test_a_russian_account_is_checked_against_its_bank():
    make_account("RUB").full_clean()
