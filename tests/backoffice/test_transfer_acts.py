"""Staff's forms for bank transfers: what is typed wrongly is told at its field, and what is right is done once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.test import Client

from storefront.backoffice.transfers.lists import BOOK
from storefront.billing.models import Invoice, Payment
from storefront.billing.services import ledger
from storefront.billing.states import InvoiceKind
from storefront.billing.transfers.models import (
    BankTransfer,
    PaymentProof,
    ProofStatus,
    ProvisionalGrant,
    SellerAccount,
    TransferStatus,
)
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from storefront.core import audit, clock
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests.backoffice.pressing import confirmed, preview, sentences
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account
from tests.purchases import order

pytestmark = pytest.mark.django_db

BASE = "/admin/transfers/"
#: What is wrong at each field of a sum that came -> words of the message.
BAD_FACTS = [
    ("account", "", "required"), ("account", "999999", "valid choice"),
    ("amount", "", "required"), ("amount", "x", "number"), ("amount", "0", "greater than or equal"),
    ("amount", "-5", "greater than or equal"), ("amount", "1.005", "no amount of the currency"),
    ("amount", "NaN", "number"), ("amount", "99999999999", "digits"),
    ("value_on", "", "required"), ("value_on", "31.02.2026", "valid date"), ("value_on", "2999-01-01", "to come"),
    ("bank_reference", "", "required"), ("bank_reference", "x" * 141, "at most 140"),
    ("bank_reference", "a\x00b", "Null characters"),
]  # fmt: skip
BAD_PARTS = [
    ("invoices", "", "Enter an invoice"), ("invoices", "INV-1999-000001", "No invoice is called"),
    ("invoices", "INV 1 2 3", "No invoice is called"), ("invoices", "{number} x", "no amount"),
    ("invoices", "{number} 1.001", "no amount"), ("invoices", "{number} 96.01", "more than the transfer"),
    ("invoices", "{number}\n{number}", "more than once"), ("invoices", "{dollars}", "is in USD"),
    ("email", "nobody@example.com", "no customer"), ("email", "x", "valid email"),
]  # fmt: skip


@pytest.fixture
def accountant(client_of: Callable[[str], Client]) -> Client:
    return client_of("Accounting")


@pytest.fixture(autouse=True)
def account(wagtail_site: Any) -> SellerAccount:
    return make_account()


@pytest.fixture
def facts(account: SellerAccount) -> dict[str, Any]:
    return {"account": account.pk, "amount": "96.00", "value_on": "2026-11-27", "bank_reference": "R1"}


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return make_invoice(customer)


def make_proof(invoice: Invoice) -> PaymentProof:
    proof = PaymentProof(
        invoice=invoice, source="pay_page", file_name="a.pdf", content_type="application/pdf", size=1,
        file_hash=invoice.number,
    )  # fmt: skip
    proof.file.save("a", ContentFile(b"x"))
    return proof


def told_at(answer: Any, field: str) -> str:
    """The message at a field; the page shows it there."""
    assert answer.status_code == 422
    found = answer.context["form"].errors
    assert field in found, found
    assert 'aria-invalid="true"' in answer.content.decode()
    return str(found[field])


def now(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_an_awaited_transfer_is_confirmed_in_one_form(
    accountant: Client, invoice: Invoice, facts: dict[str, Any]
) -> None:
    shown = accountant.get(f"{BASE}confirm/{invoice.number}/")
    assert shown.context["form"].initial["amount"] == "96.00"
    answer = confirmed(accountant, f"{BASE}confirm/{invoice.number}/", **facts)
    assert (answer.status_code, answer["Location"]) == (302, f"{BASE}awaited/")
    assert (now(invoice).status, BankTransfer.objects.get().booked_by.email) == ("paid", "accounting@staff.example")
    again = preview(accountant, f"{BASE}confirm/{invoice.number}/", **facts)
    assert "booked already" in told_at(again, "bank_reference")
    assert Payment.objects.count() == 1


def test_what_is_wrong_of_a_sum_that_came_is_told_at_its_field(
    accountant: Client, invoice: Invoice, facts: dict[str, Any]
) -> None:
    for path in (f"{BASE}confirm/{invoice.number}/", f"{BASE}note/"):
        for field, value, words in BAD_FACTS:
            assert words in told_at(preview(accountant, path, **facts | {field: value}), field), (path, field, value)
    dollars = make_account("USD")
    answer = preview(accountant, f"{BASE}confirm/{invoice.number}/", **facts | {"account": dollars.pk})
    assert "valid choice" in told_at(answer, "account")
    assert not BankTransfer.objects.exists()


def test_what_asks_for_nothing_any_more_cannot_be_confirmed(
    accountant: Client, invoice: Invoice, account: SellerAccount, facts: dict[str, Any]
) -> None:
    booking.book(incoming=came(account, "96.00", reference="Before"), shares=[Share(invoice)], by=None)
    answer = preview(accountant, f"{BASE}confirm/{invoice.number}/", **facts)
    assert answer.status_code == 422 and "paid already" in str(answer.context["form"].errors)
    assert accountant.get(f"{BASE}confirm/INV-1999-000001/").status_code == 404


def test_a_transfer_is_noted_and_assigned_with_its_rest(
    accountant: Client, invoice: Invoice, customer: Any, make_customer: Any, facts: dict[str, Any]
) -> None:
    other = make_customer("other@example.com")
    answer = confirmed(accountant, f"{BASE}note/", **facts | {"amount": "100.00"}, payer_name="Acme", text="thanks")
    transfer = BankTransfer.objects.get()
    assert answer["Location"] == f"{BASE}{transfer.pk}/"
    assert (transfer.status, transfer.payer_name, transfer.text) == (TransferStatus.WAITING, "Acme", "thanks")
    data = {"invoices": invoice.number.lower(), "email": other.email}
    told = sentences(preview(accountant, f"{BASE}{transfer.pk}/assign/", **data))
    assert "is paid" in told and "€4.00 go to the personal account of other@example.com" in told
    confirmed(accountant, f"{BASE}{transfer.pk}/assign/", **data)
    assert (now(invoice).status, now(transfer).status) == ("paid", TransferStatus.BOOKED)
    assert ledger.balance_of(other, "EUR") == 4
    answer = preview(accountant, f"{BASE}{transfer.pk}/assign/", **data)
    assert answer.status_code == 422 and "booked this transfer meanwhile" in str(answer.context["form"].errors)


def test_parts_that_are_wrong_are_told_at_their_field(
    accountant: Client, invoice: Invoice, customer: Any, account: SellerAccount
) -> None:
    transfer = booking.note(came(account, "96.00"))
    names = {"number": invoice.number, "dollars": make_invoice(customer, currency="USD").number}
    for field, value, words in BAD_PARTS:
        data = {"invoices": invoice.number, "email": ""} | {field: value.format(**names)}
        answer = preview(accountant, f"{BASE}{transfer.pk}/assign/", **data)
        assert words in told_at(answer, field), value
    answer = accountant.post(f"{BASE}{transfer.pk}/assign/", {"invoices": invoice.number, "reason": ""})
    assert "Give a reason" in told_at(answer, "reason")
    assert now(transfer).status == TransferStatus.WAITING


def test_a_transfer_is_put_aside_and_can_be_assigned_later(
    accountant: Client, invoice: Invoice, account: SellerAccount
) -> None:
    transfer = booking.note(came(account, "96.00"))
    path = f"{BASE}{transfer.pk}/aside/"
    assert "Give a reason" in told_at(accountant.post(path, {"reason": " "}), "reason")
    confirmed(accountant, path)
    assert (now(transfer).status, now(transfer).reason) == (TransferStatus.FOREIGN, "Asked by phone")
    assert preview(accountant, path).status_code == 422
    confirmed(accountant, f"{BASE}{transfer.pk}/assign/", invoices=invoice.number, email="")
    assert now(invoice).status == "paid"


def test_undoing_says_what_becomes_open_again_and_does_it_once(
    accountant: Client, customer: Any, shop: Any, account: SellerAccount
) -> None:
    invoice = order(customer, shop)
    transfer = booking.book(incoming=came(account, "100.00"), shares=[Share(invoice)], by=None)
    path = f"{BASE}{transfer.pk}/undo/"
    told = sentences(preview(accountant, path))
    assert f"€96.00 are taken back from invoice {invoice.number}: it is open again, its licenses end." in told
    assert "€4.00 leave the personal account." in told
    confirmed(accountant, path)
    assert (now(invoice).status, now(transfer).status, now(transfer).reason) == ("open", "waiting", "Asked by phone")
    assert License.objects.get().status == "revoked"
    answer = preview(accountant, path)
    assert answer.status_code == 422 and "not booked" in str(answer.context["form"].errors)


def test_an_advance_payment_that_was_booked_wrongly_is_owed_again(
    accountant: Client, customer: Any, account: SellerAccount
) -> None:
    invoice = make_invoice(customer, with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    transfer = booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=None)
    assert audit.run() == []
    told = sentences(preview(accountant, f"{BASE}{transfer.pk}/undo/"))
    assert f"€96.00 leave the personal account: advance payment {invoice.number} is open again." in told
    confirmed(accountant, f"{BASE}{transfer.pk}/undo/")
    assert (now(invoice).status, ledger.balance_of(customer, "EUR")) == ("open", 0)
    assert audit.run() == []


def test_a_proof_is_refused_with_a_reason_that_the_customer_reads(accountant: Client, invoice: Invoice) -> None:
    proof = make_proof(invoice)
    path = f"{BASE}proofs/{proof.public_id}/refuse/"
    assert "Give a reason" in told_at(accountant.post(path, {"reason": ""}), "reason")
    assert "at most 1000" in told_at(accountant.post(path, {"reason": "x" * 1001}), "reason")
    confirmed(accountant, path)
    assert (now(proof).status, now(proof).reason) == (ProofStatus.REFUSED, "Asked by phone")
    assert OutboxMessage.objects.filter(template="proof_refused").count() == 1
    assert preview(accountant, path).status_code == 422
    assert accountant.get(f"{BASE}proofs/none/refuse/").status_code == 404


def test_a_license_is_given_for_some_days(accountant: Client, customer: Any, shop: Any) -> None:
    invoice = order(customer, shop)
    proof, path = make_proof(invoice), f"{BASE}provisional/{invoice.number}/"
    for days, words in (
        ("", "required"), ("0", "greater than or equal"), ("61", "less than or equal"), ("x", "whole number"),
        ("1.5", "whole number"),
    ):  # fmt: skip
        assert words in told_at(preview(accountant, path, days=days), "days"), days
    assert not ProvisionalGrant.objects.exists()
    confirmed(accountant, path, days="5")
    assert ProvisionalGrant.objects.get().until > clock.now() + timedelta(days=4)
    assert (License.objects.count(), now(proof).status) == (1, ProofStatus.PROVISIONAL)
    nothing = preview(accountant, f"{BASE}provisional/{make_invoice(customer).number}/", days="5")
    assert nothing.status_code == 422 and "Nothing of this invoice" in str(nothing.context["form"].errors)


def test_a_right_that_was_taken_away_after_the_form_was_opened_counts(
    accountant: Client, invoice: Invoice, account: SellerAccount, facts: dict[str, Any]
) -> None:
    """The confirmation is what asks last."""
    shown = preview(accountant, f"{BASE}confirm/{invoice.number}/", **facts)
    user = User.objects.get(email="accounting@staff.example")
    model, codename = BankTransfer, BOOK.partition(".")[2]
    for group in user.groups.all():
        group.permissions.remove(
            *group.permissions.filter(content_type=ContentType.objects.get_for_model(model), codename=codename)
        )
    data = {"reason": "x", **facts, "confirmed": shown.context["confirmed"]}
    assert accountant.post(f"{BASE}confirm/{invoice.number}/", data).status_code == 403
    assert not Payment.objects.exists()
