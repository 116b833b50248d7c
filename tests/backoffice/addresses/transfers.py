"""Real addresses of bank transfers, for the access matrix."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from storefront.billing.transfers.models import PaymentProof
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from storefront.support.models import Attachment, Conversation
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account


def addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    """An awaited invoice with a payment proof, a booked transfer, and a file of a conversation."""
    customer = request.getfixturevalue("customer")
    account = make_account()
    booked = booking.book(incoming=came(account, "96.00"), shares=[Share(make_invoice(customer))], by=None)
    invoice = make_invoice(customer)
    proof = PaymentProof(
        invoice=invoice, source="pay_page", file_name="a.pdf", content_type="application/pdf", size=1, file_hash="x"
    )
    proof.file.save("a", ContentFile(b"x"))
    talk = Conversation.objects.create(customer=customer, subject="Paid")
    sent = Attachment(conversation=talk, name="a.pdf", content_type="application/pdf", size=1)
    sent.file.save("a", ContentFile(b"x"))
    one, proofs = f"/admin/transfers/{booked.pk}/", f"/admin/transfers/proofs/{proof.public_id}/"
    return {
        "/admin/transfers/confirm/<str:number>/": f"/admin/transfers/confirm/{invoice.number}/",
        "/admin/transfers/provisional/<str:number>/": f"/admin/transfers/provisional/{invoice.number}/",
        "/admin/transfers/from/<str:public_id>/": f"/admin/transfers/from/{sent.public_id}/",
        **{f"/admin/transfers/<int:pk>/{tail}": one + tail for tail in ("", "assign/", "aside/", "undo/")},
        **{f"/admin/transfers/proofs/<str:public_id>/{tail}": proofs + tail for tail in ("", "file/", "refuse/")},
    }
