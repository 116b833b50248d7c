"""Invoices without an order: advance payments, whose money stays on the personal account, and renewals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction

from storefront.billing import links
from storefront.billing.models import Invoice, LedgerTransaction, ReviewItem
from storefront.billing.services import dunning, invoices, ledger, payments, refunds
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind, InvoiceStatus
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

ALL = Decimal("96.00")


@pytest.fixture
def advance(customer):
    return make_invoice(customer, with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)


@pytest.fixture(params=[InvoiceKind.ADVANCE_PAYMENT, InvoiceKind.RENEWAL])
def without_order(request, customer):
    return make_invoice(customer, with_order=False, kind=request.param)


def pay(stripe, invoice):
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    return settle(attempt_id=attempt.pk)


def fresh(row):
    row.refresh_from_db()
    return row


def test_an_advance_payment_stays_on_the_personal_account(stripe, customer, advance, outbox, audited):
    payment = pay(stripe, advance).payment
    assert fresh(advance).status == InvoiceStatus.PAID and advance.paid_at is not None
    assert ledger.balance_of(customer, "EUR") == ALL
    assert list(LedgerTransaction.objects.values_list("payment", "kind")) == [(payment.pk, "payment")]
    assert outbox("account-topped-up:") == [f"account-topped-up:{advance.number}"]
    assert outbox("payment_received:") == []
    assert not ReviewItem.objects.exists()
    assert audited() == []


def test_it_pays_for_what_is_bought_later(stripe, customer, advance, audited):
    payment = pay(stripe, advance).payment
    bought = make_invoice(customer, "40.00")
    with transaction.atomic():
        payments.pay(bought, [(payment, Decimal("40.00"))])
    assert fresh(bought).status == InvoiceStatus.PAID
    assert ledger.balance_of(customer, "EUR") == Decimal("56.00")
    assert audited() == []


def test_given_back_it_is_refunded_and_gone(stripe, customer, advance, audited):
    payment = pay(stripe, advance).payment
    refunds.start(payment=payment, amount=ALL, reason="Not needed any more")
    assert fresh(advance).status == InvoiceStatus.REFUNDED
    assert ledger.balance_of(customer, "EUR") == 0
    assert audited() == []


def test_spent_in_part_the_rest_goes_first(stripe, customer, advance, audited):
    payment = pay(stripe, advance).payment
    bought = make_invoice(customer, "40.00")
    with transaction.atomic():
        payments.pay(bought, [(payment, Decimal("40.00"))])
    refunds.start(payment=fresh(payment), amount=Decimal("56.00"), reason="The rest")
    assert (fresh(bought).status, ledger.balance_of(customer, "EUR")) == (InvoiceStatus.PAID, 0)
    refunds.start(payment=fresh(payment), amount=Decimal("40.00"), reason="And what was bought")
    assert {fresh(bought).status, fresh(advance).status} == {InvoiceStatus.REFUNDED}
    assert audited() == []


def test_a_paid_advance_payment_without_money_is_found(stripe, advance, audited):
    pay(stripe, advance)
    Invoice.objects.update(amount=97)
    assert any(finding.startswith("paid-without-payment") for finding in audited())


def test_a_renewal_is_paid_and_told_like_an_order(stripe, customer, outbox, audited):
    renewal = make_invoice(customer, with_order=False, kind=InvoiceKind.RENEWAL)
    pay(stripe, renewal)
    assert fresh(renewal).status == InvoiceStatus.PAID
    assert ledger.balance_of(customer, "EUR") == 0
    assert outbox("payment_received:") == [f"payment_received:{renewal.number}"]
    assert outbox("account-topped-up:") == []
    assert audited() == []


def test_its_kind_is_part_of_what_was_issued(advance):
    lines = list(advance.lines.all())
    before = invoices.content_hash(advance, lines)
    advance.kind = InvoiceKind.ORDER
    assert before == advance.content_hash != invoices.content_hash(advance, lines)


def test_unpaid_it_is_reminded_of_and_made_void(stripe, without_order, outbox, audited):
    start(invoice=without_order, gateway_name="stripe")
    with time_machine.travel(without_order.due_at - timedelta(days=2)):
        assert dunning.remind_unpaid() == 1
    with time_machine.travel(fresh(without_order).due_at + timedelta(minutes=1)):
        assert dunning.void_overdue() == 1
    assert fresh(without_order).status == InvoiceStatus.VOID
    assert outbox("order-voided:")


def test_money_that_comes_too_late_is_kept_and_reviewed(stripe, customer, without_order, audited):
    attempt = start(invoice=without_order, gateway_name="stripe")
    without_order.attempts.update(status="cancelled")  # given up here, open at the provider
    invoices.void(invoice=without_order, reason="test")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    assert fresh(without_order).status == InvoiceStatus.VOID
    assert ledger.balance_of(customer, "EUR") == ALL
    assert ReviewItem.objects.get().kind == "late_payment"
    assert audited() == []


def test_every_page_about_it_opens(stripe, client, customer, without_order):
    client.force_login(customer)
    pages = ["/account/", "/account/invoices/", f"/account/invoices/{without_order.number}/"]
    pages.append(f"/account/invoices/{without_order.number}/print/")
    for path in (*pages, links.pay_path(without_order)):
        assert client.get(path).status_code == 200
    attempt = pay(stripe, without_order)
    for path in (*pages, links.return_url(attempt).removeprefix("http://testserver")):
        response = client.get(path)
        assert (
            response.status_code == 200 and without_order.number in response.content.decode()
        ) or path == "/account/"
