"""The invoice's PDF has the code that a bank's app reads, as it is printed: read back from the picture of the page."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from storefront.billing.documents import content_json, issuing
from storefront.billing.documents.content import Content, DocumentKind
from storefront.billing.documents.models import DocumentRequest, DocumentStyle
from storefront.billing.documents.printing import page, pdf
from storefront.billing.documents.sellers import settings_of
from storefront.billing.models import Invoice
from storefront.billing.transfers.instructions import instructions_for
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account

pytestmark = pytest.mark.django_db


def drafted(invoice: Invoice) -> Content:
    return issuing.drafted(DocumentRequest.objects.get(invoice=invoice, kind=DocumentKind.INVOICE))


def sheets(content: Content, invoice: Invoice, style: str = DocumentStyle.EU) -> list[Image.Image]:
    settings = settings_of(invoice)
    settings.style = style
    found = pdf.pictured(page.of(content, settings), on=content.issued_on, ppi=400)
    if folder := os.environ.get("SHOTS"):
        for at, each in enumerate(found):
            Path(folder, f"invoice-{content.currency}-{style}-{at}.png").write_bytes(each)
    return [Image.open(io.BytesIO(each)).convert("RGB") for each in found]


def printed_code(sheet: Image.Image, modules: int) -> list[list[bool]]:
    """The dark modules of the code: nothing else on the sheet is quite black."""
    dark = sheet.point(lambda value: 255 if value < 8 else 0).convert("L").point(lambda value: value > 250 and 255)
    left, top, right, bottom = dark.getbbox() or pytest.fail("no code is printed")
    size = (right - left) / modules
    assert abs(size - (bottom - top) / modules) < 0.2  # square
    middles = [(at + 0.5) * size for at in range(modules)]
    return [[bool(dark.getpixel((int(left + x), int(top + y)))) for x in middles] for y in middles]


@pytest.mark.parametrize("currency", ["EUR", "RUB"])
@pytest.mark.parametrize("style", [DocumentStyle.EU, DocumentStyle.CIS])
def test_the_code_of_the_pdf_is_that_of_the_pay_page(customer: Any, currency: str, style: str) -> None:
    make_account(currency, **({"tax_number": "7701234567"} if currency == "RUB" else {}))
    invoice = make_invoice(customer, currency=currency)
    told = instructions_for(invoice)
    assert told is not None and told.code_text
    content = drafted(invoice)
    assert content.payment_code is not None and content.payment_code.text == told.code_text
    assert content_json.from_json(content_json.to_json(content)) == content
    expected = segno.make(told.code_text.encode(), error="m", micro=False, boost_error=False)
    rows = [[bool(each) for each in row] for row in expected.matrix]
    printed = printed_code(sheets(content, invoice, style)[-1], len(rows))
    wrong = [(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if printed[y][x] != dark]
    assert wrong == []


def test_currencies_without_a_code_have_the_details_alone(customer: Any) -> None:
    make_account("USD")
    content = drafted(make_invoice(customer, currency="USD"))
    assert content.payment_code is None and content.notes[0] == "Bank transfer"


def test_contents_of_earlier_releases_have_no_code(customer: Any) -> None:
    make_account()
    stored = content_json.to_json(drafted(make_invoice(customer)))
    del stored["payment_code"]
    assert content_json.from_json(stored).payment_code is None
