"""The customer's documents: whose they are, what can be done with them, and what that costs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from storefront.account.documents import archive
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, DocumentSettings, PaperCopy
from storefront.billing.models import Seller
from storefront.notifications import outbox
from tests import purchases

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Any) -> None:
    settings.PRIVATE_MEDIA_ROOT = tmp_path


@pytest.fixture
def bought(customer: Any, shop: Any, stripe: Any) -> Any:
    """A paid invoice with its documents: invoice, receipt and act."""
    invoice = purchases.order(customer, shop)
    purchases.pay(invoice, stripe)
    assert issue_due() == 3
    return invoice


@pytest.fixture
def act(bought: Any) -> Document:
    return Document.objects.get(kind="act")


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return " ".join(response.content.decode().split())


def url(name: str, *args: Any) -> str:
    return reverse(f"account-{name}", args=args)


# Finding ------------------------------------------------------------------------------------------------------------


def test_what_is_made_is_said_until_it_is_there(own: Client, invoice: Any) -> None:
    body = text(own.get(url("documents")))
    assert "Being made" in body and invoice.number in body
    issue_due()
    body = text(own.get(url("documents")))
    assert "Being made" not in body
    assert url("document-pdf", Document.objects.get().public_id) in body


def test_what_cannot_be_made_is_told_without_the_words_for_staff(own: Client, invoice: Any) -> None:
    DocumentRequest.objects.update(status="failed", problem=[["BR-11 secret", {}]])
    body = text(own.get(url("documents")))
    assert "Not issued yet" in body and "BR-11" not in body


def test_documents_are_found_by_period_and_by_invoice(own: Client, bought: Any) -> None:
    year = date.today().year
    for query, is_found in (
        (f"period={year}", True),
        (f"period={date.today():%Y-%m}", True),
        (f"period={year - 1}", False),
        (f"from={date.today()}&to={date.today()}", True),
        (f"to={year - 1}-12-31", False),
        (f"invoice={bought.number}", True),
        ("invoice=INV-1999-000001", False),
        ("period=2026-13&from=x", True),  # no period, no day: all
    ):
        body = text(own.get(f"{url('documents')}?{query}"))
        assert ("ACT-" in body) == is_found, query


def test_invoice_and_order_lead_to_their_documents(own: Client, bought: Any, act: Document) -> None:
    for page in (url("invoice", bought.number), url("order", bought.order.number)):
        assert url("document", act.public_id) in text(own.get(page))
    pdf = Document.objects.get(kind="invoice")
    assert url("document-pdf", pdf.public_id) in text(own.get(url("invoice-print", bought.number)))


def test_the_list_costs_the_same_for_few_and_for_many(
    own: Client, bought: Any, customer: Any, shop: Any, stripe: Any
) -> None:
    def queries() -> int:
        own.get(url("documents"))
        with CaptureQueriesContext(connection) as found:
            own.get(url("documents"))
        return len(found)

    few = queries()
    for _ in range(3):
        purchases.pay(purchases.order(customer, shop), stripe)
    issue_due()
    assert queries() == few


# Downloading --------------------------------------------------------------------------------------------------------


def test_a_document_is_sent_as_a_file_that_no_browser_opens(own: Client, act: Document) -> None:
    response = own.get(url("document-pdf", act.public_id))
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'attachment; filename="{act.number}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert own.get(url("document-xml", act.public_id)).status_code == 404  # it has none


def test_a_period_is_one_zip_with_names_that_say_what_they_are(own: Client, bought: Any) -> None:
    response = own.get(f"{url('documents-archive')}?period={date.today():%Y-%m}")
    assert response["Content-Disposition"] == f'attachment; filename="documents-{date.today():%Y-%m}.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as found:
        assert sorted(found.namelist()) == sorted(
            f"{each.issued_on} {each.get_kind_display()} {each.number}.pdf" for each in Document.objects.all()
        )
        assert all(found.read(name).startswith(b"%PDF-") for name in found.namelist())


def test_too_many_for_one_zip_lead_back_with_a_word(own: Client, bought: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_DOCUMENTS", 2)
    response = own.get(url("documents-archive"), follow=True)
    assert "more than 2 documents" in text(response)


def test_zips_are_throttled(own: Client, bought: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"documents-archive": "1/hour"}
    assert own.get(url("documents-archive")).status_code == 200
    assert own.get(url("documents-archive")).status_code == 429


# Sending ------------------------------------------------------------------------------------------------------------

TYPED = {"email": "books@accountant.example", "language": "ru"}


def test_a_document_is_mailed_after_a_preview(own: Client, act: Document, customer: Any) -> None:
    body = text(own.post(url("document-send", act.public_id), TYPED))
    assert "books@accountant.example" in body and act.number in body
    assert not act.sendings.exists()

    own.post(url("document-send", act.public_id), TYPED | {"confirmed": "1"})
    outbox.deliver_due()
    letter = next(each for each in mail.outbox if each.to == ["books@accountant.example"])
    ((name, content, kind),) = letter.attachments
    assert (name, kind) == (f"{act.number}.pdf", "application/pdf") and content.startswith(b"%PDF-")
    assert letter.reply_to == [customer.email]
    assert customer.email in letter.body and "отправляет вам документ" in letter.body
    assert "Ada" not in letter.body  # no text that the customer could have made up
    assert "books@accountant.example" in text(own.get(url("document", act.public_id)))


def test_a_preview_that_was_tampered_with_is_judged_again(own: Client, act: Document) -> None:
    wrong = {"email": "nobody", "language": "ru", "confirmed": "1"}
    assert own.post(url("document-send", act.public_id), wrong).status_code == 422
    assert not act.sendings.exists()


@pytest.mark.parametrize("limit", ["documents-send", "documents-send-address"])
def test_mails_are_throttled_per_customer_and_per_address(
    own: Client, act: Document, settings: Any, limit: str
) -> None:
    settings.THROTTLES = settings.THROTTLES | {limit: "1/day"}
    sent = TYPED | {"confirmed": "1"}
    assert own.post(url("document-send", act.public_id), sent).status_code == 302
    assert own.post(url("document-send", act.public_id), sent).status_code == 429
    assert act.sendings.count() == 1


# On paper -----------------------------------------------------------------------------------------------------------


def test_paper_is_asked_for_where_the_seller_offers_it(own: Client, act: Document) -> None:
    assert own.get(url("document-paper", act.public_id)).status_code == 404
    seller = Seller.objects.get()
    DocumentSettings.objects.create(seller=seller, act_on_paper="offered")
    assert "On paper" in text(own.get(url("document", act.public_id)))
    short = own.post(url("document-paper", act.public_id), {"address": "x"})
    assert "too short for an address" in text(short, 422)
    address = "Ada Buyer\n1 Harbour Street\nLondon\nUnited Kingdom"
    own.post(url("document-paper", act.public_id), {"address": address})
    wish = PaperCopy.objects.get()
    assert (wish.document, wish.address, wish.asked_by_customer) == (act, address, True)
    assert "To be printed" in text(own.get(url("document", act.public_id)))
    own.post(url("document-paper", act.public_id), {"address": address + ", elsewhere"})
    assert PaperCopy.objects.get().address == address


# Statements ---------------------------------------------------------------------------------------------------------


def test_a_statement_is_asked_for_and_being_made(own: Client, bought: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"documents-statement": "1/day"}
    typed = {"first": f"{date.today().year}-01-01", "last": str(date.today())}
    assert "Reconciliation statement" in text(own.post(url("documents-statement"), typed, follow=True))
    request = DocumentRequest.objects.get(kind="reconciliation")
    assert (request.about, request.invoice) == (typed, bought)
    # The invoice only says which seller it is of.
    assert "Reconciliation statement" not in text(own.get(url("invoice", bought.number)))
    assert own.post(url("documents-statement"), typed).status_code == 429
    later = own.post(url("documents-statement"), typed | {"last": "2999-01-01"})
    assert "still to come" in text(later, 422)


def test_a_statement_that_would_say_nothing_is_not_asked_for(own: Client, bought: Any) -> None:
    """One that was asked for and found empty would be 'being made' for ever."""
    typed = {"first": "2020-01-01", "last": "2020-12-31"}
    assert "no invoice and no payment in this period" in text(own.post(url("documents-statement"), typed, follow=True))
    assert not DocumentRequest.objects.filter(kind="reconciliation").exists()


# Whose they are -----------------------------------------------------------------------------------------------------


@pytest.fixture
def of_one(act: Document) -> Callable[[str], str]:
    return lambda name: url(name, act.public_id)


@pytest.mark.parametrize(
    "name", ["document", "document-pdf", "document-xml", "document-ubl", "document-send", "document-paper"]
)
def test_anothers_document_answers_like_a_missing_one(
    stranger: Client, of_one: Callable[[str], str], name: str
) -> None:
    missing = stranger.get(url(name, "nosuch"))
    assert stranger.get(of_one(name)).status_code == missing.status_code == 404
    if name in ("document-send", "document-paper"):
        assert stranger.post(of_one(name), TYPED | {"confirmed": "1"}).status_code == 404


def test_anothers_documents_are_in_no_list_and_no_zip(stranger: Client, bought: Any) -> None:
    assert bought.number not in text(stranger.get(url("documents")))
    assert bought.number not in text(stranger.get(f"{url('documents')}?invoice={bought.number}")).split("<table")[-1]
    response = stranger.get(url("documents-archive"))
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as found:
        assert found.namelist() == []
