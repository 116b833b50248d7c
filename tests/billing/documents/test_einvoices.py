"""Issued invoices hold their e-invoice as the seller has chosen, or are not issued, with the reason in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from storefront.billing.documents.einvoice.wanted import wanted
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, DocumentSettings, RequestStatus
from storefront.billing.models import Seller, TaxRate
from tests.billing.building import make_invoice
from tests.billing.documents.einvoice.contents import BUYER, SELLER, content, sold

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> Any:
    """A German seller who charges VAT."""
    found = Seller.objects.create(
        name="Kleine Software UG", address="Hauptstr. 1\n10115 Berlin", country="DE", vat_id="DE136695976",
        tax_regime="vat",
    )  # fmt: skip
    TaxRate.objects.get_or_create(country="DE", valid_from=date(2021, 1, 1), defaults={"rate": 19})
    return DocumentSettings.objects.create(seller=found, e_invoicing="with_ubl")


def test_an_invoice_has_the_xml_inside_its_pdf_and_apart_and_ubl(seller: Any, customer: Any) -> None:
    from facturx import get_xml_from_pdf

    make_invoice(customer, "96.00", "4.50", payer={"country": "DE"})
    assert issue_due() == 1
    document = Document.objects.get()
    with document.xml.open() as stored, document.ubl.open() as ubl, document.pdf.open() as pdf:
        xml = stored.read()
        assert get_xml_from_pdf(pdf.read(), check_xsd=False) == ("factur-x.xml", xml)
        assert b"<cbc:ID>" + document.number.encode() in ubl.read()
    assert document.number.encode() in xml and b"Kleine Software UG" in xml and b"100.50" in xml
    assert document.xml_hash and document.ubl_hash


def test_one_that_would_fail_is_not_issued_and_says_why(seller: Any, customer: Any) -> None:
    make_invoice(customer)
    assert issue_due() == 0
    request = DocumentRequest.objects.get()
    assert request.status == RequestStatus.FAILED
    assert "BR-11" in request.problem_text and "country of the payer" in request.problem_text
    assert not Document.objects.exists()


def test_without_e_invoices_only_the_pdf_is_made(seller: Any, customer: Any) -> None:
    DocumentSettings.objects.update(e_invoicing="none")
    make_invoice(customer)
    assert issue_due() == 1
    assert not Document.objects.get().xml


def test_by_country_the_eu_has_e_invoices() -> None:
    assert wanted(content([sold("10.00")]), "by_country")
    assert not wanted(content([sold("10.00")]), "none")
    for party, values in (("seller", {"country": "KZ"}), ("seller", {"vat_id": ""}), ("payer", {"country": ""})):
        changed = {"seller": SELLER, "payer": BUYER}[party]
        document = content([sold("10.00")], changes={party: replace(changed, **values)})
        assert not wanted(document, "by_country")
        assert wanted(document, "factur_x")
