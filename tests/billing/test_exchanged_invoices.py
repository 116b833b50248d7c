"""An unpaid invoice for which a bank transfer is expected, and one that a provider sells: whose money pays which."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from storefront.billing import links, queries
from storefront.billing.errors import NotBookable, TransferExpected
from storefront.billing.models import Invoice, Payment, ReviewItem
from storefront.billing.services import booking as staff_booking
from storefront.billing.services import invoices, ledger, replacing, whose_sale
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.starting import start
from storefront.billing.transfers.instructions import instructions_for
from storefront.billing.transfers.models import PaymentProof, ProofStatus
from storefront.billing.transfers.services import awaiting, booking, proofs, provisional
from storefront.billing.transfers.services.booking import Share
from storefront.core import clock
from storefront.core.license_terms import LicenseTerms
from storefront.licensing.models import License
from storefront.licensing.queries import effective_status
from storefront.notifications.models import OutboxMessage
from storefront.sandbox.twocheckout import TwoCheckoutStandIn
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account
from tests.checkout.building import order_by, put_in_cart

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
OTHERS = {"name": "Grace Other", "country": "DE"}


@pytest.fixture
def account() -> Any:
    return make_account()


@pytest.fixture
def staff(make_customer: Any) -> Any:
    return make_customer("staff@example.com")


@pytest.fixture
def provisional_one(customer: Any, shop: Any, account: Any, staff: Any) -> Invoice:
    plan = shop.software.plans.get(code="standard")
    terms = LicenseTerms(
        software_id=shop.software.pk, product_title="Module", plan_id=plan.pk, plan_code=plan.code, plan_name=plan.name,
        months=12, binding_kind="none",
    )  # fmt: skip
    invoice = make_invoice(customer, terms=[terms])
    provisional.give(invoice=invoice, days=7, reason="Known for years", by=staff)
    return invoice


@pytest.fixture
def sold(twocheckout: TwoCheckoutStandIn, settings: Any, customer: Any, account: Any) -> Invoice:
    """An invoice that 2Checkout sells, with no open page of it."""
    settings.TWOCHECKOUT_MERCHANT_OF_RECORD = True
    twocheckout.plan(sells=True)
    theirs = start(invoice=make_invoice(customer), gateway_name="twocheckout").invoice
    assert theirs.sold_by == "2Checkout"
    return theirs


def send(client: Any, invoice: Invoice) -> Any:
    return client.post(links.transfer_path(invoice), {"file": SimpleUploadedFile("order.pdf", PDF)})


def change(invoice: Invoice) -> Invoice:
    return replacing.change_payer(invoice=invoice, payer=OTHERS, is_told=True)


def test_another_payer_takes_no_provisional_license_away(provisional_one: Invoice, staff: Any, account: Any) -> None:
    with pytest.raises(TransferExpected):
        change(provisional_one)
    provisional_one.refresh_from_db()
    assert provisional_one.status == "open"
    assert effective_status(License.objects.get(), clock.now()) == "provisional"
    assert provisional_one.provisional_grants.get().ended_at is None
    assert not OutboxMessage.objects.filter(template="provisional_ended").exists()
    booking.book(incoming=came(account, "96.00"), shares=[Share(provisional_one)], by=staff)
    assert Invoice.objects.get().status == "paid"


def test_a_waiting_proof_keeps_its_invoice_until_it_is_decided(
    client: Any, customer: Any, account: Any, staff: Any
) -> None:
    invoice = make_invoice(customer)
    assert send(client, invoice).status_code == 303
    payer = {"kind": "person", "name": "Grace Other", "country": "DE", "payer": "new"}
    answer = client.post(links.payer_path(invoice), payer)
    assert answer.status_code == 409
    assert "A bank transfer is expected for this invoice" in answer.content.decode()
    proofs.refuse(proof=PaymentProof.objects.get(), reason="Another order's", by=staff)
    assert change(invoice).replaces == invoice


def test_who_means_to_transfer_still_does_after_the_exchange(customer: Any, account: Any, client: Any) -> None:
    invoice = make_invoice(customer)
    client.post(links.pay_path(invoice), {"method": "bank_transfer"})
    newer = change(invoice)
    assert [each.invoice for each in awaiting.awaited()] == [newer]


def test_a_provider_cannot_sell_what_a_transfer_is_expected_for(
    twocheckout: TwoCheckoutStandIn, settings: Any, provisional_one: Invoice, client: Any
) -> None:
    settings.TWOCHECKOUT_MERCHANT_OF_RECORD = True
    twocheckout.plan(sells=True)
    answer = client.post(links.pay_path(provisional_one), {"method": "twocheckout"})
    assert answer.status_code == 409
    assert "A bank transfer is expected for this invoice" in answer.content.decode()
    provisional_one.refresh_from_db()
    assert provisional_one.status == "open" and not provisional_one.attempts.exists()
    assert provisional_one.provisional_grants.get().ended_at is None


def test_a_cancelled_order_decides_its_proofs_without_a_mail_of_their_own(
    client: Any, customer: Any, account: Any
) -> None:
    invoice = make_invoice(customer)
    send(client, invoice)
    invoices.void(invoice=invoice, reason="Cancelled by staff")
    proof = PaymentProof.objects.get()
    assert proof.status == ProofStatus.REFUSED and proof.decided_at is not None
    assert ReviewItem.objects.get(kind="payment_proof").resolved_at is not None
    assert not OutboxMessage.objects.filter(template="proof_refused").exists()


def test_a_transfer_cannot_pay_what_a_provider_sells(
    sold: Invoice, account: Any, staff: Any, customer: Any, audited: Any
) -> None:
    cancel_attempt(sold.attempts.get())
    booking.book(incoming=came(account, "96.00"), shares=[Share(sold)], by=staff)
    sold.refresh_from_db()
    assert sold.status == "open"
    assert ledger.balance_of(customer, "EUR") == Decimal("96.00")
    assert ReviewItem.objects.get().kind == "other_seller"
    payment = Payment.objects.get()
    with pytest.raises(NotBookable):
        staff_booking.book(payment=payment, invoice=sold, by=staff)
    ours = whose_sale.fit(invoice=sold, method="bank_transfer", make_room=cancel_attempt)
    assert staff_booking.book(payment=payment, invoice=ours, by=staff).status == "paid"


def test_nobody_is_told_to_transfer_for_it_before_the_sale_is_ours(sold: Invoice, client: Any) -> None:
    assert instructions_for(sold) is None
    asked = client.get(f"{links.pay_path(sold)}?by=bank_transfer").content.decode()
    assert "DE89" not in asked and 'value="bank_transfer"' in asked
    assert client.get(links.transfer_path(sold))["Location"] == links.pay_path(sold)
    chosen = client.post(links.pay_path(sold), {"method": "bank_transfer"}, follow=True)
    ours = queries.replacement_of(sold)
    assert ours is not None and not ours.sold_by
    assert "DE89 3704 0044 0532 0130 00" in chosen.content.decode()
    assert awaiting.awaited().get().invoice == ours


def test_a_guest_keeps_the_order_when_its_sale_changes_hands(
    twocheckout: TwoCheckoutStandIn, settings: Any, client: Any, shop: Any, account: Any
) -> None:
    settings.TWOCHECKOUT_MERCHANT_OF_RECORD = True
    twocheckout.plan(sells=True)
    put_in_cart(client, shop.term("standard", 12))
    assert order_by(client, shop).status_code == 302

    session = client.session
    placed = session["placed_invoices"]
    client.logout()
    session = client.session
    session["placed_invoices"] = placed
    session.save()
    for method in ("twocheckout", "bank_transfer"):
        page = links.pay_path(Invoice.objects.latest("pk"))
        answer = client.post(page, {"method": method})
        if answer.status_code == 200:  # a provider sells, which is said first
            agreed = re.search(r'name="agreed" value="([^"]+)"', answer.content.decode())
            assert agreed
            answer = client.post(page, {"method": method, "agreed": agreed[1]})
        assert answer.status_code == 303
        assert Invoice.objects.latest("pk").public_id in client.session["placed_invoices"], method
    assert Invoice.objects.count() == 3
