"""The XML inside the PDF is the one that was checked, and the PDF stays PDF/A-3."""

from __future__ import annotations

import io
from typing import Any

import pytest
import time_machine

from storefront.billing.documents.einvoice import embedding, making
from tests.billing.documents.einvoice.contents import content, sold

SOURCE = b'#set document(title: "Invoice")\n#set text(lang: "en")\nInvoice INV-2026-000042'


@pytest.fixture(scope="module")
def pdf() -> bytes:
    import typst

    return bytes(typst.compile(SOURCE, format="pdf", pdf_standards="a-3b", timestamp=0, ignore_system_fonts=True))


def test_the_xml_is_read_back_from_a_pdf_that_is_still_pdf_a(pdf: bytes) -> None:
    from facturx import get_xml_from_pdf
    from pypdf import PdfReader

    document = content([sold("59.38"), sold("21.40", "7")])
    einvoice = making.make(document)
    whole = embedding.embed(pdf, einvoice, document, title="Rechnung INV-2026-000042")
    name, xml = get_xml_from_pdf(whole, check_xsd=False)
    assert (name, xml) == ("factur-x.xml", einvoice.cii)

    reader = PdfReader(io.BytesIO(whole))
    root: Any = reader.trailer["/Root"]
    about = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in about
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in about
    assert "EN 16931" in about
    assert "/OutputIntents" in root
    (attached,) = root["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"
    assert attached.get_object()["/EF"]["/F"].get_object()["/Subtype"] in ("/text/xml", "/text#2Fxml")
    assert reader.metadata is not None
    assert reader.metadata.title == "Rechnung INV-2026-000042"


def test_made_again_another_day_it_is_the_same_file(pdf: bytes) -> None:
    document = content([sold("59.38")])
    made = []
    for day in ("2026-03-01T10:00:00Z", "2027-08-09T11:12:13Z"):
        with time_machine.travel(day, tick=False):
            made.append(embedding.embed(pdf, making.EInvoice(b"<xml/>"), document, title="INV-2026-000042"))
    assert made[0] == made[1]
