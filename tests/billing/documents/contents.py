"""Contents of documents, without a shop around them."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from storefront.billing.documents.content import (
    AcceptedAgreement,
    Content,
    ContentLine,
    DocumentKind,
    Party,
    Statement,
    StatementEntry,
    TaxCategory,
    TaxGroup,
)
from storefront.billing.documents.models import DocumentSettings
from storefront.billing.documents.printing import page, pdf

DAY = date(2026, 12, 1)
SELLER = Party(name="Northbridge Software Ltd", address=("1 Harbour Street",), city="London", director="J. North")
PAYER = Party(name="Acme GmbH", address=("Hauptstr. 1",), city="Berlin", country="DE", director="Erika Muster")
STATEMENT = Statement(
    first=date(2026, 1, 1),
    last=date(2026, 11, 30),
    opening=Decimal("10.00"),
    entries=(
        StatementEntry(on=date(2026, 3, 1), text="Invoice INV-1", debit=Decimal("96.00")),
        StatementEntry(on=date(2026, 3, 2), text="Payment", credit=Decimal("36.00")),
    ),
    closing=Decimal("70.00"),
)
AGREEMENT = AcceptedAgreement(
    title="Public license agreement",
    version="3",
    text_hash="ab" * 32,
    accepted_at=datetime(2026, 11, 30, 9, 15, tzinfo=UTC),
    accepted_by="ada@example.com",
    address="203.0.113.7",
    blocks=(("heading", "1. Subject"), ("paragraph", "The license.")),
)


def make_content(kind: str = "act", *, lines: int = 1, description: str = "License", **changes: Any) -> Content:
    each = [
        ContentLine(
            position=position,
            description=f"{description} {position}",
            quantity=Decimal(1),
            net_before_discount=Decimal("10.00"),
            net=Decimal("10.00"),
            tax=Decimal(0),
            gross=Decimal("10.00"),
            rate=Decimal(0),
            category=TaxCategory.OUT_OF_SCOPE,
        )
        for position in range(1, lines + 1)
    ]
    total = Decimal(10 * lines)
    group = TaxGroup(category=TaxCategory.OUT_OF_SCOPE, rate=Decimal(0), net=total, tax=Decimal(0), reason="No VAT")
    values = {
        "kind": DocumentKind(kind), "number": "ACT-2026-000001", "issued_on": DAY, "languages": ("en",),
        "currency": "EUR", "seller": SELLER, "payer": PAYER, "lines": tuple(each), "tax_groups": (group,),
        "net": total, "tax": Decimal(0), "gross": total, "supplied_on": DAY,
    }  # fmt: skip
    if kind == DocumentKind.RECONCILIATION:
        values["statement"] = STATEMENT
    if kind == DocumentKind.CONTRACT:
        values["agreement"] = AGREEMENT
    return Content(**values | changes)  # type: ignore[arg-type]


def printed(content: Content, **settings: Any) -> bytes:
    return pdf.printed(page.of(content, DocumentSettings(**settings)), on=content.issued_on)


def sheets(made: bytes) -> list[str]:
    """The text of each sheet of a PDF, in one line each."""
    return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(made)).pages]
