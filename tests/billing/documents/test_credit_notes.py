"""Credit notes say what the ledger took back: of which invoice, of which lines, and never more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from storefront.billing.documents import asking_for_notes
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, DocumentSettings, RequestStatus
from storefront.billing.models import LineShare, Refund, Seller
from storefront.billing.services import ledger, refund_units, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock
from tests.billing.building import make_invoice, make_payment

pytestmark = pytest.mark.django_db


def paid(invoice: Any, stripe: Any) -> Any:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    return invoice


def notes() -> list[list[tuple[int, Decimal]]]:
    found = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE).order_by("pk")
    return [[(line.position, line.gross) for line in note.content.lines] for note in found]


def test_money_that_had_bought_nothing_is_given_back_without_a_credit_note(stripe: Any, customer: Any) -> None:
    invoice = paid(make_invoice(customer), stripe)
    void = make_invoice(customer)
    for number, about in enumerate((invoice, void)):  # paid twice, and paid after it was void
        second = make_payment(customer, invoice=about)
        ledger.credit(customer=customer, payment=second, amount=second.amount, currency="EUR", key=f"again-{number}")
        refund = Refund.objects.create(payment=second, amount=second.amount, is_ours=True, status="succeeded")
        asking_for_notes.refund_succeeded(refund)
    issue_due()
    assert notes() == []
    requests = DocumentRequest.objects.filter(kind=DocumentKind.CREDIT_NOTE)
    assert [request.status for request in requests] == [RequestStatus.NOT_NEEDED] * 2


def test_lines_are_credited_as_the_ledger_took_them_back(stripe: Any, customer: Any) -> None:
    invoice = paid(make_invoice(customer, "60.00", "36.00"), stripe)
    payment = invoice.attempts.get().payment
    unit = list(refund_units.units_left(invoice))[:1]
    refunds.begin(decision=RefundDecision(invoice=invoice, units=unit), reason="", by=None)
    settle(attempt_id=payment.attempt_id)
    for amount in ("20.00", "16.00"):
        refunds.start(payment=payment, amount=Decimal(amount), reason="")
        settle(attempt_id=payment.attempt_id)
        issue_due()
    assert notes() == [[(1, Decimal(60))], [(2, Decimal(20))], [(2, Decimal(16))]]
    taken = LineShare.objects.filter(line__invoice=invoice, amount__lt=0).order_by("pk")
    assert [(share.line.position, -share.amount) for share in taken] == [line for note in notes() for line in note]


def test_a_refund_of_a_payment_credits_each_invoice_that_it_had_paid_for(stripe: Any, customer: Any) -> None:
    advance = paid(make_invoice(customer, "100.00", kind="advance_payment", with_order=False), stripe)
    payment = advance.attempts.get().payment
    bought = make_invoice(customer)
    ledger.debit(
        customer=customer, invoice=bought, amount=bought.amount, currency="EUR", key=f"invoice-{bought.pk}",
        taken_from=[(payment, bought.amount)],
    )  # fmt: skip
    refunds.start(payment=payment, amount=Decimal(54), reason="")
    settle(attempt_id=payment.attempt_id)
    issue_due()
    found = Document.objects.filter(kind=DocumentKind.CREDIT_NOTE)
    assert {note.invoice: note.gross for note in found} == {advance: Decimal(54), bought: Decimal(50)}


def test_no_act_says_that_rights_passed_that_were_taken_back(stripe: Any, customer: Any) -> None:
    seller = Seller.objects.create(name="Northbridge Software Ltd", address="London")
    DocumentSettings.objects.create(seller=seller, act_day=5)
    invoice = paid(make_invoice(customer), stripe)
    payment = invoice.attempts.get().payment
    refunds.start(payment=payment, amount=payment.amount, reason="")
    settle(attempt_id=payment.attempt_id)
    with time_machine.travel(clock.now() + timedelta(days=6)):
        issue_due()
    assert DocumentRequest.objects.get(kind=DocumentKind.ACT).status == RequestStatus.NOT_NEEDED
    assert notes() == [[(1, invoice.amount)]]
