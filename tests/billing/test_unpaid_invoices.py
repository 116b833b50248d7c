"""What staff do with an unpaid invoice: cancel, more time, a reminder, another payer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from oscar.apps.voucher.models import VoucherApplication

from storefront.billing import links
from storefront.billing.errors import (
    AlreadyPaid,
    BadDueDay,
    CannotWithdraw,
    ChargeOpen,
    InvoiceVoid,
    PayerUnchanged,
    PaymentInReview,
    PaymentProcessing,
    RemindedAlready,
)
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import replacing, reviews, settlement, starting, unpaid
from storefront.billing.services.dunning import remind_unpaid, void_overdue
from storefront.billing.states import InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import Unavailable
from storefront.licensing.models import License
from tests.checkout.building import make_voucher
from tests.purchases import order, pay

pytestmark = pytest.mark.django_db


def fresh(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_related("order").get(pk=invoice.pk)


def cancel(invoice: Invoice, *, is_told: bool = True) -> None:
    unpaid.close_charges(invoice=invoice)
    unpaid.cancel(invoice=invoice, is_told=is_told)


class TestCancel:
    def test_order_invoice_voucher_and_charge_go_together(
        self, stripe: Any, invoice: Any, outbox: Any, audited: Any
    ) -> None:
        voucher = make_voucher()
        VoucherApplication.objects.create(voucher=voucher, order=invoice.order, user=invoice.customer)
        voucher.num_orders = 1
        voucher.save()
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        cancel(invoice)
        assert stripe.pay(attempt.provider_reference) == "closed"
        voucher.refresh_from_db()
        assert voucher.num_orders == 0
        assert (fresh(invoice).status, fresh(invoice).order.status) == ("void", "Cancelled")
        assert len(outbox("order-voided:")) == 1
        assert audited() == []

    def test_nobody_is_told_who_is_not_to_be(self, invoice: Any, outbox: Any) -> None:
        cancel(invoice, is_told=False)
        assert outbox("order-voided:") == []

    def test_one_that_turns_out_to_be_paid_is_kept(self, stripe: Any, invoice: Any) -> None:
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        with pytest.raises(AlreadyPaid):
            unpaid.close_charges(invoice=invoice)
        assert (fresh(invoice).status, fresh(invoice).order.status) == ("paid", "Paid")

    def test_while_the_bank_has_the_word_nothing_is_cancelled(self, stripe: Any, invoice: Any) -> None:
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        PaymentAttempt.objects.filter(pk=attempt.pk).update(is_processing=True)
        with pytest.raises(PaymentProcessing):
            unpaid.close_charges(invoice=invoice)
        assert fresh(invoice).status == InvoiceStatus.OPEN

    def test_a_silent_provider_changes_nothing(self, stripe: Any, invoice: Any) -> None:
        starting.start(invoice=invoice, gateway_name="stripe")
        stripe.fail_next(kind="status", status=503, count=9)
        with pytest.raises(Unavailable):
            unpaid.close_charges(invoice=invoice)
        assert (fresh(invoice).status, fresh(invoice).order.status) == ("open", "Payment in progress")

    def test_an_open_charge_is_not_passed_over(self, stripe: Any, invoice: Any) -> None:
        starting.start(invoice=invoice, gateway_name="stripe")
        with pytest.raises(ChargeOpen):
            unpaid.cancel(invoice=invoice, is_told=True)

    def test_twice_is_once(self, invoice: Any) -> None:
        cancel(invoice)
        with pytest.raises(InvoiceVoid):
            unpaid.cancel(invoice=invoice, is_told=True)

    def test_money_in_review_comes_first(self, invoice: Any) -> None:
        reviews.file(key="k", kind=reviews.MISMATCH, detail="d", invoice=invoice)
        with pytest.raises(PaymentInReview):
            cancel(invoice)


class TestMoreTime:
    def test_the_end_of_that_day_counts_and_dunning_follows(self, invoice: Any, outbox: Any) -> None:
        Invoice.objects.filter(pk=invoice.pk).update(
            due_at=clock.now() - timedelta(hours=1), reminded_at=clock.now() - timedelta(days=2)
        )
        until = clock.today() + timedelta(days=10)
        assert unpaid.last_day(unpaid.postpone(invoice=invoice, until=until, is_told=True)) == until
        assert len(outbox("due-day-extended:")) == 1
        assert void_overdue() == 0
        with time_machine.travel(clock.now() + timedelta(days=9)):
            assert remind_unpaid() == 1
        assert len(outbox("unpaid-reminder:")) == 1
        with time_machine.travel(clock.now() + timedelta(days=12)):
            assert void_overdue() == 1

    @pytest.mark.parametrize("days", [-400, -1, 0, 91, 4000])
    def test_a_day_out_of_bounds_is_refused(self, invoice: Any, days: int) -> None:
        with pytest.raises(BadDueDay):
            unpaid.postpone(invoice=invoice, until=clock.today() + timedelta(days=days), is_told=True)
        assert fresh(invoice).due_at == invoice.due_at

    def test_never_earlier_than_before(self, invoice: Any) -> None:
        with pytest.raises(BadDueDay):
            unpaid.postpone(invoice=invoice, until=unpaid.last_day(invoice), is_told=True)

    def test_the_last_possible_day_is_taken(self, invoice: Any) -> None:
        until = clock.today() + timedelta(days=unpaid.MOST_DAYS)
        assert unpaid.last_day(unpaid.postpone(invoice=invoice, until=until, is_told=False)) == until

    def test_a_paid_one_has_no_due_day(self, customer: Any, shop: Any, stripe: Any) -> None:
        invoice = pay(order(customer, shop), stripe).invoice
        with pytest.raises(AlreadyPaid):
            unpaid.postpone(invoice=invoice, until=clock.today() + timedelta(days=20), is_told=True)


class TestReminder:
    def test_once_a_day(self, invoice: Any, outbox: Any) -> None:
        unpaid.remind(invoice=invoice)
        with pytest.raises(RemindedAlready):
            unpaid.remind(invoice=invoice)
        with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
            unpaid.remind(invoice=invoice)
        assert len(outbox("unpaid-reminder:")) == 2

    def test_there_is_a_day_to_pay_after_it(self, invoice: Any) -> None:
        Invoice.objects.filter(pk=invoice.pk).update(due_at=clock.now())
        assert unpaid.remind(invoice=invoice).due_at >= clock.now() + unpaid.FAIR_WARNING


class TestAnotherPayer:
    NEW = {"company": "Acme GmbH", "address": "Hafenstr. 1\nHamburg"}

    def change(self, invoice: Invoice, **payer: str) -> Invoice:
        unpaid.close_charges(invoice=invoice)
        return replacing.change_payer(invoice=invoice, payer=payer or self.NEW, is_told=True)

    def test_a_new_number_for_the_same_lines_and_the_same_order(
        self, customer: Any, shop: Any, stripe: Any, outbox: Any, audited: Any
    ) -> None:
        old = order(customer, shop, "96.00", "10.00")
        new = self.change(old)
        old = fresh(old)
        assert (old.status, old.void_reason) == (InvoiceStatus.VOID, f"Replaced by {new.number}")
        assert (new.amount, new.due_at, new.order_id) == (old.amount, old.due_at, old.order_id)
        assert [line.license_terms for line in new.lines.all()] == [line.license_terms for line in old.lines.all()]
        assert (new.payer["company"], new.payer["name"]) == ("Acme GmbH", old.payer["name"])
        assert old.order.status == "New"
        assert len(outbox("invoice-replaced:")) == 1
        assert outbox("order-voided:") == []
        assert audited() == []
        pay(new, stripe)
        assert License.objects.get().customer == customer
        assert fresh(new).order.status == "Paid"
        assert audited() == []

    def test_the_link_of_before_leads_to_the_new_invoice(self, client: Client, customer: Any, shop: Any) -> None:
        old = order(customer, shop)
        newest = self.change(self.change(old), company="Another Ltd")
        answer = client.get(links.pay_path(old))
        assert answer.url == links.pay_path(newest)

    def test_an_open_page_is_closed_first(self, stripe: Any, invoice: Any) -> None:
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        self.change(invoice)
        assert stripe.pay(attempt.provider_reference) == "closed"

    def test_a_paid_one_keeps_its_payer(self, customer: Any, shop: Any, stripe: Any) -> None:
        invoice = order(customer, shop)
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        with pytest.raises(AlreadyPaid):
            self.change(invoice)
        assert Invoice.objects.count() == 1

    def test_a_late_look_at_the_old_charge_leaves_the_order_alone(
        self, stripe: Any, invoice: Any, audited: Any
    ) -> None:
        closed = starting.start(invoice=invoice, gateway_name="stripe")
        new = self.change(invoice)
        attempt = starting.start(invoice=new, gateway_name="stripe")
        settlement.settle(attempt_id=closed.pk)  # as the worker does once more
        assert fresh(new).order.status == "Payment in progress"
        assert audited() == []
        stripe.pay(attempt.provider_reference)
        settlement.settle(attempt_id=attempt.pk)
        assert fresh(new).order.status == "Paid"

    def test_the_same_payer_is_no_change(self, invoice: Any) -> None:
        with pytest.raises(PayerUnchanged):
            replacing.change_payer(invoice=invoice, payer={"name": invoice.payer["name"]}, is_told=True)

    def test_a_voucher_in_the_buyers_hands_keeps_the_invoice(self, stripe: Any, invoice: Any) -> None:
        attempt = starting.start(invoice=invoice, gateway_name="stripe")
        PaymentAttempt.objects.filter(pk=attempt.pk).update(instructions={"method": "multibanco", "url": ""})
        with pytest.raises(CannotWithdraw):
            replacing.check(invoice=fresh(invoice), payer=self.NEW)

    def test_the_e_mail_is_the_customers(self, invoice: Any) -> None:
        new = self.change(invoice, company="X", email="other@example.com")
        assert new.payer["email"] == invoice.payer["email"]


def test_what_is_settled_meanwhile_stays_settled(stripe: Any, invoice: Any) -> None:
    attempt = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settlement.settle(attempt_id=attempt.pk)
    for act in (lambda: cancel(invoice), lambda: unpaid.remind(invoice=invoice)):
        with pytest.raises(AlreadyPaid):
            act()
