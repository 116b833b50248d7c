"""The database itself refuses to change or delete an issued document, or the note that a seal is on it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from storefront.billing.documents import pictures
from storefront.billing.documents.db_triggers import FROZEN_TABLES
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import Document, DocumentSettings, Picture, PictureRole, PictureUse
from storefront.billing.models import Seller
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Document, {"number": "ACT-1"}),
        (Document, {"content_json": {}}),
        (Document, {"pdf_hash": "0" * 64}),
        (Document, {}),
        (PictureUse, {}),
        (Picture, {"file_hash": "0" * 64}),
    ],
)
def test_what_was_issued_stays(customer, model, change):
    FROZEN_TABLES.install(connection)
    seller = Seller.objects.create(name="Northbridge Software Ltd", address="London")
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
    drawing = pictures.read("seal.svg", drawn, PictureRole.SEAL)
    seal = pictures.keep(drawing, seller=seller, role=PictureRole.SEAL, by=customer)
    DocumentSettings.objects.create(seller=seller, style="cis", seal=seal)
    make_invoice(customer)
    issue_due()
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        rows = model.objects.all()
        rows.update(**change) if change else rows._raw_delete(using="default")
    assert model.objects.count() == 1
