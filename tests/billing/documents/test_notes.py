"""Money that goes back in parts: tax of the parts is that of the whole, each part has its note once it has arrived, and
one that comes back has a note, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from storefront.billing.accounting import tax_rows
from storefront.billing.db_triggers import FROZEN_TABLES
from storefront.billing.documents.building import lines
from storefront.billing.documents.building.taxes import TaxedAs
from storefront.billing.documents.content import ContentLine, DocumentKind, TaxCategory
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, RequestStatus
from storefront.billing.models import Invoice, InvoiceLine, LineShare, Payment, ReviewItem
from storefront.billing.services import invoices, refund_booking, refunds
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.tax import TaxDecision, TaxFacts, TaxTreatment
from storefront.core import clock, money
from storefront.core.spans import Span
from tests.billing.building import make_order
from tests.billing.test_begun_refunds import STAYS_PENDING, snapshot_of

NOTES = (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)
PENDING = {"card": STAYS_PENDING}


def sold(customer: Any, *amounts: str, currency: str = "EUR", rate: str = "20.5", country: str = "FR") -> Invoice:
    """An order of a consumer, taxed in their country."""
    figures = [Decimal(amount) for amount in amounts]
    decision = TaxDecision(TaxTreatment.DESTINATION, Decimal(rate), facts=TaxFacts(country=country))
    with transaction.atomic():
        return invoices.issue(
            customer=customer, order=make_order(customer, total=sum(figures, Decimal(0)), currency=currency),
            currency=currency, payer={"name": "Ada Buyer", "country": country}, tax_decision=decision,
            lines=[invoices.NewLine(description="License", amount=each, list_amount=each) for each in figures],
        )  # fmt: skip


def paid(invoice: Invoice, stripe: Any, **how: Any) -> Payment:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference, **how)
    return settle(attempt_id=attempt.pk).payment


def look(payment: Payment) -> None:
    settle(attempt_id=payment.attempt_id or 0, look_for_refunds=True)
    issue_due()


def notes() -> list[tuple[str, Decimal, Decimal]]:
    found = Document.objects.filter(kind__in=NOTES).order_by("pk")
    return [(note.kind, note.gross, note.content.tax) for note in found]


def in_register() -> list[tuple[Decimal, Decimal, bool]]:
    rows = tax_rows.tax(Span(clock.today(), clock.today()))
    return [(row.net + row.tax, row.tax, row.is_oss) for row in rows]


@given(
    currency=st.sampled_from(["EUR", "JPY", "KWD"]), rate=st.sampled_from(["0", "5.5", "19", "20.5", "27"]),
    gross=st.integers(1, 5000), cuts=st.lists(st.integers(1, 4999), max_size=8),
)  # fmt: skip
@settings(max_examples=200)
def test_any_split_of_a_line_holds_its_tax(currency: str, rate: str, gross: int, cuts: list[int]) -> None:
    unit = money.minor_unit(currency)
    [taxed] = money.split_tax([gross * unit], Decimal(rate), currency)
    row = InvoiceLine(
        invoice=Invoice(currency=currency), position=1, description="License", net=taxed.net, tax=taxed.tax,
        amount=taxed.gross, tax_rate=Decimal(rate),
    )  # fmt: skip
    ends = sorted({each for each in cuts if each < gross} | {0, gross})
    parts: list[ContentLine] = [
        lines.part_of(row, (end - begin) * unit, before=begin * unit, taxed=TaxedAs(category=TaxCategory.STANDARD))
        for begin, end in pairwise(ends)
    ]
    assert sum(each.tax for each in parts) == taxed.tax and sum(each.gross for each in parts) == taxed.gross
    for part in parts:
        assert 0 <= part.tax <= part.gross and money.is_exact(part.tax, currency)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "amounts", "parts"),
    [
        ("EUR", ("1.00",), (50, 50)),
        ("EUR", ("0.99", "3.33"), (1, 144, 143, 144)),
        ("JPY", ("100", "7"), (50, 3, 54)),
        ("KWD", ("1.010",), (500, 10, 500)),
    ],
)
def test_parts_refunded_at_the_provider_add_up_everywhere(
    stripe: Any, customer: Any, currency: str, amounts: Sequence[str], parts: Sequence[int]
) -> None:
    invoice = sold(customer, *amounts, currency=currency)
    payment = paid(invoice, stripe)
    for number, part in enumerate(parts, start=1):
        stripe.refund(payment.reference, amount=part)
        look(payment)
        assert len(notes()) == number
        gross, tax = (sum(each[at] for each in notes()) for at in (1, 2))
        left = [(invoice.amount - gross, invoice.tax - tax, True)] if number < len(parts) else []
        assert in_register() == left
    assert (gross, tax) == (invoice.amount, invoice.tax)
    requests = DocumentRequest.objects.filter(kind__in=NOTES)
    assert not requests.exclude(status__in=(RequestStatus.ISSUED, RequestStatus.NOT_NEEDED)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("succeed", [True, False])
def test_a_refund_on_its_way_has_no_note_until_it_has_arrived(stripe: Any, customer: Any, succeed: bool) -> None:
    invoice = sold(customer, "100.00")
    payment = paid(invoice, stripe, **PENDING)
    refund = refunds.start(payment=payment, amount=Decimal(100), reason="")
    look(payment)
    assert refund.status == "pending" and notes() == []
    stripe.settle_refund(refund.reference, succeed=succeed)
    look(payment)
    # Failed, its goods stay taken back, and the money waits on the personal account.
    assert notes() == [(DocumentKind.CREDIT_NOTE, invoice.amount, invoice.tax)]
    assert in_register() == []


@pytest.mark.django_db
def test_a_part_that_fails_on_its_way_is_on_no_paper(stripe: Any, customer: Any) -> None:
    payment = paid(sold(customer, "100.00"), stripe, **PENDING)
    refund = refunds.start(payment=payment, amount=Decimal(40), reason="")
    look(payment)
    stripe.settle_refund(refund.reference, succeed=False)
    look(payment)
    assert notes() == []


@pytest.mark.django_db
@pytest.mark.parametrize("by_us", [True, False])
def test_a_part_that_comes_back_has_a_debit_note_to_its_credit_note(stripe: Any, customer: Any, by_us: bool) -> None:
    invoice = sold(customer, "60.00", "36.00")
    payment = paid(invoice, stripe)
    kept = stripe.refund(payment.reference, amount=1001)
    look(payment)
    gone = give_back(payment, stripe, "20.00", by_us=by_us)
    look(payment)
    stripe.settle_refund(gone, succeed=False)
    look(payment)
    first, second, back = notes()
    assert [each[0] for each in (first, second, back)] == ["credit_note", "credit_note", "debit_note"]
    assert back[1:] == second[1:] and second[1] == Decimal(20)
    assert in_register() == [(invoice.amount - first[1], invoice.tax - first[2], True)]
    debit, credit = Document.objects.get(kind="debit_note"), Document.objects.filter(kind="credit_note").latest("pk")
    assert debit.corrects == credit and debit.content.corrects == (credit.number, credit.issued_on)
    assert debit.number.startswith("DN-") and (debit.content.due, debit.content.paid) == (0, debit.gross)
    assert ReviewItem.objects.filter(kind="refund_failed").count() == 1
    assert kept and DocumentRequest.objects.filter(kind="debit_note").count() == 1


def give_back(payment: Payment, stripe: Any, amount: str, *, by_us: bool) -> str:
    if not by_us:
        return str(stripe.refund(payment.reference, amount=int(Decimal(amount) * 100)))
    return str(refunds.start(payment=payment, amount=Decimal(amount), reason="").reference)


@pytest.mark.django_db
def test_a_note_that_was_not_issued_in_time_is_not_needed_any_more(stripe: Any, customer: Any) -> None:
    payment = paid(sold(customer, "96.00"), stripe)
    stripe.refund(payment.reference, amount=1000)
    refund = stripe.refund(payment.reference, amount=2000)  # the provider lists the latest first
    settle(attempt_id=payment.attempt_id or 0)
    stripe.settle_refund(refund, succeed=False)
    look(payment)
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        issue_due()
    assert [each[:2] for each in notes()] == [("credit_note", 10)]
    of_failed = DocumentRequest.objects.filter(refund__reference=refund)
    assert [each.status for each in of_failed] == [RequestStatus.NOT_NEEDED] * 2


@pytest.mark.django_db
def test_a_refund_that_nobody_lists_has_its_notes_too(stripe: Any, customer: Any) -> None:
    payment = paid(sold(customer, "96.00"), stripe)
    for refunded in ("30.00", "50.00", "10.00"):
        payment.refresh_from_db()
        with transaction.atomic():
            refund_booking.follow(payment, snapshot_of(payment, amount_refunded=Decimal(refunded)))
        issue_due()
    assert [each[:2] for each in notes()] == [("credit_note", 30), ("credit_note", 20), ("debit_note", 40)]


@pytest.mark.django_db
def test_the_upgrade_gives_earlier_parts_their_tax(stripe: Any, customer: Any) -> None:
    payment = paid(sold(customer, "0.99", "3.33"), stripe)
    for part in (1, 144, 143):
        refund = stripe.refund(payment.reference, amount=part)
        settle(attempt_id=payment.attempt_id or 0)
    stripe.settle_refund(refund, succeed=False)
    settle(attempt_id=payment.attempt_id or 0)
    written = dict(LineShare.objects.values_list("pk", "tax"))
    assert len(written) == 8 and any(written.values())
    upgrade = import_module("storefront.billing.migrations.0035_tax_of_line_shares")
    with transaction.atomic(), FROZEN_TABLES.lifted(connection):
        LineShare.objects.update(tax=0)
        upgrade.fill(apps, None)
    assert dict(LineShare.objects.values_list("pk", "tax")) == written
