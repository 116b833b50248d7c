"""The page of a bank transfer: details, a payment proof, what happens to it, and provisional licenses."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from storefront.billing import links
from storefront.billing.audit import checks
from storefront.billing.models import Invoice, ReviewItem
from storefront.billing.services import dunning, invoices
from storefront.billing.transfers.models import PaymentProof, ProofStatus
from storefront.billing.transfers.services import awaiting, booking, proofs, provisional
from storefront.billing.transfers.services.booking import Share
from storefront.core import clock
from storefront.core.files import is_public
from storefront.core.license_terms import LicenseTerms
from storefront.licensing import audit as license_audit
from storefront.licensing.models import License
from storefront.licensing.queries import effective_status
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def account() -> Any:
    return make_account()


@pytest.fixture
def staff(make_customer: Any) -> Any:
    return make_customer("staff@example.com")


def picture() -> bytes:
    into = BytesIO()
    Image.new("RGB", (40, 30), "white").save(into, "PNG")
    return into.getvalue()


def send(client: Any, invoice: Invoice, content: bytes = PDF, name: str = "order.pdf") -> Any:
    return client.post(links.transfer_path(invoice), {"file": SimpleUploadedFile(name, content)})


def test_the_page_tells_what_the_bank_needs(client, customer, account):
    invoice = make_invoice(customer)
    page = client.get(links.transfer_path(invoice)).content.decode()
    for words in (
        "DE89 3704 0044 0532 0130 00",
        "Beispiel Software GmbH",
        invoice.number,
        "<svg",
        "2 to 5 working days",
    ):
        assert words in page
    assert customer.email not in page


def test_without_an_account_or_once_paid_the_page_leads_to_the_pay_page(client, customer):
    invoice = make_invoice(customer)
    assert client.get(links.transfer_path(invoice))["Location"] == links.pay_path(invoice)
    account = make_account()
    booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=None)
    assert client.get(links.transfer_path(invoice))["Location"] == links.pay_path(invoice)
    assert client.get("/pay/forged/transfer/").status_code == 404


def test_a_proof_is_kept_in_private_and_staff_are_told_at_once(client, customer, account):
    invoice = make_invoice(customer)
    assert send(client, invoice, name="../../<b>order</b>.html").status_code == 303
    proof = PaymentProof.objects.get()
    assert (proof.content_type, proof.status, proof.source) == ("application/pdf", "waiting", "pay_page")
    assert proof.file.name.startswith("payment-proofs/")
    assert "order" not in proof.file.name
    assert not is_public(proof.file.name)
    assert proof.file_name.endswith(".pdf") and "<" not in proof.file_name
    item = ReviewItem.objects.get(kind="payment_proof")
    assert OutboxMessage.objects.filter(key=f"review:{item.key}").exists()
    assert awaiting.awaited().get().invoice == invoice
    send(client, invoice)
    assert PaymentProof.objects.count() == 1  # the same file
    page = client.get(links.transfer_path(invoice)).content.decode()
    assert "Waits for us" in page


def test_a_picture_is_written_anew(client, customer, account):
    invoice = make_invoice(customer)
    send(client, invoice, picture() + b"<script>", "scan.jpg")
    proof = PaymentProof.objects.get()
    assert proof.content_type == "image/png"
    assert b"<script>" not in proof.file.read()


def test_a_bad_file_is_refused_at_its_field(client, customer, account):
    invoice = make_invoice(customer)
    for content, name in ((b"<svg xmlns='x'/>", "a.svg"), (b"words", "a.txt"), (b"", "a.pdf"), (b"PK\3\4", "a.zip")):
        answer = send(client, invoice, content, name)
        assert answer.status_code == 422, name
        assert 'id="id_file_error"' in answer.content.decode(), name
    assert client.post(links.transfer_path(invoice)).status_code == 422
    assert not PaymentProof.objects.exists()


def test_an_invoice_takes_ten_files(client, customer, account):
    invoice = make_invoice(customer)
    for number in range(proofs.MOST_PROOFS):
        assert send(client, invoice, PDF + b"%d" % number + b"%%EOF").status_code == 303
    answer = send(client, invoice, PDF + b"one more %%EOF")
    assert answer.status_code == 409
    assert "as many files" in answer.content.decode()


def test_a_refused_proof_is_told_with_its_reason(client, customer, account, staff):
    invoice = make_invoice(customer)
    send(client, invoice)
    proof = proofs.refuse(proof=PaymentProof.objects.get(), reason="Another company's order", by=staff)
    assert proof.status == ProofStatus.REFUSED
    mail = OutboxMessage.objects.get(template="proof_refused")
    assert mail.payload["context"]["reason"] == "Another company's order"
    assert ReviewItem.objects.get().resolved_by == staff
    with pytest.raises(proofs.ProofDecided):
        proofs.refuse(proof=proof, reason="x", by=staff)
    assert "Another company&#x27;s order" in client.get(links.transfer_path(invoice)).content.decode()


def test_money_answers_the_proofs(client, customer, account, staff):
    invoice = make_invoice(customer)
    send(client, invoice)
    booking.book(incoming=came(account, "96.00"), shares=[Share(invoice)], by=staff)
    assert PaymentProof.objects.get().status == ProofStatus.CREDITED
    assert ReviewItem.objects.get().resolved_at is not None


@pytest.fixture
def sold(customer: Any, shop: Any) -> Invoice:
    plan = shop.software.plans.get(code="standard")
    terms = LicenseTerms(
        software_id=shop.software.pk, product_title="Module", plan_id=plan.pk, plan_code=plan.code, plan_name=plan.name,
        months=12, binding_kind="none",
    )  # fmt: skip
    return make_invoice(customer, terms=[terms])


def audited() -> list[Any]:
    return [*checks(), *license_audit.checks()]


def state() -> str:
    return str(effective_status(License.objects.latest("pk"), clock.now()))


def test_a_provisional_license_becomes_final_when_the_money_comes(sold, account, staff):
    grant = provisional.give(invoice=sold, days=7, reason="Known for years", by=staff)
    assert state() == "provisional"
    assert audited() == []
    assert "payment_received" not in list(OutboxMessage.objects.values_list("template", flat=True))
    booking.book(incoming=came(account, "96.00"), shares=[Share(sold)], by=staff)
    grant.refresh_from_db()
    assert (state(), grant.outcome) == ("active", "paid")
    assert License.objects.count() == 1
    assert OutboxMessage.objects.filter(template="payment_received").count() == 1
    assert audited() == []


def test_it_is_taken_back_by_itself_and_told_before(sold, account, staff, time_machine):
    time_machine.move_to(clock.now(), tick=False)
    grant = provisional.give(invoice=sold, days=7, reason="Known", by=staff)
    assert provisional.follow() == 0
    time_machine.shift(timedelta(days=6))
    assert (provisional.follow(), provisional.follow()) == (1, 0)
    assert OutboxMessage.objects.filter(template="provisional_ending").count() == 1
    time_machine.shift(timedelta(days=2))
    assert (provisional.follow(), provisional.follow()) == (1, 0)
    grant.refresh_from_db()
    assert (state(), grant.outcome) == ("revoked", "taken_back")
    assert OutboxMessage.objects.filter(template="provisional_ended").count() == 1
    assert audited() == []
    booking.book(incoming=came(account, "96.00"), shares=[Share(sold)], by=staff)  # late, all the same
    assert state() == "active"
    assert audited() == []


def test_a_cancelled_order_takes_it_back_at_once(sold, account, staff):
    provisional.give(invoice=sold, days=7, reason="Known", by=staff)
    invoices.void(invoice=sold, reason="Cancelled by staff")
    assert state() == "revoked"
    assert audited() == []


def test_what_is_looked_after_is_not_made_void_by_the_calendar(client, customer, account, staff, time_machine):
    time_machine.move_to(clock.now(), tick=False)
    with_proof, with_part, bare = (make_invoice(customer) for _ in range(3))
    send(client, with_proof)
    booking.book(incoming=came(account, "60.00"), shares=[Share(with_part)], by=staff)
    time_machine.shift(timedelta(days=60))
    dunning.remind_unpaid()
    time_machine.shift(timedelta(days=3))
    dunning.void_overdue()
    assert [Invoice.objects.get(pk=each.pk).status for each in (with_proof, with_part, bare)] == [
        "open",
        "open",
        "void",
    ]


def test_days_are_checked(sold, staff):
    for days in (0, 61, -1):
        with pytest.raises(provisional.BadDays):
            provisional.give(invoice=sold, days=days, reason="x", by=staff)
    assert not License.objects.exists()


def test_a_part_is_shown_on_the_pay_page_with_what_is_still_due(client, customer, account, staff):
    invoice = make_invoice(customer)
    booking.book(incoming=came(account, "60.00"), shares=[Share(invoice)], by=staff)
    page = client.get(links.pay_path(invoice)).content.decode()
    assert "€36.00" in page
    assert "€60.00" in page


def test_bank_transfer_is_chosen_on_the_pay_page(client, customer, account, stripe):
    invoice = make_invoice(customer)
    page = client.get(links.pay_path(invoice)).content.decode()
    assert 'value="bank_transfer"' in page
    assert "DE89" not in page
    chosen = client.post(links.pay_path(invoice), {"method": "bank_transfer"}, follow=True)
    assert "DE89 3704 0044 0532 0130 00" in chosen.content.decode()
    assert awaiting.awaited().get().invoice == invoice
    dollars = make_invoice(customer, currency="USD")
    assert 'value="bank_transfer"' not in client.get(links.pay_path(dollars)).content.decode()
