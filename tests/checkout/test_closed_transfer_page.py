"""The page of a bank transfer is shown, and takes files, only while the buyer may pay that way."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from checkout.orders import consents
from checkout.orders.consents import ConsentAwaited
from storefront.billing import links
from storefront.billing.models import Invoice, PaymentMethod
from storefront.billing.services import reviews
from storefront.billing.transfers.models import PaymentProof
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    make_account()
    return make_invoice(customer, payer={"kind": "person", "country": "DE"})


def is_open(client: Any, invoice: Invoice) -> bool:
    """Asks, and sends a file; both lead to the pay page where it is closed."""
    page, sent = client.get(links.transfer_path(invoice)), send(client, invoice)
    if page.status_code == 200:
        assert sent["Location"] == links.transfer_path(invoice) and PaymentProof.objects.exists()
        return True
    assert page["Location"] == sent["Location"] == links.pay_path(invoice)
    assert not PaymentProof.objects.exists()
    return False


def send(client: Any, invoice: Invoice) -> Any:
    return client.post(links.transfer_path(invoice), {"file": SimpleUploadedFile("order.pdf", PDF)})


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ({}, True),
        ({"for_persons": False}, False),
        ({"is_stopped": True}, False),
        ({"smallest": {"EUR": "500.00"}}, False),
    ],
)
def test_it_follows_the_rules_of_the_method(client: Any, invoice: Invoice, rules: dict[str, Any], found: bool) -> None:
    PaymentMethod.objects.create(name="bank_transfer", **rules)
    assert is_open(client, invoice) is found


def test_whoever_chose_it_before_is_still_told_how(client: Any, invoice: Invoice) -> None:
    client.post(links.pay_path(invoice), {"method": "bank_transfer"})
    PaymentMethod.objects.update_or_create(name="bank_transfer", defaults={"is_stopped": True})
    assert is_open(client, invoice)


def test_it_is_closed_while_staff_look_at_the_invoice(client: Any, invoice: Invoice) -> None:
    reviews.file(key="mismatch:x", kind=reviews.MISMATCH, detail=[], invoice=invoice)
    assert reviews.is_blocked(invoice)
    assert not is_open(client, invoice)


def test_agreements_are_accepted_first(client: Any, invoice: Invoice, monkeypatch: Any) -> None:
    monkeypatch.setattr(consents, "problem", lambda _invoice: ConsentAwaited())
    assert not is_open(client, invoice)
