"""An e-invoice put into the PDF of the same document."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

from storefront.billing.documents.content import Content
from storefront.billing.documents.einvoice.making import LEVEL, EInvoice, Flavor

_MADE_AT = re.compile(rb"(?<=<xmp:CreateDate>)[^<]*|(?<=<xmp:ModifyDate>)[^<]*")


def embed(pdf: bytes, einvoice: EInvoice, content: Content, *, title: str) -> bytes:
    """The PDF/A-3 of the same document with the XML inside, by Factur-X 1.0 (ZUGFeRD 2): still PDF/A-3. ``title`` is
    the PDF's, which is written anew. The same document gives the same bytes."""
    from facturx import generate_from_binary  # heavy: pypdf and lxml

    whole = generate_from_binary(
        pdf,
        einvoice.cii,
        flavor=Flavor.FACTUR_X.value,
        level=LEVEL,
        check_xsd=False,  # was checked when the XML was written
        check_schematron=False,
        pdf_metadata={"title": title, "author": content.seller.name, "subject": title, "keywords": "Factur-X"},
        lang=content.languages[0],
        afrelationship="alternative",
    )
    return _dated(bytes(whole), content.issued_on)


def _dated(pdf: bytes, on: date) -> bytes:
    """The day of the document wherever the library has written the time of day: in the file's information, of the
    attachment and in XMP (ISO 32000-1, 14.3)."""
    from pypdf import PdfWriter  # see above
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    moment = f"D:{on:%Y%m%d}000000+00'00'"
    writer.add_metadata({"/CreationDate": moment, "/ModDate": moment})
    root: Any = writer.root_object  # what lies in it is as the library has just written it
    for attached in root["/AF"].get_object():
        about = attached.get_object()["/EF"]["/F"].get_object()["/Params"]
        about[NameObject("/ModDate")] = TextStringObject(moment)
    xmp: bytes = root["/Metadata"].get_object().get_data()
    writer.xmp_metadata = _MADE_AT.sub(f"{on:%Y-%m-%d}T00:00:00+00:00".encode(), xmp)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()
