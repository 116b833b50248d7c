"""Issued invoices hold their e-invoice as the seller has chosen, or are not issued, with the reason in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from lxml import etree
from pypdf import PdfReader

from storefront.billing.documents.einvoice import rules
from storefront.billing.documents.einvoice.rules import Syntax
from storefront.billing.documents.einvoice.wanted import wanted
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, DocumentSettings, RequestStatus
from storefront.billing.models import ExchangeRate, LedgerEntry, Seller, TaxRate
from storefront.billing.services import exchange, invoices, refunds
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import money
from tests.billing.building import make_invoice, make_order
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


def test_what_goes_back_of_two_rates_is_in_xml_and_ledger_alike(seller: Any, stripe: Any, customer: Any) -> None:
    """A refund through the provider that comes back, then all of it: credit note, debit note, credit note."""
    rates = {"119.00": "19", "21.43": "7"}
    lines = [
        invoices.NewLine(description=f"At {rate} %", amount=taxed.gross, list_amount=taxed.gross, taxed=taxed)
        for amount, rate in rates.items()
        for taxed in money.split_tax([Decimal(amount)], Decimal(rate), "EUR")
    ]
    with transaction.atomic():
        order = make_order(customer, total=Decimal("140.43"))
        invoice = invoices.issue(
            customer=customer, order=order, currency="EUR", payer={"name": "Ada Buyer", "country": "DE"}, lines=lines
        )
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    payment = settle(attempt_id=attempt.pk).payment
    first = refunds.start(payment=payment, amount=Decimal("50.01"), reason="Agreed")
    issue_due()
    stripe.settle_refund(first.reference, succeed=False)
    settle(attempt_id=attempt.pk)
    issue_due()
    payment.refresh_from_db()
    refunds.start(payment=payment, amount=payment.amount, reason="")
    issue_due()
    found = list(Document.objects.filter(kind__in=("invoice", "credit_note", "debit_note")).order_by("pk"))
    assert [one.kind for one in found] == ["invoice", "credit_note", "debit_note", "credit_note"]
    sales = LedgerEntry.objects.filter(account__kind="sales", transaction__invoice=invoice).order_by("pk")
    for document, entry, code in zip(found, sales, ("380", "381", "383", "381"), strict=True):
        with document.xml.open() as xml, document.ubl.open() as ubl:
            cii = xml.read()
            assert rules.check(cii, Syntax.CII) == rules.check(ubl.read(), Syntax.UBL) == []
        assert etree.fromstring(cii).findtext("{*}ExchangedDocument/{*}TypeCode") == code
        assert _written(cii) == _booked(entry.transaction), document.number


def _booked(movement: Any) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """Gross and tax by rate, above zero: of the shares, or of the whole invoice's lines."""
    shares = list(movement.shares.all())
    if not shares:
        return {line.tax_rate: (line.amount, line.tax) for line in movement.invoice.lines.all()}
    return {share.line.tax_rate: (abs(share.amount), abs(share.tax)) for share in shares}


def _written(xml: bytes) -> dict[Decimal, tuple[Decimal, Decimal]]:
    found = {}
    for group in etree.fromstring(xml).iterfind(".//{*}ApplicableHeaderTradeSettlement/{*}ApplicableTradeTax"):
        names = ("BasisAmount", "CalculatedAmount", "RateApplicablePercent")
        net, tax, rate = (Decimal(str(group.findtext(f"{{*}}{name}"))) for name in names)
        found[rate] = (net + tax, tax)
    return found


def test_tax_is_named_in_the_currency_of_the_tax_return_too(seller: Any, stripe: Any, customer: Any) -> None:
    """At the rate of the invoice's day, also on what goes back of it later; not issued while that is not known."""
    Seller.objects.update(accounting_currency="EUR")
    with time_machine.travel("2026-11-30T12:00:00Z", tick=False):
        make_invoice(customer, "0.99", "118.01", payer={"country": "DE"})
        invoice = make_invoice(customer, "0.99", "118.01", currency="USD", payer={"country": "DE"})
        assert issue_due() == 1
        request = DocumentRequest.objects.get(status=RequestStatus.FAILED)
        assert "rate of USD" in request.problem_text
        for day, rate in (("2026-11-20", "2"), ("2026-11-27", "1.6"), ("2026-12-01", "3")):
            ExchangeRate.objects.create(currency="EUR", quote="USD", rate=rate, valid_from=day)
        DocumentRequest.objects.filter(pk=request.pk).update(status=RequestStatus.WAITING)
        attempt = start(invoice=invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        payment = settle(attempt_id=attempt.pk).payment
    with time_machine.travel("2026-12-02T12:00:00Z", tick=False):
        for amount in ("59.50", "30.01", "29.49"):
            refunds.start(payment=payment, amount=Decimal(amount), reason="")
            issue_due()
    made, *notes = Document.objects.filter(kind__in=("invoice", "credit_note"), currency="USD").order_by("pk")
    home = made.content.home_tax
    assert (invoice.tax, home.currency, home.tax, home.on) == (
        Decimal("19.00"),
        "EUR",
        Decimal("11.88"),
        date(2026, 11, 27),
    )
    assert sum(note.content.home_tax.tax for note in notes) == home.tax and len(notes) == 3
    with made.xml.open() as xml, made.ubl.open() as ubl:
        cii, ubl_tree = etree.fromstring(xml.read()), etree.fromstring(ubl.read())
    assert cii.findtext(".//{*}TaxCurrencyCode") == ubl_tree.findtext("{*}TaxCurrencyCode") == "EUR"
    for tree, name in ((cii, "TaxTotalAmount"), (ubl_tree, "TaxTotal/{*}TaxAmount")):
        amounts = {each.get("currencyID"): each.text for each in tree.iterfind(f".//{{*}}{name}")}
        assert amounts == {"USD": "19.00", "EUR": "11.88"}
    with made.pdf.open() as pdf:
        text = " ".join(PdfReader(pdf).pages[0].extract_text().split())
    assert "VAT in EUR (1 USD = 0.625 EUR, European Central Bank, 27 Nov 2026) 11.88" in text


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([("USD", "PLN", "3.9", "2026-11-27")], "3.9"),
        ([("EUR", "USD", "1.25", "2026-11-27"), ("EUR", "PLN", "4.25", "2026-11-27")], "3.4"),
        ([("USD", "PLN", "3.9", "2026-11-27"), ("USD", "PLN", "4", "2026-11-30")], "4"),
        ([("USD", "PLN", "3.9", "2026-11-22")], None),  # too old
        ([("USD", "PLN", "3.9", "2026-12-01")], None),
        ([("USD", "PLN", "3.9", "2026-10-01", "2026-11-30")], "3.9"),
        ([("USD", "PLN", "3.9", "2026-11-27", "2026-11-28")], None),
    ],
)  # fmt: skip
def test_the_rate_of_a_day(rates: list[tuple[str, ...]], expected: str | None) -> None:
    for currency, quote, rate, *days in rates:
        ExchangeRate.objects.create(
            currency=currency, quote=quote, rate=rate, **dict(zip(("valid_from", "valid_to"), days, strict=False))
        )
    found = exchange.rate_on("USD", "PLN", date(2026, 11, 30))
    assert (found.factor if found else None) == (Decimal(expected) if expected else None)
