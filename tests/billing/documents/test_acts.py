"""Acts reach the customer by themselves, by mail and on paper where that is wanted; staff know of those that do not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from storefront.billing.documents import alarms, asking, papers, print_runs, retention, statements
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import (
    Document,
    DocumentRequest,
    DocumentSettings,
    PaperCopy,
    PaperStatus,
    PrintStatus,
)
from storefront.billing.models import Invoice, ReviewItem, Seller
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


@pytest.mark.parametrize(
    ("act_day", "counts"),
    [
        (0, ((0, 0), (2, 1), (10, 1), (11, 2), (12, 2))),  # the worker did not issue it
        (5, ((4, 0), (5, 0), (7, 1), (10, 1), (11, 2))),
        (10, ((7, 0), (9, 0), (11, 1), (12, 1))),  # by the seller's wish it does not go out before
    ],
)
def test_staff_are_told_of_a_late_act_before_the_tenth_day_and_once_more_after_it(invoice, seller, act_day, counts):
    DocumentSettings.objects.create(seller=seller, act_day=act_day)
    paid(invoice)
    told = ReviewItem.objects.filter(kind="act_due")
    for days, count in counts:
        with time_machine.travel(clock.now() + timedelta(days=days)):
            alarms.sound()
            assert told.count() == count, days


def test_an_act_that_has_gone_out_is_no_matter_any_more(invoice, seller):
    paid(invoice)
    told = ReviewItem.objects.filter(kind="act_due")
    with time_machine.travel(clock.now() + timedelta(days=11)):
        alarms.sound()
        assert told.filter(resolved_at=None).count() == 1
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
    run = print_runs.ask(waiting, by=customer)
    assert print_runs.make_due() == 1 and print_runs.make_due() == 0
    run.refresh_from_db()
    with run.file.open() as file:
        made = file.read()
    assert [f"Buyer {number}" in sheet for number, sheet in enumerate(sheets(made))] == [True, True]
    assert {paper.status for paper in PaperCopy.objects.all()} == {PaperStatus.PRINTED}
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert retention.clear_prints() == 1
    assert not run.file.storage.exists(run.file.name) and PaperCopy.objects.count() == 2


def test_a_copy_that_cannot_be_printed_is_left_out_and_named(customer, seller, monkeypatch):
    settings = DocumentSettings.objects.create(seller=seller, act_on_paper="always")
    paid(make_invoice(customer))
    issue_due()
    DocumentSettings.objects.filter(pk=settings.pk).update(director_post="取締役")  # past the form, which refuses it
    run = print_runs.ask(PaperCopy.objects.all(), by=customer)
    assert print_runs.make_due() == 0
    run.refresh_from_db()
    assert run.status == PrintStatus.FAILED and "取" in run.problem_text
    assert Document.objects.get(kind="act").number in run.problem_text
    assert PaperCopy.objects.get().status == PaperStatus.WAITING


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
    assert statements.ask_for(customer, first=clock.today(), last=clock.today()) == 0  # it would say the same
    ledger.credit(
        customer=customer,
        payment=make_payment(customer, "5.00", invoice=invoice),
        amount=Decimal(5),
        currency="EUR",
        key="p2",
    )
    assert statements.ask_for(customer, first=clock.today(), last=clock.today()) == 1


def test_a_statement_is_addressed_by_our_newest_invoice_although_a_provider_sold_a_later_one(customer):
    payment = make_payment(customer, "100.00", invoice=make_invoice(customer, "100.00"))
    ledger.credit(customer=customer, payment=payment, amount=payment.amount, currency="EUR", key="p")
    theirs = make_invoice(customer, "96.00")
    Invoice.objects.filter(pk=theirs.pk).update(tax_facts={"sold_by": "2Checkout"})
    assert statements.ask_for(customer, first=clock.today(), last=clock.today()) == 1
    issue_due()
    assert Document.objects.get(kind="reconciliation").content.statement.closing == -100


@pytest.mark.parametrize("act_day", [0, 3])
def test_an_act_is_dated_by_the_payment_in_the_shops_time_zone_over_the_end_of_a_month(
    customer, seller, settings, act_day
):
    settings.TIME_ZONE = "Asia/Almaty"
    DocumentSettings.objects.create(seller=seller, act_day=act_day)
    with time_machine.travel(datetime(2026, 1, 31, 18, 30, tzinfo=UTC)):  # 23:30 there
        paid(make_invoice(customer))
        (asked,) = DocumentRequest.objects.filter(kind="act")
        assert asked.due_on == date(2026, 2, 10)
    with time_machine.travel(datetime(2026, 2, 3, 2, 0, tzinfo=UTC)):
        issue_due()
    act = Document.objects.get(kind="act")
    assert (act.issued_on, act.number) == (date(2026, 1, 31), "ACT-2026-000001")


def test_files_that_no_document_names_go_after_a_day_and_no_others(invoice):
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        retention.clear_lost_files()  # of other tests: they share a storage
    issue_due()
    kept = Document.objects.get().pdf
    lost = [default_storage.save(name, ContentFile(b"x")) for name in ("papers/ab/lost.pdf", "seals/lost")]
    assert retention.clear_lost_files() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert retention.clear_lost_files() == 2
    assert default_storage.exists(kept.name) and not any(map(default_storage.exists, lost))


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
