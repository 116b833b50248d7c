"""An issued act with a paper copy that waits, and a document that cannot be issued."""

from __future__ import annotations

import pytest

from storefront.billing.documents import papers, pictures, print_runs
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentRequest, PictureRole
from storefront.billing.models import Seller
from tests.billing.building import make_invoice


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    customer = request.getfixturevalue("customer")
    make_invoice(customer)
    make_invoice(customer, payer_name="株式会社")
    issue_due()
    document = Document.objects.select_related("invoice").get()
    papers.ask(document, address="1 Harbour Street\nLondon")
    drawing = pictures.Drawing(b"png", 100, 100)
    seller = Seller.objects.create(name="S", address="A")
    seal = pictures.keep(drawing, seller=seller, role=PictureRole.LOGO, by=customer)
    run = print_runs.ask([document.paper], by=customer)
    print_runs.make_due()
    failed = DocumentRequest.objects.get(status="failed")
    base, one = "/admin/issued-documents/", f"/admin/issued-documents/{document.number}/"
    chosen = f"?id={document.request.pk}"
    return {f"{base}<str:number>/{tail}": f"{one}{tail}" for tail in ("", "pdf/", "send/", "posted/")} | {
        f"{base}waiting/<int:pk>/issue/": f"{base}waiting/{failed.pk}/issue/",
        f"{base}pictures/<str:public_id>/": f"{base}pictures/{seal.public_id}/",
        f"{base}waiting/print/": f"{base}waiting/print/{chosen}",
        f"{base}waiting/printed/<str:public_id>/": f"{base}waiting/printed/{run.public_id}/",
        f"{base}waiting/printed/<str:public_id>/pdf/": f"{base}waiting/printed/{run.public_id}/pdf/",
        f"{base}settings/<int:seller>/": f"{base}settings/{seller.pk}/",
    }
