"""A transfer that was booked to the wrong invoice: that invoice is owed again, and nothing of the money is lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from storefront.billing import links, status
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import DocumentRequest, RequestStatus
from storefront.billing.models import Invoice, LedgerEntry, Payment, ReviewItem
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services import booking as paying
from storefront.billing.services import dunning, ledger, part_payments
from storefront.billing.states import InvoiceKind
from storefront.billing.transfers.models import PaymentProof, ProofStatus, SellerAccount, TransferStatus
from storefront.billing.transfers.services import awaiting, booking, provisional, undoing
from storefront.billing.transfers.services.booking import Share
from storefront.core import audit, clock
from storefront.core.money import MoneySum
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account
from tests.purchases import order, pay

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def account() -> SellerAccount:
    return make_account()


@pytest.fixture
def staff(make_customer: Any) -> Any:
    return make_customer("staff@example.com")


@pytest.fixture(autouse=True)
def _books_agree() -> Any:
    yield
    assert audit.run() == []


def now(invoice: Invoice) -> Invoice:
    return Invoice.objects.get(pk=invoice.pk)


def sold() -> Decimal:
    entries = LedgerEntry.objects.filter(account__kind=AccountKind.SALES)
    return entries.aggregate(sum=MoneySum("amount"))["sum"] or Decimal(0)


def requests(kind: DocumentKind) -> list[str]:
    rows = DocumentRequest.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("status", flat=True))


def mails(template: str) -> int:
    return OutboxMessage.objects.filter(template=template).count()


def test_the_invoice_is_owed_again_by_the_same_link(client, customer, shop, account, staff):
    invoice = order(customer, shop)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    assert License.objects.exclude(status=LicenseStatus.REVOKED).count() == 1
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    after = now(invoice)
    assert (after.status, after.order.status, after.paid_at) == ("open", "New", None)
    assert set(after.order.lines.values_list("status", flat=True)) <= {"New"}
    assert status.of_invoice(after).code == "new"
    assert part_payments.due(after) == Decimal("96.00")
    assert License.objects.exclude(status=LicenseStatus.REVOKED).count() == 0
    assert (sold(), ledger.balance_of(customer, "EUR")) == (0, 0)
    assert mails("booking_undone") == 1
    page = client.get(links.pay_path(after), follow=True)
    assert page.status_code == 200 and "96.00" in page.content.decode()
    assert not DocumentRequest.objects.filter(kind=DocumentKind.CREDIT_NOTE).exists()
    assert set(requests(DocumentKind.RECEIPT)) == {RequestStatus.NOT_NEEDED}


def test_the_money_waits_and_pays_what_it_was_for(customer, make_customer, account, staff):
    wrong, right = make_invoice(customer), make_invoice(make_customer("bob@example.com"))
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(wrong)], by=staff)
    transfer = undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    assert transfer.status == TransferStatus.WAITING
    booking.book(incoming=transfer, shares=[Share(right)], by=staff)
    assert (now(wrong).status, now(right).status, sold()) == ("open", "paid", 96)
    assert ledger.balance_of(right.customer, "EUR") == 0


def test_paid_after_all_it_is_sold_once_with_a_license_mails_and_documents_of_its_own(customer, shop, account, staff):
    invoice = order(customer, shop)
    first = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    undoing.undo(transfer=first, by=staff, reason="It was Bob's")
    booking.book(incoming=came(account, "96.00", reference="REF 2"), shares=[Share(invoice)], by=staff)
    assert (now(invoice).status, now(invoice).order.status, sold()) == ("paid", "Paid", 96)
    assert License.objects.exclude(status=LicenseStatus.REVOKED).count() == 1
    assert (mails("payment_received"), mails("booking_undone")) == (2, 1)
    for kind in (DocumentKind.RECEIPT, DocumentKind.ACT):
        assert requests(kind) == [RequestStatus.NOT_NEEDED, RequestStatus.WAITING], kind


def test_undone_twice_and_booked_thrice(customer, account, staff):
    invoice = make_invoice(customer)
    for _time in range(2):
        transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
        undoing.undo(transfer=transfer, by=staff, reason="Mistyped")
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    undoing.reverse(transfer=transfer, by=None, reason="Returned")
    assert (now(invoice).status, sold(), ledger.balance_of(customer, "EUR")) == ("refunded", 0, 0)


def test_what_others_paid_of_it_is_kept_for_it(customer, account, staff, stripe):
    invoice = make_invoice(customer)
    mine = booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=staff)
    pay(invoice, stripe)
    assert now(invoice).status == "paid"
    undoing.undo(transfer=mine, by=staff, reason="It was Bob's")
    assert (now(invoice).status, part_payments.due(now(invoice))) == ("open", Decimal("60.00"))
    booking.book(incoming=came(account, "60.00", reference="REF 2"), shares=[Share(invoice)], by=staff)
    assert (now(invoice).status, sold(), ledger.balance_of(customer, "EUR")) == ("paid", 96, 0)


def test_what_the_rest_on_the_account_had_bought_is_owed_again_too(customer, account, staff):
    first, second = make_invoice(customer), make_invoice(customer, "50.00")
    transfer = booking.book(incoming=came(account, "146.00"), shares=[Share(first), Share(second)], by=staff)
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    assert (now(first).status, now(second).status, ledger.balance_of(customer, "EUR")) == ("open", "open", 0)
    assert Payment.objects.get().amount_kept == 0


def test_it_is_due_as_long_as_a_new_one_and_reminded_of(customer, account, staff, time_machine):
    invoice = make_invoice(customer)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    time_machine.move_to(clock.now() + timedelta(days=60))
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    assert now(invoice).due_at > clock.now() + timedelta(days=13)
    assert dunning.void_overdue() == 0
    time_machine.move_to(now(invoice).due_at - timedelta(days=1))
    assert dunning.remind_unpaid() == 1


def test_a_license_that_was_given_before_the_money_goes_on_until_its_day(client, customer, shop, account, staff):
    invoice = order(customer, shop)
    client.post(links.transfer_path(invoice), {"file": SimpleUploadedFile("order.pdf", PDF)})
    grant = provisional.give(invoice=invoice, days=10, reason="Seen", by=staff)
    key = License.objects.get().public_id
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    assert License.objects.get().provisional_until is None
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    kept = License.objects.get()
    assert (kept.public_id, kept.provisional_until) == (key, grant.until)
    assert kept.status != LicenseStatus.REVOKED
    assert [each.invoice for each in awaiting.awaited()] == [invoice]
    assert PaymentProof.objects.get().status == ProofStatus.WAITING
    assert ReviewItem.objects.get(kind="payment_proof").resolved_at is None
    booking.book(incoming=came(account, "96.00", reference="REF 2"), shares=[Share(invoice)], by=staff)
    assert (License.objects.get().public_id, License.objects.get().provisional_until) == (key, None)


def test_receipt_and_act_that_went_out_are_a_matter_for_staff(customer, shop, account, staff):
    invoice = order(customer, shop)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    issued = DocumentRequest.objects.filter(kind=DocumentKind.RECEIPT)
    issue_due()
    number = issued.get().document.number
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    assert number in ReviewItem.objects.get(kind="wrong_documents").detail
    issue_due()
    assert not DocumentRequest.objects.filter(kind=DocumentKind.CREDIT_NOTE).exists()


def test_where_a_bank_disputes_what_paid_the_rest_it_is_booked_as_a_refund(customer, account, staff):
    """Such an invoice cannot be as it was before."""
    invoice = make_invoice(customer)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    Payment.objects.update(is_disputed=True)
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    assert (now(invoice).status, ledger.balance_of(customer, "EUR")) == ("refunded", 0)


def advance(customer, amount="96.00"):
    return make_invoice(customer, amount, with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)


def test_an_advance_payment_is_owed_again_and_paid_anew_with_mail_and_receipt_of_its_own(
    client, customer, account, staff
):
    invoice = advance(customer)
    transfer = booking.book(incoming=came(account, "100.00"), shares=[Share(invoice)], by=staff)
    assert (now(invoice).status, ledger.balance_of(customer, "EUR")) == ("paid", 100)
    assert audit.run() == []
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    assert (now(invoice).status, now(invoice).paid_at, ledger.balance_of(customer, "EUR")) == ("open", None, 0)
    assert part_payments.due(now(invoice)) == Decimal("96.00") and audit.run() == []
    assert client.get(links.pay_path(now(invoice))).status_code == 200
    told = OutboxMessage.objects.get(template="booking_undone").payload["context"]
    assert (told["order_number"], told["invoice_number"]) == (invoice.number, invoice.number)
    booking.book(incoming=came(account, "96.00", reference="REF 2"), shares=[Share(invoice)], by=staff)
    assert (now(invoice).status, ledger.balance_of(customer, "EUR"), sold()) == ("paid", 96, 0)
    assert (mails("account_topped_up"), mails("booking_undone")) == (2, 1)
    assert requests(DocumentKind.RECEIPT) == [RequestStatus.NOT_NEEDED, RequestStatus.WAITING]


def test_what_others_paid_of_an_advance_payment_is_kept_for_it(customer, account, staff, stripe):
    invoice = advance(customer)
    mine = booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=staff)
    pay(invoice, stripe)
    assert now(invoice).status == "paid" and audit.run() == []
    undoing.undo(transfer=mine, by=staff, reason="It was Bob's")
    assert (now(invoice).status, part_payments.due(now(invoice))) == ("open", Decimal("60.00"))
    assert ledger.balance_of(customer, "EUR") == 36


def test_what_an_advance_payment_has_bought_is_owed_again_too(customer, account, staff):
    invoice, bought = advance(customer), make_invoice(customer, "40.00")
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    paying.book(payment=Payment.objects.get(), invoice=bought, by=staff)
    undoing.undo(transfer=transfer, by=staff, reason="It was Bob's")
    assert (now(invoice).status, now(bought).status, ledger.balance_of(customer, "EUR")) == ("open", "open", 0)
    assert mails("booking_undone") == 1


def test_an_advance_payment_whose_transfer_the_bank_takes_back_is_refunded(customer, account, staff):
    invoice = advance(customer)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    undoing.reverse(transfer=transfer, by=None, reason="Returned")
    assert (now(invoice).status, ledger.balance_of(customer, "EUR")) == ("refunded", 0)


@pytest.mark.parametrize("kind", [InvoiceKind.ORDER, InvoiceKind.RENEWAL, InvoiceKind.ADVANCE_PAYMENT])
def test_an_invoice_of_any_kind_is_owed_again_as_often_as_it_was_booked_wrongly(customer, account, staff, kind):
    invoice = make_invoice(customer, with_order=kind == InvoiceKind.ORDER, kind=kind)
    for number in range(2):
        incoming = came(account, "96.00", reference=f"REF {number}")
        transfer = booking.book(incoming=incoming, shares=[Share(invoice)], by=staff)
        assert now(invoice).status == "paid" and audit.run() == []
        undoing.undo(transfer=transfer, by=staff, reason="Mistyped")
        assert (now(invoice).status, ledger.balance_of(customer, "EUR")) == ("open", 0) and audit.run() == []


@pytest.mark.parametrize(("act", "template"), [("undo", "booking_undone"), ("reverse", "transfer_returned")])
def test_a_customer_gets_one_mail_for_all_their_invoices(customer, make_customer, account, staff, act, template):
    mine, theirs = [make_invoice(customer), make_invoice(customer)], make_invoice(make_customer("bob@example.com"))
    shares = [Share(each) for each in [*mine, theirs]]
    transfer = booking.book(incoming=came(account, "288.00"), shares=shares, by=staff)
    getattr(undoing, act)(transfer=transfer, by=staff, reason="Mistyped")
    told = {row.recipient: row.payload["context"] for row in OutboxMessage.objects.filter(template=template)}
    assert set(told) == {customer.email, "bob@example.com"} and mails(template) == 2
    about = told[customer.email]
    named = {about["invoice_number"], *(each["invoice_number"] for each in about["others"])}
    assert named == {each.number for each in mine} and not told["bob@example.com"]["others"]
