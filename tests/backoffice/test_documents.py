"""What staff do with documents: spell what cannot be printed, print paper copies, ask for those of earlier orders."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.documents import papers, print_runs
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, PaperStatus, PrintRun
from storefront.billing.states import InvoiceStatus
from storefront.core import clock
from tests.backoffice.pressing import confirmed, errors, preview
from tests.billing.building import make_invoice
from tests.billing.documents.contents import sheets

pytestmark = pytest.mark.django_db

BASE = "/admin/issued-documents/"


@pytest.fixture
def accountant(client_of: Any) -> Client:
    client: Client = client_of("Accounting")
    return client


def test_a_name_that_cannot_be_printed_is_spelled_by_staff_for_all_papers_of_the_invoice(
    accountant: Client, customer: Any
) -> None:
    invoice = make_invoice(customer, payer_name="山田 Taro", payer={"city": "東京"})
    other = make_invoice(customer, payer_name="山田 Taro")
    issue_due()
    waiting = DocumentRequest.objects.get(invoice=invoice)
    page = f"{BASE}waiting/{waiting.pk}/issue/"
    shown = accountant.get(page).context["form"]
    fields = {text: name for name, text in shown.texts.items()}
    assert set(fields) == {"山田 Taro", "東京"} and shown[fields["山田 Taro"]].value() == "Taro"
    again = preview(accountant, page, **{fields["山田 Taro"]: "山田 Taro", fields["東京"]: "Tokyo"})
    assert "cannot be printed" in errors(again)
    confirmed(accountant, page, **{fields["山田 Taro"]: "Yamada Taro", fields["東京"]: "Tokyo"})
    assert issue_due() == 1
    document = Document.objects.get()
    assert (document.content.payer.name, document.content.payer.city) == ("Yamada Taro", "Tokyo")
    invoice.refresh_from_db()
    assert invoice.payer["name"] == "山田 Taro" and DocumentRequest.objects.get(invoice=other).status == "failed"


def test_paper_copies_are_made_by_the_worker_and_fetched_from_their_page(
    accountant: Client, customer: Any, django_assert_max_num_queries: Any
) -> None:
    make_invoice(customer)
    issue_due()
    document = Document.objects.get()
    papers.ask(document, address="1 Harbour Street\nLondon")
    answer = confirmed(accountant, f"{BASE}waiting/print/?id={document.request.pk}")
    run = PrintRun.objects.get()
    assert answer.url == f"{BASE}waiting/printed/{run.public_id}/"
    assert "Look again" in accountant.get(answer.url).content.decode()
    assert accountant.get(f"{answer.url}pdf/").status_code == 404
    print_runs.make_due()
    assert f"{answer.url}pdf/" in accountant.get(answer.url).content.decode()
    assert document.number in sheets(accountant.get(f"{answer.url}pdf/").content)[0]
    document.refresh_from_db()
    assert document.paper.status == PaperStatus.PRINTED


def test_documents_of_earlier_orders_are_asked_for_once(accountant: Client, customer: Any) -> None:
    invoice = make_invoice(customer)
    invoice.status, invoice.paid_at = InvoiceStatus.PAID, clock.now()
    invoice.save(update_fields=["status", "paid_at"])
    DocumentRequest.objects.all().delete()
    page = f"{BASE}earlier/"
    assert page in accountant.get(BASE).content.decode()
    assert confirmed(accountant, page).status_code == 302
    assert set(DocumentRequest.objects.values_list("kind", flat=True)) == {"invoice", "act"}
    assert "has its documents" in errors(preview(accountant, page))
