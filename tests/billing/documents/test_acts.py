"""Acts reach the customer by themselves, by mail and on paper where that is wanted; staff know of those that do not."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from pypdf import PdfReader

from storefront.billing.documents import alarms, asking, papers, statements
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, DocumentSettings, PaperCopy, PaperStatus
from storefront.billing.models import ReviewItem, Seller
from storefront.billing.personal_data import ROOM
from storefront.billing.services import ledger
from storefront.core import clock
from storefront.core.personal_data import Person
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import deliver_due
from tests.billing.building import make_invoice, make_payment
from tests.billing.documents.contents import sheets

pytestmark = pytest.mark.django_db


def paid(invoice):
    invoice.status, invoice.paid_at = "paid", clock.now()
    invoice.save(update_fields=["status", "paid_at"])
    asking.invoice_paid(invoice, None)
    return invoice


@pytest.fixture
def seller():
    return Seller.objects.create(name="Northbridge Software Ltd", address="London")


def test_the_act_is_mailed_once_with_the_very_bytes_that_are_kept(invoice):
    paid(invoice)
    issue_due()
    issue_due()
    deliver_due()
    act = Document.objects.get(kind="act")
    letters = [letter for letter in mail.outbox if act.number in letter.subject]
    assert len(letters) == 1 and letters[0].to == [invoice.customer.email]
    ((name, content, kind),) = letters[0].attachments
    with act.pdf.open() as file:
        assert (name, content, kind) == (f"{act.number}.pdf", file.read(), "application/pdf")


def test_it_goes_to_the_address_that_the_payer_named_for_documents(customer):
    invoice = make_invoice(customer, payer={"documents_email": "books@acme.example"})
    paid(invoice)
    issue_due()
    assert OutboxMessage.objects.get(template="document_issued").recipient == "books@acme.example"


def test_staff_are_told_before_the_tenth_day_and_once_more_after_it(invoice, seller):
    DocumentSettings.objects.create(seller=seller, act_day=10)
    paid(invoice)
    told = ReviewItem.objects.filter(kind="act_due")
    for days, count in ((0, 0), (6, 0), (7, 1), (8, 1), (10, 1), (11, 2), (12, 2)):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            alarms.sound()
            assert told.count() == count, days
    with time_machine.travel(clock.now() + timedelta(days=10)):
        alarms.sound()
        assert told.filter(resolved_at=None).count() == 2
        issue_due()
        assert list(alarms.waiting()) == []
        alarms.sound()
        assert not told.filter(resolved_at=None).exists()


def test_a_seller_who_posts_every_act_prints_them_in_one_go_without_the_seal(customer, seller):
    DocumentSettings.objects.create(seller=seller, act_on_paper="always")
    for number in range(2):
        paid(make_invoice(customer, payer_name=f"Buyer {number}"))
    issue_due()
    waiting = list(PaperCopy.objects.select_related("document__invoice"))
    assert [each.paper for each in alarms.waiting()] == waiting
    made = papers.to_print(waiting)
    assert [f"Buyer {number}" in sheet for number, sheet in enumerate(sheets(made))] == [True, True]
    assert len(PdfReader(io.BytesIO(made)).pages) == 2
    papers.printed(waiting)
    assert {paper.status for paper in PaperCopy.objects.all()} == {PaperStatus.PRINTED}


def test_a_posted_copy_is_told_to_the_customer_once(invoice, seller, customer):
    DocumentSettings.objects.create(seller=seller, act_on_paper="always")
    paid(invoice)
    issue_due()
    paper = PaperCopy.objects.get()
    assert papers.posted(paper, track_number="RB123456785GB", by=customer)
    assert not papers.posted(paper, track_number="other", by=customer)
    assert OutboxMessage.objects.filter(template="paper_posted").count() == 1
    assert PaperCopy.objects.get().track_number == "RB123456785GB" and not list(alarms.waiting())


def test_a_statement_says_what_the_ledger_says(customer):
    invoice = make_invoice(customer, "96.00")
    payment = make_payment(customer, "100.00", invoice=make_invoice(customer, "100.00"))
    ledger.credit(customer=customer, payment=payment, amount=payment.amount, currency="EUR", key="p")
    ledger.debit(
        customer=customer, invoice=invoice, amount=invoice.amount, currency="EUR", key="i",
        taken_from=[(payment, invoice.amount)],
    )  # fmt: skip
    assert statements.ask_for(customer, first=clock.today(), last=clock.today()) == 1
    issue_due()
    statement = Document.objects.get(kind="reconciliation").content.statement
    assert [(row.debit, row.credit) for row in statement.entries] == [(0, 100), (96, 0)]
    assert statement.closing == -ledger.balance_of(customer, "EUR") == -4


def test_no_act_is_asked_for_what_buys_nothing(customer):
    paid(make_invoice(customer, kind="advance_payment", with_order=False))
    assert not DocumentRequest.objects.filter(kind="act").exists()


def test_an_erasure_empties_mails_with_documents_whoever_got_them(customer, make_customer):
    for buyer in (customer, make_customer("other@example.com")):
        paid(make_invoice(buyer, payer={"documents_email": "books@acme.example"}))
    issue_due()
    (table,) = [each for each in ROOM.tables if each.model is OutboxMessage]
    person = Person(pk=customer.pk)
    table.erase(table.of(person), person)
    mails = OutboxMessage.objects.filter(template="document_issued")
    assert sorted(mail.recipient for mail in mails) == ["", "books@acme.example"]
