"""What changes of a sale after its quarter corrects the OSS return of that quarter, in the return of a later one.

Directive 2006/112/EC, Article 369g (4); Implementing Regulation (EU) 282/2011, Article 61.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection

from storefront.billing.accounting import oss, oss_records, registers, tax_rows
from storefront.billing.models import ExchangeRate
from storefront.billing.services import refunds
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Share
from storefront.core.spans import Span, months_from
from tests.billing.documents.test_notes import paid, sold
from tests.billing.transfers import came, make_account

pytestmark = pytest.mark.django_db

SPRING, SUMMER, AUTUMN = (months_from(date(2026, month, 1), 3) for month in (4, 7, 10))
#: What was booked of sales in a span, by the time of the sale that it belongs to: an invoice's last one until then.
LEDGER = """
    SELECT e.amount, (
        SELECT s.created_at FROM billing_ledgertransaction s
        WHERE s.invoice_id = t.invoice_id AND s.kind = 'purchase' AND s.key LIKE 'invoice-%%' AND s.id <= t.id
        ORDER BY s.id DESC LIMIT 1
    )
    FROM billing_ledgerentry e
    JOIN billing_ledgeraccount a ON a.id = e.account_id
    JOIN billing_ledgertransaction t ON t.id = e.transaction_id
    WHERE a.kind = 'sales' AND e.created_at >= %s AND e.created_at < %s
"""


def at(day: str) -> Any:
    return time_machine.travel(f"2026-{day}T12:00:00Z", tick=False)


def in_ledger(span: Span) -> dict[date, Decimal]:
    """By the first day of the quarter in which it was sold."""
    with connection.cursor() as cursor:
        cursor.execute(LEDGER, [span.start, span.end])
        found: dict[date, Decimal] = {}
        for amount, sold_at in cursor.fetchall():
            day = date.fromisoformat(str(sold_at)[:10])
            first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            found[first] = found.get(first, Decimal(0)) + Decimal(str(amount))
    return {first: amount for first, amount in found.items() if amount}


def in_return(span: Span) -> dict[date, Decimal]:
    found: dict[date, Decimal] = {}
    for row in oss.rows(span):
        first = (row.corrects or span).first
        found[first] = found.get(first, Decimal(0)) + row.net + row.tax
    return found


def test_what_went_back_later_corrects_the_quarter_of_its_sale(stripe: Any, customer: Any) -> None:
    with at("05-05"):
        early = paid(sold(customer, "241.00"), stripe)
        paid(sold(customer, "120.50"), stripe)
    with at("08-01"):
        paid(sold(customer, "60.25"), stripe)
        refunds.start(payment=early, amount=Decimal("120.50"), reason="Asked")
    with at("10-02"):
        refunds.start(payment=early, amount=Decimal("60.25"), reason="Asked")
    assert [(row.tax, row.corrects) for row in oss.rows(SPRING)] == [(Decimal("61.50"), None)]
    assert [(row.net, row.tax, row.corrects) for row in oss.rows(SUMMER)] == [
        (Decimal(50), Decimal("10.25"), None), (Decimal(-100), Decimal("-20.50"), SPRING),
    ]  # fmt: skip
    assert [(row.tax, row.corrects) for row in oss.rows(AUTUMN)] == [(Decimal("-10.25"), SPRING)]
    for span in (SPRING, SUMMER, AUTUMN):
        assert in_return(span) == in_ledger(span), span
    in_file = next(each for each in registers.REGISTERS if each.name == "oss")
    assert [dict(zip(in_file.heads(), row, strict=True))["Corrects the quarter"] for row in in_file.rows(SUMMER)] == [
        "", "2026 Q2",
    ]  # fmt: skip
    assert sum(row.tax for row in tax_rows.tax(SUMMER)) == sum(row.tax for row in oss.rows(SUMMER))


def test_a_sale_whose_payment_was_undone_is_taken_out_of_its_quarter_and_sold_in_the_one_it_is_paid_in(
    customer: Any, make_customer: Any
) -> None:
    account, staff = make_account(), make_customer("staff@example.com")
    with at("06-10"):
        invoice = sold(customer, "241.00")
        wrong = booking.book(incoming=came(account, "241.00"), shares=[Share(invoice)], by=staff)
    with at("07-20"):
        undoing.undo(transfer=wrong, by=staff, reason="It was Bob's")
    assert [(row.tax, row.corrects) for row in oss.rows(SPRING)] == [(Decimal(41), None)]
    assert [(row.tax, row.corrects) for row in oss.rows(SUMMER)] == [(Decimal(-41), SPRING)]
    assert [row[0:2] + row[-3:-1] for row in oss_records.rows(SPRING)] == [
        [date(2026, 6, 10), invoice.number, Decimal(241), Decimal(241)]
    ]
    with at("11-20"):
        booking.book(incoming=came(account, "241.00", reference="REF 2"), shares=[Share(invoice)], by=staff)
    assert [(row.tax, row.corrects) for row in oss.rows(AUTUMN)] == [(Decimal(41), None)]
    for span in (SPRING, SUMMER, AUTUMN):
        assert in_return(span) == in_ledger(span), span
    records = [[(row[0], row[-3], row[-2]) for row in oss_records.rows(span)] for span in (SPRING, SUMMER, AUTUMN)]
    assert records == [
        [(date(2026, 6, 10), Decimal(241), Decimal(241))], [], [(date(2026, 11, 20), Decimal(241), Decimal(0))],
    ]  # fmt: skip


def test_a_correction_is_in_euro_at_the_rate_of_the_quarter_that_it_corrects(stripe: Any, customer: Any) -> None:
    for day, number in (("2026-06-30", "1.25"), ("2026-09-30", "2")):
        ExchangeRate.objects.create(currency="EUR", quote="USD", rate=number, valid_from=day)
    with at("05-05"):
        early = paid(sold(customer, "120.50", currency="USD"), stripe)
    with at("08-01"):
        refunds.start(payment=early, amount=Decimal("60.25"), reason="Asked")
    [row] = oss.rows(SUMMER)
    assert (row.corrects, row.tax, row.euro_tax) == (SPRING, Decimal("-10.25"), Decimal("-8.20"))
