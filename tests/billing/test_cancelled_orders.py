"""A cancelled order takes its invoice along, whoever cancels it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from oscar.apps.voucher.models import VoucherApplication

from storefront.billing import links
from storefront.billing.models import Invoice, PaymentAttempt, ReviewItem
from storefront.billing.services.dunning import remind_unpaid, void_overdue
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from tests.checkout.building import make_voucher

pytestmark = pytest.mark.django_db


def cancel(invoice: Any) -> None:
    """As Oscar's models do it: by the status alone."""
    invoice.order.set_status("Cancelled")


def status(invoice: Any) -> str:
    return Invoice.objects.get(pk=invoice.pk).status


def use_of_voucher(invoice: Any) -> Any:
    voucher = make_voucher()
    VoucherApplication.objects.create(voucher=voucher, order=invoice.order, user=invoice.customer)
    voucher.num_orders = 1
    voucher.save()
    return voucher


def test_without_a_charge_the_invoice_is_void_at_once(invoice: Any, outbox: Any, audited: Any) -> None:
    voucher = use_of_voucher(invoice)
    cancel(invoice)
    assert status(invoice) == InvoiceStatus.VOID
    voucher.refresh_from_db()
    assert voucher.num_orders == 0
    assert invoice.order.status_changes.filter(new_status="Cancelled").count() == 1
    assert len(outbox("order-voided:")) == 1
    assert audited() == []


def test_an_open_charge_is_closed_at_the_provider_by_the_worker(stripe: Any, invoice: Any, audited: Any) -> None:
    voucher = use_of_voucher(invoice)
    payment = start(invoice=invoice, gateway_name="stripe")
    cancel(invoice)
    poll_open_attempts()
    assert stripe.pay(payment.provider_reference) == "closed"
    assert void_overdue() == 1
    assert status(invoice) == InvoiceStatus.VOID
    assert PaymentAttempt.objects.get().status == AttemptStatus.CANCELLED
    voucher.refresh_from_db()
    assert voucher.num_orders == 0
    assert audited() == []


def test_dunning_alone_does_it_too(stripe: Any, invoice: Any) -> None:
    payment = start(invoice=invoice, gateway_name="stripe")
    cancel(invoice)
    assert void_overdue() == 1
    assert status(invoice) == InvoiceStatus.VOID
    assert stripe.pay(payment.provider_reference) == "closed"


def test_money_that_came_meanwhile_is_kept_for_the_customer(
    stripe: Any, invoice: Any, audited: Any, outbox: Any
) -> None:
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    cancel(invoice)
    poll_open_attempts()
    assert void_overdue() == 1
    assert PaymentAttempt.objects.get().status == AttemptStatus.SUCCEEDED
    assert ReviewItem.objects.get().kind == "late_payment"
    assert len(outbox("late-payment:")) == 1
    assert outbox("order-voided:") == []  # it says that nothing was charged
    assert audited() == []


def test_while_the_worker_has_not_come_nobody_is_asked_to_pay(
    client: Client, stripe: Any, invoice: Any, outbox: Any
) -> None:
    start(invoice=invoice, gateway_name="stripe")
    cancel(invoice)
    assert status(invoice) == InvoiceStatus.OPEN
    for answer in (client.get(links.pay_path(invoice)), client.post(links.pay_path(invoice))):
        assert answer.status_code == 410
        assert "This order is void" in answer.content.decode()
    client.force_login(invoice.customer)
    body = client.get(f"/account/invoices/{invoice.number}/").content.decode()
    assert links.pay_path(invoice) not in body and "Void" in body
    Invoice.objects.update(due_at=invoice.issued_at)
    assert remind_unpaid() == 0
