"""A payment proof is sent on the invoice's page of the account, by the rules of the page that the pay link opens."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from storefront.billing.models import Invoice, ReviewItem
from storefront.billing.services import invoices
from storefront.billing.transfers.models import PaymentProof, ProofSource
from storefront.billing.transfers.services import booking, proofs
from storefront.billing.transfers.services.booking import Share
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def account(wagtail_site: Any) -> Any:
    return make_account()


@pytest.fixture
def buyer(customer: Any) -> Client:
    client = Client()
    client.force_login(customer)
    return client


def path(invoice: Invoice) -> str:
    return f"/account/invoices/{invoice.number}/"


def send(client: Client, invoice: Invoice, content: bytes = PDF, name: str = "order.pdf") -> Any:
    return client.post(f"{path(invoice)}proof/", {"file": SimpleUploadedFile(name, content)})


def shown(client: Client, invoice: Invoice) -> str:
    return client.get(path(invoice)).content.decode()


def test_a_file_is_kept_shown_with_its_state_and_told_to_staff(buyer: Client, customer: Any, account: Any) -> None:
    invoice = make_invoice(customer)
    assert 'type="file"' in shown(buyer, invoice)
    answer = send(buyer, invoice)
    assert (answer.status_code, answer["Location"]) == (302, path(invoice))
    proof = PaymentProof.objects.get()
    assert (proof.source, proof.invoice) == (ProofSource.ACCOUNT, invoice)
    assert ReviewItem.objects.filter(kind=proofs.KIND, resolved_at=None).count() == 1
    page = shown(buyer, invoice)
    assert "order.pdf" in page and "Waits for us" in page
    send(buyer, invoice)
    assert PaymentProof.objects.count() == 1


def test_a_bad_file_is_told_at_its_field(buyer: Client, customer: Any, account: Any) -> None:
    invoice = make_invoice(customer)
    for content, name, words in (
        (b"", "a.pdf", "This file is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", ""),
        (b"MZ\x90\x00", "a.pdf", ""),
    ):
        answer = send(buyer, invoice, content, name)
        assert answer.status_code == 422, name
        assert answer.context["proof_form"].errors["file"]
        page = answer.content.decode()
        assert words in page and 'aria-invalid="true"' in page and "<title>Error:" in page
    assert buyer.post(f"{path(invoice)}proof/").status_code == 422
    assert not PaymentProof.objects.exists()


def test_an_invoice_takes_ten_files_here_and_by_the_pay_link_together(
    buyer: Client, customer: Any, account: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(proofs, "MOST_PROOFS", 1)
    invoice = make_invoice(customer)
    send(buyer, invoice)
    answer = send(buyer, invoice, PDF + b"\n")
    assert answer.status_code == 409 and "as many files" in answer.content.decode()


def test_what_asks_for_no_transfer_takes_no_file(buyer: Client, customer: Any, account: Any) -> None:
    paid, void, dollars = make_invoice(customer), make_invoice(customer), make_invoice(customer, currency="USD")
    booking.book(incoming=came(account, "96.00"), shares=[Share(paid)], by=None)
    invoices.void(invoice=void, reason="x")
    for each in (paid, void, dollars):
        assert 'type="file"' not in shown(buyer, each)
        assert send(buyer, each).status_code == 302
    assert not PaymentProof.objects.exists()


def test_another_customers_invoice_is_as_a_missing_one(
    buyer: Client, make_customer: Any, customer: Any, account: Any
) -> None:
    other = make_invoice(make_customer("other@example.com"))
    assert send(buyer, other).status_code == 404
    assert Client().post(f"{path(other)}proof/").status_code == 302


def test_too_many_tries_are_slowed_down(buyer: Client, customer: Any, account: Any, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "pay-proof": "1/hour"}
    invoice = make_invoice(customer)
    assert [send(buyer, invoice).status_code for _ in range(2)] == [302, 429]
