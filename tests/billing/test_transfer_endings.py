"""Bank transfers: whose account is told, and files that are not kept for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from storefront.billing import links
from storefront.billing.models import Invoice, Seller
from storefront.billing.transfers import accounts
from storefront.billing.transfers.models import PaymentProof, ProofStatus
from storefront.billing.transfers.retention import clear_proofs
from storefront.core import clock
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def seller() -> Seller:
    return Seller.objects.create(name="Shop GmbH", address="x", registration_number="HRB 1", is_default=True)


def test_another_sellers_account_is_not_told(customer: Any, seller: Seller) -> None:
    other = Seller.objects.create(name="Other Ltd", address="y", is_default=False)
    invoice = make_invoice(customer)
    make_account(seller=other)
    assert accounts.for_invoice(invoice) is None
    own = make_account(seller=seller, name="Own")
    assert accounts.for_invoice(invoice) == own
    Seller.objects.filter(pk=seller.pk).update(name="Shop AG")  # renamed since
    assert accounts.for_invoice(invoice) == own


def test_where_there_is_one_seller_every_account_is_theirs(customer: Any, seller: Seller) -> None:
    invoice = make_invoice(customer)
    own = make_account(seller=seller)
    Seller.objects.filter(pk=seller.pk).update(name="Shop AG", registration_number="HRB 2")
    assert accounts.for_invoice(invoice) == own


def test_the_file_of_a_void_invoice_is_not_kept_for_ever(
    client: Any, customer: Any, seller: Seller, settings: Any, time_machine: Any
) -> None:
    """One that was never decided: the invoice became void before such proofs were decided with it."""
    make_account(seller=seller)
    void, waits = make_invoice(customer), make_invoice(customer)
    for invoice in (void, waits):
        client.post(links.transfer_path(invoice), {"file": SimpleUploadedFile("order.pdf", PDF)})
    Invoice.objects.filter(pk=void.pk).update(status="void", voided_at=clock.now())
    time_machine.move_to(clock.now() + timedelta(days=settings.PROOF_KEEP_DAYS + 1))
    assert clear_proofs() > 0  # and whatever other tests left in the store
    assert PaymentProof.objects.get(invoice=void).file.name == ""
    assert PaymentProof.objects.get(invoice=waits).status == ProofStatus.WAITING
    assert PaymentProof.objects.get(invoice=waits).file
