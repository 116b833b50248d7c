"""A prepared query answers what its queryset answers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Exists, F, OuterRef

from storefront.billing.models import Invoice, InvoiceLine
from storefront.core.prepared import PreparedQuery

pytestmark = pytest.mark.django_db

LINES = PreparedQuery(
    lambda invoice, lowest: (
        InvoiceLine.objects.filter(invoice=invoice, pk__gte=lowest)
        .annotate(has_more=Exists(InvoiceLine.objects.filter(invoice=invoice, position__gt=OuterRef("position"))))
        .annotate(total=F("amount"))
        .order_by("position")
        .values_list("position", "amount", "license_terms_json", "invoice__issued_at", "has_more", "total")
    ),
    "invoice",
    "lowest",
)


@pytest.fixture
def invoices(customer: Any) -> list[Invoice]:
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    made = []
    for number in range(2):
        invoice = Invoice.objects.create(
            number=f"X-{number}", customer=customer, currency="EUR", amount=Decimal("1.10"), issued_at=now, due_at=now
        )
        for position in (1, 2, 3):
            InvoiceLine.objects.create(
                invoice=invoice,
                position=position,
                description="x",
                list_amount=Decimal("2"),
                amount=Decimal("0.10") * position,
                license_terms_json={"months": position},
            )
        made.append(invoice)
    return made


def test_rows_are_those_of_the_queryset_with_the_same_types(
    invoices: list[Invoice], django_assert_num_queries: Any
) -> None:
    for invoice in invoices:
        for lowest in (0, *invoice.lines.order_by("pk").values_list("pk", flat=True)[1:], 2_000_000_000):
            expected = list(LINES.queryset(invoice=invoice.pk, lowest=lowest))
            with django_assert_num_queries(1):
                rows = LINES.rows(invoice=invoice.pk, lowest=lowest)
            assert [tuple(row) for row in rows] == expected
            assert [[type(value) for value in row] for row in rows] == [
                [type(value) for value in row] for row in expected
            ]


def test_parameter_that_is_not_in_the_query_is_an_error() -> None:
    query = PreparedQuery(
        lambda invoice, other: Invoice.objects.filter(pk=invoice).values_list("pk"), "invoice", "other"
    )
    with pytest.raises(TypeError):
        query.rows(pk=1, other=2)


def test_texts_are_compared_as_they_are(invoices: list[Invoice]) -> None:
    query = PreparedQuery(
        lambda number, lowest: Invoice.objects.filter(number=number, pk__gte=lowest).values_list("pk", "number"),
        "lowest",
        texts=["number"],
    )
    assert query.rows(number="X-1", lowest=0) == [[invoices[1].pk, "X-1"]]
    for stranger in ("", "X", "x-1 ", "X-_", "X-1' OR '1'='1", "%"):
        assert query.rows(number=stranger, lowest=0) == [], stranger


def test_what_is_selected_only_to_sort_by_is_not_in_the_rows(invoices: list[Invoice]) -> None:
    query = PreparedQuery(
        lambda lowest: (
            InvoiceLine.objects.filter(invoice__pk__gte=lowest)
            .order_by("-invoice__number", "position")
            .distinct()
            .values_list("position", "amount")
        ),
        "lowest",
    )
    expected = [list(row) for row in query.queryset(lowest=0)]
    assert query.rows(lowest=0) == expected and len(expected) == 6 and {len(row) for row in expected} == {2}
