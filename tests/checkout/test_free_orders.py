"""An order of zero: paid as soon as it is placed, without a provider, with its invoice, licenses and mail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher

from storefront.billing.links import pay_path, result_path
from storefront.billing.models import FreeOrder, Invoice, LedgerTransaction, PaymentAttempt, ReviewItem
from storefront.billing.services import free
from storefront.core import audit
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.checkout.building import make_voucher, order_by, put_in_cart

pytestmark = pytest.mark.django_db


def make_staff(make_customer: Any) -> Any:
    staff = make_customer("staff@example.com")
    staff.is_staff = True
    staff.save()
    return staff


def place_free(client: Client, shop: Any, **fields: Any) -> Any:
    """Order one license with a voucher for everything; returns the answer."""
    put_in_cart(client, shop.term("pro", 12))
    client.post("/basket/voucher/", {"code": "SPRING"})
    return order_by(client, shop, **fields)


def test_it_is_paid_at_once_with_invoice_license_and_cause(client: Client, shop: Any, stripe: Any) -> None:
    voucher = make_voucher(percent="100")
    response = place_free(client, shop)
    invoice, order, license = Invoice.objects.get(), Order.objects.get(), License.objects.get()
    assert response["Location"].startswith("/pay/result/")
    assert (invoice.amount, invoice.status, order.status) == (Decimal(0), "paid", "Paid")
    assert order.total_incl_tax == 0 and order.lines.get().status == "Paid"
    assert invoice.number.endswith("-000001") and invoice.lines.get().list_amount == Decimal("300.00")
    assert (license.customer, license.months, license.status) == (order.user, 12, "pending")
    assert (invoice.free_order.cause, invoice.free_order.reference) == ("voucher", "SPRING")
    voucher.refresh_from_db()
    assert (voucher.num_orders, voucher.applications.count()) == (1, 1)
    assert not PaymentAttempt.objects.exists() and not LedgerTransaction.objects.exists()
    assert stripe.requests() == []
    assert [str(finding) for finding in audit.run()] == []


def test_the_buyer_lands_on_the_license_steps(client: Client, shop: Any) -> None:
    make_voucher(percent="100")
    page = client.get(place_free(client, shop)["Location"]).content.decode()
    assert "Nothing to pay" in page and License.objects.get().number in page and "acme.bitrix24.com" in page
    assert "receipt" not in page and "Back to the payment page" not in page


def test_one_mail_says_that_nothing_is_to_be_paid(client: Client, shop: Any) -> None:
    make_voucher(percent="100")
    place_free(client, shop)
    mail = OutboxMessage.objects.get(kind="mail")
    assert mail.payload["template"] == "payment_received" and mail.payload["context"]["is_free"]
    assert "/pay/" not in str(mail.payload)


def test_the_mail_reads_well(client: Client, shop: Any, mailoutbox: list[Any]) -> None:
    from storefront.notifications.outbox import deliver_due

    make_voucher(percent="100")
    place_free(client, shop)
    while deliver_due():
        pass
    letter = next(found for found in mailoutbox if found.subject.startswith("Your order is complete"))
    assert "Nothing is to be paid for it" in letter.body and License.objects.get().number in letter.body
    assert "received your payment" not in letter.body


def test_the_pay_link_says_that_nothing_is_to_be_paid_and_opens_nothing(client: Client, shop: Any, stripe: Any) -> None:
    make_voucher(percent="100")
    place_free(client, shop)
    for answer in (client.get(pay_path(Invoice.objects.get())), client.post(pay_path(Invoice.objects.get()))):
        assert answer.status_code == 410 and "Nothing to pay" in answer.content.decode()
    assert stripe.requests() == []


def test_the_checkout_says_so_before(client: Client, shop: Any) -> None:
    make_voucher(percent="100")
    put_in_cart(client, shop.term())
    client.post("/basket/voucher/", {"code": "SPRING"})
    page = client.get("/checkout/").content.decode()
    assert "There is nothing to pay" in page and '<p class="hint">Next' not in page


def test_sending_the_form_again_leads_to_the_same_page(client: Client, shop: Any) -> None:
    make_voucher(percent="100")
    put_in_cart(client, shop.term())
    client.post("/basket/voucher/", {"code": "SPRING"})
    from tests.checkout.building import filled, seal_on

    form = filled(shop, shown=seal_on(client.get("/checkout/").content.decode()))
    places = [client.post("/checkout/", form)["Location"] for _ in range(2)]
    assert all(client.get(place).status_code == 200 and place.startswith("/pay/result/") for place in places)
    assert Order.objects.count() == 1 and License.objects.count() == 1


def test_a_single_use_voucher_is_used_up(client: Client, shop: Any) -> None:
    make_voucher(percent="100", usage=Voucher.SINGLE_USE)
    place_free(client, shop)
    put_in_cart(client, shop.term())
    assert "already been used" in client.post("/basket/voucher/", {"code": "SPRING"}, follow=True).content.decode()


def test_a_result_link_of_an_invoice_with_an_amount_shows_nothing(client: Client, customer: Any) -> None:
    assert client.get(result_path(make_invoice(customer))).status_code == 404


def test_money_is_never_waived(customer: Any) -> None:
    invoice = make_invoice(customer, "0.01")
    with pytest.raises(free.NotFree):
        free.settle(invoice=invoice, cause="voucher", reference="SPRING")
    invoice.refresh_from_db()
    assert invoice.status == "open" and not FreeOrder.objects.exists()


def test_settling_twice_grants_once(client: Client, shop: Any) -> None:
    make_voucher(percent="100")
    place_free(client, shop)
    free.settle(invoice=Invoice.objects.get(), cause="voucher", reference="SPRING")
    assert License.objects.get().periods.count() == 1 and FreeOrder.objects.count() == 1


def test_the_auditor_finds_what_is_free_without_cause_or_left_open(customer: Any) -> None:
    open_one = make_invoice(customer, "0.00")
    assert [finding.check for finding in audit.run()] == ["free-and-open"]
    Invoice.objects.filter(pk=open_one.pk).update(status="paid")
    open_one.order.status = "Paid"
    open_one.order.save()
    assert [finding.check for finding in audit.run()] == ["free-without-cause"]


class TestTakingBack:
    def test_staff_ends_the_license_once_and_it_is_noted(self, client: Client, shop: Any, make_customer: Any) -> None:
        make_voucher(percent="100")
        place_free(client, shop)
        staff = make_staff(make_customer)
        invoice = Invoice.objects.get()
        for _ in range(2):
            call_command("take_back", invoice.number, by=staff.email, reason="Given by mistake.")
        invoice.refresh_from_db()
        note = ReviewItem.objects.get()
        assert (License.objects.get().status, invoice.status, invoice.order.status) == (
            "revoked",
            "refunded",
            "Refunded",
        )
        assert (note.resolved_by, note.resolution, note.kind) == (staff, "Given by mistake.", "free_taken_back")
        assert not LedgerTransaction.objects.exists()
        assert [str(finding) for finding in audit.run()] == []

    def test_what_was_paid_is_left_to_the_provider(self, customer: Any, make_customer: Any) -> None:
        staff = make_staff(make_customer)
        with pytest.raises(CommandError, match="refund it"):
            call_command("take_back", make_invoice(customer).number, by=staff.email, reason="x")

    def test_a_reason_is_needed(self, client: Client, shop: Any, make_customer: Any) -> None:
        make_voucher(percent="100")
        place_free(client, shop)
        staff = make_staff(make_customer)
        with pytest.raises(CommandError):
            call_command("take_back", Invoice.objects.get().number, by=staff.email, reason=" ")
        assert License.objects.get().status == "pending"
