"""Each document is asked for by what causes it, and issued once by the worker."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command

from storefront.billing.documents import alarms, content_json, issuing
from storefront.billing.documents.content import DocumentKind, TaxCategory
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, DocumentSettings, RequestStatus
from storefront.billing.models import ReviewItem, Seller
from storefront.billing.services import invoices, refund_units, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def pay(stripe):
    def paid(invoice):
        attempt = start(invoice=invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        return invoice

    return paid


def test_a_paid_invoice_has_its_invoice_a_receipt_and_an_act(invoice, pay):
    pay(invoice)
    assert issue_due() == 3
    found = {document.kind: document for document in Document.objects.all()}
    year = date.today().year
    assert {kind: document.number for kind, document in found.items()} == {
        "invoice": invoice.number,
        "receipt": f"REC-{year}-000001",
        "act": f"ACT-{year}-000001",
    }
    act = found["act"].content
    assert (act.gross, act.due, act.currency, act.payer.name) == (Decimal("96.00"), 0, "EUR", "Ada Buyer")
    assert act.tax_groups[0].category == TaxCategory.OUT_OF_SCOPE
    assert found["invoice"].content.due == Decimal("96.00")
    assert found["invoice"].content.due_on == date.today() + timedelta(days=14), "as on the pages: the end of that day"
    assert {document.kept_until for document in found.values()} == {date(year + 10, 12, 31)}
    with found["act"].pdf.open() as file:
        stored = file.read()
    assert stored.startswith(b"%PDF-") and hashlib.sha256(stored).hexdigest() == found["act"].pdf_hash
    assert issue_due() == 0


def test_what_is_read_back_is_what_was_issued(invoice, pay):
    pay(invoice)
    issue_due()
    for document in Document.objects.all():
        assert content_json.content_hash(content_json.to_json(document.content)) == document.content_hash


def test_a_document_that_the_seller_does_not_issue_takes_no_number(invoice, pay):
    seller = Seller.objects.create(name="Northbridge Software Ltd", address="London")
    DocumentSettings.objects.create(seller=seller, issues_receipts=False, series="kz")
    pay(invoice)
    issue_due()
    assert DocumentRequest.objects.get(kind="receipt").status == RequestStatus.NOT_NEEDED
    assert Document.objects.get(kind="act").number.startswith("KZ-ACT-")


def test_letters_that_cannot_be_printed_are_told_and_take_no_number(customer, pay):
    unreadable = pay(make_invoice(customer, payer_name="株式会社"))
    pay(make_invoice(customer))
    issue_due()
    failed = DocumentRequest.objects.get(kind="act", invoice=unreadable)
    assert failed.status == RequestStatus.FAILED and "株" in failed.problem_text
    told = ReviewItem.objects.filter(kind="document_failed", invoice=unreadable)
    assert told.count() == 3 and all("株" in matter.detail for matter in told)  # invoice, receipt and act
    assert Document.objects.get(kind="act").number.endswith("-000001")


def test_refunds_are_credited_once_whoever_begins_them(stripe, customer, pay):
    invoice = pay(make_invoice(customer, "60.00", "36.00"))
    payment = invoice.attempts.get().payment
    unit = list(refund_units.units_left(invoice))[:1]
    refunds.begin(decision=RefundDecision(invoice=invoice, units=unit), reason="As agreed", by=None)
    settle(attempt_id=payment.attempt_id)
    issue_due()
    note = Document.objects.get(kind=DocumentKind.CREDIT_NOTE)
    assert [(line.description, line.gross) for line in note.content.lines] == [("License 0", Decimal("60.00"))]
    assert note.content.corrects == (invoice.number, invoice.issued_at.date())
    assert note.corrects.number == invoice.number and note.content.reason == "As agreed"
    refunds.start(payment=payment, amount=Decimal("36.00"), reason="")
    settle(attempt_id=payment.attempt_id)
    issue_due()
    credited = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE)
    assert sum(document.gross for document in credited) == invoice.amount


def test_the_act_waits_for_the_day_that_the_seller_has_set(invoice, pay):
    seller = Seller.objects.create(name="Northbridge Software Ltd", address="London")
    DocumentSettings.objects.create(seller=seller, act_day=5)
    pay(invoice)
    issue_due()
    assert not Document.objects.filter(kind="act").exists()
    paid_on = invoice.__class__.objects.get().paid_at.date()
    with time_machine.travel(clock.now() + timedelta(days=6)):
        issue_due()
    act = Document.objects.get(kind="act")
    assert act.issued_on == act.content.supplied_on == paid_on and act.issued_at.date() > paid_on


def test_a_fault_of_the_files_is_tried_again(invoice, monkeypatch):
    def full(*args, **kwargs):
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(issuing.making, "make", full)
        assert issue_due() == 0
    request = DocumentRequest.objects.get()
    assert request.status == RequestStatus.WAITING and "OSError" in request.problem_text
    DocumentRequest.objects.update(next_attempt_at=request.created_at)
    assert issue_due() == 1


def test_a_document_that_the_program_cannot_make_stops_no_other(customer, monkeypatch):
    make_invoice(customer, payer_name="Broken")
    whole = make_invoice(customer)
    make = issuing.making.make

    def broken(content, settings):
        return {}[content.payer.name] if content.payer.name == "Broken" else make(content, settings)

    monkeypatch.setattr(issuing.making, "make", broken)
    assert issue_due() == 1 and Document.objects.get().invoice == whole
    waiting = DocumentRequest.objects.get(status=RequestStatus.WAITING)
    assert "KeyError" in waiting.problem_text and waiting.leased_until is None


def test_files_are_made_before_a_number_is_taken_and_only_once(invoice, pay, monkeypatch):
    pay(invoice)
    DocumentRequest.objects.exclude(kind="act").update(status=RequestStatus.NOT_NEEDED)
    done = []
    for module, name in ((issuing.making, "make"), (issuing.numbering, "next_number")):
        real = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda *args, real=real, name=name, **kwargs: done.append(name) or real(*args, **kwargs)
        )
    assert issue_due() == 1 and done == ["make", "next_number"]


def test_numbers_of_a_seller_go_on_after_those_that_begin_in_the_same_way(customer, pay):
    pay(make_invoice(customer))
    issue_due()
    Seller.objects.create(name="Northbridge Software Ltd", address="London")  # the shop had named none before
    for _each in range(2):
        pay(make_invoice(customer))
    issue_due()
    acts = Document.objects.filter(kind="act").order_by("pk").values_list("number", flat=True)
    assert [int(number[-6:]) for number in acts] == [1, 2, 3]


def test_nobody_is_asked_to_pay_an_invoice_that_is_void(customer):
    replaced = make_invoice(customer, payer_name="株式会社")
    assert issue_due() == 0 and DocumentRequest.objects.get().status == RequestStatus.FAILED
    matter = ReviewItem.objects.filter(kind="document_failed", resolved_at=None)
    assert matter.exists()
    invoices.void(invoice=replaced, reason="Another payer")
    assert DocumentRequest.objects.get().status == RequestStatus.NOT_NEEDED
    alarms.sound()
    assert not matter.exists()


def test_a_worker_that_was_at_it_does_not_bring_a_void_invoice_back(customer, monkeypatch):
    found = make_invoice(customer, payer_name="株式会社")
    make = issuing.making.make

    def meanwhile(*args):
        invoices.void(invoice=found, reason="Another payer")
        return make(*args)

    monkeypatch.setattr(issuing.making, "make", meanwhile)
    issue_due()
    assert DocumentRequest.objects.get().status == RequestStatus.NOT_NEEDED


# Paid before there were documents ---------------------------------------------------------------------------------


def test_documents_of_earlier_orders_are_dated_by_rule_and_bother_nobody(customer, pay, capsys):
    with time_machine.travel("2025-12-30 10:00Z"):
        old = pay(make_invoice(customer))
    DocumentRequest.objects.all().delete()
    sent = set(OutboxMessage.objects.values_list("pk", flat=True))
    call_command("issue_earlier_documents", "--dry-run")
    assert "1 invoices" in capsys.readouterr().out and not DocumentRequest.objects.exists()
    call_command("issue_earlier_documents", "--to", "2024-12-31")
    assert not DocumentRequest.objects.exists()
    for _again in range(2):
        call_command("issue_earlier_documents")
    assert issue_due() == 3
    documents = Document.objects.filter(invoice=old)
    assert {each.number[:8] for each in documents.exclude(kind="invoice")} == {"REC-2025", "ACT-2025"}
    assert {each.issued_on for each in documents} == {date(2025, 12, 30)}
    assert not DocumentRequest.objects.exclude(due_on=None).exists()
    assert not OutboxMessage.objects.exclude(pk__in=sent).filter(template="document_issued").exists()
