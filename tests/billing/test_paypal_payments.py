"""Payments by PayPal: agreed to on its page, taken by us once, or given up and never taken."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from checkout.pay import progress
from storefront.billing import links, status
from storefront.billing.errors import AlreadyPaid, PaymentProcessing
from storefront.billing.models import PartPayment, PaymentAttempt, ReviewItem
from storefront.billing.services import refunds, reviews, unpaid
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile_gateway
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import Unavailable
from storefront.licensing.models import License
from storefront.sandbox.paypal.courier import encoded
from tests.billing.building import make_invoice, make_payment
from tests.purchases import order

pytestmark = pytest.mark.django_db(transaction=True)


def opened(invoice: Any) -> PaymentAttempt:
    return start(invoice=invoice, gateway_name="paypal")


def deliver(client: Any, paypal: Any, *kinds: str) -> None:
    """All messages so far, or those of some kinds, oldest first, as PayPal posts them."""
    for event in reversed(paypal.events()):
        if not kinds or event["event_type"] in kinds:
            body = encoded(event)
            answer = client.post(
                "/hooks/paypal/", body, content_type="application/json", headers=paypal.courier.headers(body)
            )
            assert answer.status_code == 200


def is_paid(invoice: Any) -> bool:
    invoice.refresh_from_db()
    return bool(invoice.status == InvoiceStatus.PAID)


class TestTaking:
    def test_by_the_look_after_the_return(self, paypal, invoice, client, audited):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference)
        back = links.return_url(attempt).removeprefix("http://testserver")
        assert client.get(f"{back}?token=ANOTHER&PayerID=X").status_code == 200
        assert not is_paid(invoice)  # the page shows and decides nothing
        poll_open_attempts()
        attempt.refresh_from_db()
        assert is_paid(invoice) and (attempt.status, attempt.method_label) == (AttemptStatus.SUCCEEDED, "PayPal")
        assert paypal.stats()["charges"] == 1 and audited() == []

    def test_by_paypals_message_when_the_buyer_never_came_back(self, paypal, invoice, client, run_jobs):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference)
        deliver(client, paypal, "CHECKOUT.ORDER.APPROVED")
        run_jobs()
        assert is_paid(invoice)
        deliver(client, paypal)
        deliver(client, paypal)
        run_jobs()
        assert paypal.stats()["charges"] == 1

    def test_by_the_poller_alone(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference)
        with time_machine.travel(clock.now() + timedelta(minutes=2)):
            assert poll_open_attempts() == 1
        assert is_paid(invoice) and paypal.stats()["charges"] == 1

    def test_a_lost_answer_is_asked_for_again_and_nothing_is_taken_twice(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference)
        paypal.fail_next(kind="lost", method="POST")
        with pytest.raises(Unavailable):
            settle(attempt_id=attempt.pk)
        assert not is_paid(invoice)
        settle(attempt_id=attempt.pk)
        assert is_paid(invoice) and paypal.stats()["charges"] == 1

    def test_nothing_is_taken_before_the_buyer_has_agreed(self, paypal, invoice):
        attempt = settle(attempt_id=opened(invoice).pk)
        assert (attempt.status, attempt.capture_asked_at) == (AttemptStatus.PENDING, None)


class TestWhatDoesNotFit:
    @pytest.mark.parametrize(
        ("change", "named"),
        [({"value": "1.00"}, "amount"), ({"currency_code": "USD"}, "currency"), ({"custom_id": "other"}, "reference")],
    )
    def test_another_amount_currency_or_order_is_not_taken(self, paypal, invoice, change, named):
        attempt = opened(invoice)
        paypal.tamper(attempt.provider_reference, **change)
        paypal.agree(attempt.provider_reference)
        attempt = settle(attempt_id=attempt.pk)
        assert attempt.status == AttemptStatus.PENDING and paypal.stats()["charges"] == 0
        [item] = ReviewItem.objects.all()
        assert item.kind == reviews.MISMATCH_UNPAID and named in item.detail

    def test_money_of_another_account_is_not_taken(self, paypal, invoice, settings):
        settings.PAYMENT_ACCOUNTS = {"paypal": "ANOTHERSELLER"}
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        assert not is_paid(invoice) and paypal.stats()["charges"] == 0

    def test_the_token_of_another_order_pays_nothing(self, paypal, invoice, make_customer):
        other = opened(make_invoice(make_customer("other@example.com"), "1.00"))
        paypal.agree(other.provider_reference)
        attempt = opened(invoice)
        settle(attempt_id=attempt.pk, provider_reference=other.provider_reference)
        PaymentAttempt.objects.filter(pk=attempt.pk).update(provider_reference=None)
        settle(attempt_id=attempt.pk, provider_reference=other.provider_reference)
        assert not is_paid(invoice) and paypal.stats()["charges"] == 0


class TestChoosingAgain:
    def test_a_refused_card_leads_back_to_paypal(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way="declined")
        attempt = settle(attempt_id=attempt.pk)
        assert (attempt.status, attempt.failure_code) == (AttemptStatus.PENDING, "INSTRUMENT_DECLINED")
        assert (attempt.captures_declined, attempt.capture_asked_at) == (1, None)
        shown = progress.of(attempt)
        assert (shown.code, shown.may_pay) == ("unpaid", True)
        assert "choose something else" in status.of_attempt(attempt).reason
        attempt = settle(attempt_id=attempt.pk)  # another look does not forget why
        assert attempt.failure_code == "INSTRUMENT_DECLINED"
        again = opened(invoice)
        assert (again.pk, again.redirect_url) == (attempt.pk, attempt.redirect_url)
        paypal.agree(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        assert is_paid(invoice) and paypal.stats()["charges"] == 1

    def test_who_comes_back_with_another_way_is_not_told_that_it_failed(self, paypal, invoice, client):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way="declined")
        settle(attempt_id=attempt.pk)
        back = links.return_url(attempt).removeprefix("http://testserver")
        paypal.agree(attempt.provider_reference)
        with time_machine.travel(clock.now() + timedelta(seconds=20), tick=False):
            html = client.get(back).content.decode()
            assert "Waiting for the confirmation" in html and "did not go through" not in html
            assert 'data-hx-trigger="every 2s"' in html
            poll_open_attempts()
        assert is_paid(invoice) and "Payment received" in client.get(back).content.decode()

    def test_who_comes_back_without_another_way_reads_it_again(self, paypal, invoice, client):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way="declined")
        settle(attempt_id=attempt.pk)
        back = links.return_url(attempt).removeprefix("http://testserver")
        with time_machine.travel(clock.now() + timedelta(seconds=20), tick=False):
            client.get(back)
            poll_open_attempts()
            html = client.get(back).content.decode()
        assert "did not go through" in html and 'data-hx-trigger="every 10s"' in html

    def test_an_agreement_that_was_refused_is_not_tried_again_by_itself(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way="declined")
        settle(attempt_id=attempt.pk)
        with paypal.state.changing():  # as if PayPal went on to call it approved
            paypal.state.orders[attempt.provider_reference]["status"] = "APPROVED"
        for _ in range(3):
            settle(attempt_id=attempt.pk)
        attempts = [each for each in paypal.requests() if each["path"].endswith("/capture")]
        assert len(attempts) == 1


class TestPending:
    @pytest.mark.parametrize(("way", "words"), [("echeck", "3 to 6 business days"), ("review", "within a day")])
    def test_the_buyer_reads_why(self, paypal, invoice, way, words):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way=way)
        attempt = settle(attempt_id=attempt.pk)
        assert attempt.is_processing and not is_paid(invoice)
        assert words in status.of_attempt(attempt).reason and words in progress.of(attempt).text
        with pytest.raises(PaymentProcessing):
            opened(invoice)

    @pytest.mark.parametrize("succeed", [True, False])
    def test_it_ends_by_paypals_message(self, paypal, invoice, client, run_jobs, succeed, outbox):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way="echeck")
        settle(attempt_id=attempt.pk)
        paypal.settle(attempt.provider_reference, succeed=succeed)
        deliver(client, paypal, "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.DENIED")
        run_jobs()
        assert is_paid(invoice) is succeed
        assert bool(outbox("payment-failed:")) is not succeed

    def test_what_staff_must_do_at_paypal_is_told_to_them_once(self, paypal, invoice, make_customer):
        for each in (invoice, make_invoice(make_customer("second@example.com"))):
            attempt = opened(each)
            paypal.agree(attempt.provider_reference, way="unilateral")
            settle(attempt_id=attempt.pk)
        [item] = ReviewItem.objects.all()
        assert item.kind == reviews.SETUP and "until you accept them" in item.detail


class TestGivingUp:
    def test_what_is_given_up_is_never_taken(self, paypal, stripe, invoice, client, run_jobs):
        attempt = opened(invoice)
        other = start(invoice=invoice, gateway_name="stripe")
        attempt.refresh_from_db()
        assert (attempt.status, other.gateway) == (AttemptStatus.CANCELLED, "stripe")
        paypal.agree(attempt.provider_reference)  # on the page that is still open in another tab
        deliver(client, paypal)
        run_jobs()
        settle(attempt_id=attempt.pk)
        assert paypal.stats()["charges"] == 0
        stripe.pay(other.provider_reference)
        settle(attempt_id=other.pk)
        assert is_paid(invoice)

    def test_what_was_asked_for_is_not_given_up(self, paypal, stripe, invoice):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference)
        paypal.fail_next(kind="lost", method="POST")
        with pytest.raises(Unavailable):
            settle(attempt_id=attempt.pk)
        with pytest.raises(AlreadyPaid):
            start(invoice=invoice, gateway_name="stripe")
        assert is_paid(invoice) and paypal.stats()["charges"] == 1

    def test_pending_money_is_not_given_up_for_another_method(self, paypal, stripe, invoice):
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way="echeck")
        with pytest.raises(PaymentProcessing):
            settle(attempt_id=attempt.pk)
            start(invoice=invoice, gateway_name="stripe")
        assert stripe.sessions() == []

    def test_paypal_need_not_answer_for_it(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.fail_next(kind="reset", count=-1)
        assert cancel_attempt(attempt).status == AttemptStatus.CANCELLED

    def test_an_order_that_paypal_has_forgotten_is_over_without_ado(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.forget(attempt.provider_reference)
        with time_machine.travel(clock.now() + timedelta(hours=4)):
            attempt = settle(attempt_id=attempt.pk)
        assert (attempt.status, ReviewItem.objects.count()) == (AttemptStatus.CANCELLED, 0)

    def test_an_order_that_is_unknown_before_its_time_is_told_to_staff(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.forget(attempt.provider_reference)
        assert settle(attempt_id=attempt.pk).status == AttemptStatus.FAILED
        assert ReviewItem.objects.get().kind == "unknown_to_provider"

    def test_an_order_that_nobody_used_is_closed(self, paypal, invoice):
        attempt = opened(invoice)
        paypal.expire(attempt.provider_reference)
        assert settle(attempt_id=attempt.pk).status == AttemptStatus.CANCELLED


class TestMoneyBack:
    def paid(self, paypal: Any, invoice: Any) -> Any:
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference)
        return settle(attempt_id=attempt.pk).payment

    def test_whole_and_in_parts(self, paypal, invoice, audited):
        payment = self.paid(paypal, invoice)
        assert refunds.start(payment=payment, amount=Decimal("36.00"), reason="part").status == "succeeded"
        assert refunds.start(payment=payment, amount=Decimal("60.00"), reason="rest").status == "succeeded"
        payment.refresh_from_db()
        assert payment.amount_refunded == Decimal("96.00") and audited() == []
        assert paypal.stats()["refunds"] == 2

    def test_a_lost_answer_gives_back_once(self, paypal, invoice):
        payment = self.paid(paypal, invoice)
        paypal.fail_next(kind="lost", method="POST")
        with pytest.raises(Exception):  # noqa: B017  (unknown: the worker asks again)
            refunds.start(payment=payment, amount=Decimal("36.00"), reason="part")
        with time_machine.travel(clock.now() + timedelta(minutes=5)):
            refunds.follow_open()
        assert payment.refunds.get().status == "succeeded" and paypal.stats()["refunds"] == 1

    @pytest.mark.parametrize("succeed", [True, False])
    def test_a_pending_one_is_followed_to_its_end(self, paypal, invoice, succeed, audited):
        payment = self.paid(paypal, invoice)
        paypal.refunds_pend(payment.reference)
        refund = refunds.start(payment=payment, amount=Decimal("36.00"), reason="part")
        assert refund.status == "pending"
        paypal.settle_refund(refund.reference, succeed=succeed)
        with time_machine.travel(clock.now() + timedelta(days=2)):
            refunds.follow_open()
        refund.refresh_from_db()
        payment.refresh_from_db()
        assert refund.status == ("succeeded" if succeed else "failed")
        assert payment.amount_refunded == (Decimal("36.00") if succeed else 0) and audited() == []

    def test_one_made_at_paypal_is_booked(self, paypal, invoice, client, run_jobs):
        payment = self.paid(paypal, invoice)
        paypal.refund(payment.reference, amount="6.00")
        deliver(client, paypal, "PAYMENT.CAPTURE.REFUNDED")
        run_jobs()
        payment.refresh_from_db()
        assert payment.amount_refunded == Decimal("6.00") and not payment.refunds.get().is_ours

    def test_the_nightly_look_finds_what_nobody_told(self, paypal, invoice):
        payment = self.paid(paypal, invoice)
        paypal.dispute(payment.reference)
        assert reconcile_gateway("paypal", since=clock.now() - timedelta(days=1)) == 1
        payment.refresh_from_db()
        assert payment.is_disputed

    @pytest.mark.parametrize(("outcome", "after"), [("RESOLVED_SELLER_FAVOUR", True), ("RESOLVED_BUYER_FAVOUR", False)])
    def test_disputes_suspend_and_restore_or_end_the_license(
        self, paypal, shop, customer, client, run_jobs, outcome, after
    ):
        invoice = order(customer, shop)
        payment = self.paid(paypal, invoice)
        license = License.objects.get(customer=customer)
        before = license.status
        paypal.dispute(payment.reference)
        deliver(client, paypal, "CUSTOMER.DISPUTE.CREATED")
        run_jobs()
        license.refresh_from_db()
        assert license.status == "suspended"
        paypal.close_dispute(payment.reference, outcome=outcome)
        deliver(client, paypal, "CUSTOMER.DISPUTE.RESOLVED")
        run_jobs()
        license.refresh_from_db()
        payment.refresh_from_db()
        assert license.status == (before if after else "suspended")
        assert payment.amount_lost == (0 if after else payment.amount)

    def test_an_inquiry_suspends_nothing_until_paypal_is_to_decide(self, paypal, shop, customer, client, run_jobs):
        """Buyer and seller still talk with each other; staff are told, and answer at PayPal."""
        payment = self.paid(paypal, order(customer, shop))
        license = License.objects.get(customer=customer)
        before = license.status
        paypal.dispute(payment.reference, stage="INQUIRY")
        deliver(client, paypal, "CUSTOMER.DISPUTE.CREATED")
        run_jobs()
        license.refresh_from_db()
        payment.refresh_from_db()
        assert (license.status, payment.is_disputed) == (before, False)
        assert payment.disputes.get().stage == "inquiry" and ReviewItem.objects.get(kind="dispute")
        paypal.move_dispute(payment.reference, dispute_life_cycle_stage="CHARGEBACK")
        deliver(client, paypal, "CUSTOMER.DISPUTE.UPDATED")
        run_jobs()
        license.refresh_from_db()
        assert license.status == "suspended"


class TestRefusedUnheard:
    """The answer to a refused capture is lost: the same key brings the refusal again."""

    @pytest.fixture
    def attempt(self, paypal, invoice) -> PaymentAttempt:
        attempt = opened(invoice)
        paypal.agree(attempt.provider_reference, way="declined")
        paypal.fail_next(kind="lost", method="POST")
        with pytest.raises(Unavailable):
            settle(attempt_id=attempt.pk)
        attempt.refresh_from_db()
        assert attempt.capture_asked_at is not None
        return attempt

    def test_the_next_look_notes_it(self, paypal, invoice, attempt):
        attempt = settle(attempt_id=attempt.pk)
        assert (attempt.status, attempt.captures_declined, attempt.capture_asked_at) == (AttemptStatus.PENDING, 1, None)
        paypal.agree(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        assert is_paid(invoice) and paypal.stats()["charges"] == 1

    def test_another_method_takes_its_place(self, paypal, stripe, invoice, attempt):
        other = start(invoice=invoice, gateway_name="stripe")
        attempt.refresh_from_db()
        assert (attempt.status, other.gateway) == (AttemptStatus.CANCELLED, "stripe")

    def test_staff_close_it(self, paypal, invoice, attempt):
        unpaid.close_charges(invoice=invoice)
        attempt.refresh_from_db()
        assert attempt.status == AttemptStatus.CANCELLED


def test_no_more_is_taken_than_is_due(paypal, invoice):
    attempt = opened(invoice)
    paypal.agree(attempt.provider_reference)
    payment = make_payment(invoice.customer, "36.00", invoice=make_invoice(invoice.customer, "36.00"))
    PartPayment.objects.create(payment=payment, invoice=invoice, amount=Decimal("36.00"))
    attempt = settle(attempt_id=attempt.pk)
    assert (attempt.status, attempt.capture_asked_at) == (AttemptStatus.PENDING, None)
    assert paypal.stats()["charges"] == 0
    assert opened(invoice).amount == Decimal("60.00")
