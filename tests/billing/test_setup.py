"""A payment method that is not set up as it must be: staff learn what is missing, and no payment stays unsettled."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.utils import translation

from storefront.billing.errors import PaymentUnavailable
from storefront.billing.models import PaymentAttempt, ReviewItem
from storefront.billing.services import resolving, reviews, setup
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from storefront.gateways.errors import ConfigurationError

pytestmark = pytest.mark.django_db

ALL = dict.fromkeys(
    ("checkout_session", "charge", "payment_intent", "customer", "setup_intent", "payment_method"), "write"
) | dict.fromkeys(("dispute", "balance_transaction_source", "webhook"), "read")


@pytest.fixture
def travel():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def setup_items():
    return list(ReviewItem.objects.filter(kind=reviews.SETUP).order_by("pk"))


def doctor(*options):
    out = StringIO()
    try:
        call_command("payments", "doctor", *options, stdout=out, no_color=True)
    except CommandError as exc:
        return out.getvalue(), str(exc)
    return out.getvalue(), ""


# Rights


def test_staff_read_which_right_is_missing_and_once(stripe, invoice, outbox):
    stripe.rights.restrict(**ALL | {"checkout_session": "read"})
    for _ in range(3):
        with pytest.raises(PaymentUnavailable):
            start(invoice=invoice, gateway_name="stripe")
    (item,) = setup_items()
    assert "Checkout Sessions: Write" in item.detail and "payments doctor" in item.detail
    with translation.override("ru"):
        assert item.told.startswith("У ключа Stripe нет права Checkout Sessions: Write")
    assert len([key for key in outbox("") if "review:setup" in key]) == 1


def test_what_is_resolved_and_comes_again_is_told_again(stripe, invoice, make_customer):
    stripe.rights.restrict()
    staff = make_customer("staff@example.com")
    for _ in range(2):
        with pytest.raises(PaymentUnavailable):
            start(invoice=invoice, gateway_name="stripe")
        resolving.resolve(item=setup_items()[-1], by=staff, reason="The right was given")
    assert len(setup_items()) == 2


def test_a_payment_that_could_not_be_opened_is_opened_when_the_right_is_there(stripe, invoice, travel):
    stripe.rights.restrict()
    with pytest.raises(PaymentUnavailable):
        start(invoice=invoice, gateway_name="stripe")
    travel.shift(timedelta(minutes=2))
    poll_open_attempts()
    assert PaymentAttempt.objects.get().status == AttemptStatus.CREATED
    stripe.rights.restrict(**ALL)
    travel.shift(timedelta(minutes=10))
    assert poll_open_attempts() == 1
    payment = PaymentAttempt.objects.get()
    assert payment.status == AttemptStatus.PENDING and payment.redirect_url
    assert stripe.stats()["session_creates"] == 1


@pytest.mark.parametrize("lacking", ["charge", "payment_intent"])
def test_a_payment_is_settled_without_the_right_to_see_its_charge(stripe, invoice, audited, lacking):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    stripe.rights.restrict(**ALL | {lacking: "none"})
    assert settle(attempt_id=payment.pk).status == AttemptStatus.SUCCEEDED
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    (item,) = setup_items()
    assert "Charges and Refunds: Read" in item.detail or "Payment Intents: Read" in item.detail
    assert audited() == []


def test_a_refund_that_could_not_be_seen_is_booked_when_the_right_is_there(stripe, invoice, audited):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.refund(payment.provider_reference, amount=1000)
    assert settle(attempt_id=payment.pk).payment.amount_refunded == Decimal("10.00")
    stripe.rights.restrict(**ALL | {"charge": "none"})
    stripe.refund(payment.provider_reference, amount=500)
    assert settle(attempt_id=payment.pk).payment.amount_refunded == Decimal("10.00")  # neither undone nor guessed
    assert reconcile() == 0
    stripe.rights.restrict(**ALL)
    assert reconcile() == 1
    payment.refresh_from_db()
    assert payment.payment.amount_refunded == Decimal("15.00")
    assert audited() == []


def test_a_dispute_that_may_not_be_read_waits_for_the_right(stripe, invoice):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.dispute(payment.provider_reference)
    stripe.rights.restrict(**ALL | {"dispute": "none"})
    assert not settle(attempt_id=payment.pk).payment.is_disputed
    stripe.rights.restrict(**ALL)
    assert settle(attempt_id=payment.pk).payment.is_disputed


def test_a_refund_is_booked_though_the_dispute_may_not_be_read(stripe, invoice, audited):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    settle(attempt_id=payment.pk)
    stripe.refund(payment.provider_reference, amount=1000)
    stripe.dispute(payment.provider_reference)
    stripe.rights.restrict(**ALL | {"dispute": "none"})
    assert settle(attempt_id=payment.pk).payment.amount_refunded == Decimal("10.00")
    assert reconcile() == 0
    assert "Disputes: Read" in setup_items()[0].detail
    assert audited() == []


def test_stripe_is_asked_seldom_while_a_person_must_act(stripe, invoice, travel):
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    stripe.rights.restrict()
    before = len(stripe.requests())
    for _ in range(4 * 60):
        travel.shift(timedelta(seconds=15))
        poll_open_attempts()
    assert 5 < len(stripe.requests()) - before < 100
    stripe.rights.restrict(**ALL)
    travel.shift(timedelta(minutes=10))
    poll_open_attempts()
    payment.refresh_from_db()
    assert payment.status == AttemptStatus.SUCCEEDED


def test_a_key_that_is_no_more_is_told_too(stripe, invoice, settings):
    payment = start(invoice=invoice, gateway_name="stripe")
    settings.STRIPE_API_KEY = "sk_test_of_yesterday"
    with pytest.raises(ConfigurationError):
        settle(attempt_id=payment.pk)
    (item,) = setup_items()
    assert "refuses our API key" in item.detail and "yesterday" not in item.detail


# The daily look


def test_what_does_not_fit_is_told_once_until_it_is_resolved(stripe):
    stripe.endpoints.change(url=setup.webhook_url("stripe"), enabled_events=["charge.refunded"])
    stripe.rights.restrict(**ALL | {"dispute": "none"})
    assert [setup.check_all() for _ in range(2)] == [2, 2]
    details = [item.detail for item in setup_items()]
    assert len(details) == 2
    assert any("Disputes: Read" in each for each in details)
    assert any("checkout.session.completed" in each for each in details)
    stripe.rights.restrict(**ALL)
    stripe.endpoints.change(enabled_events=["*"])
    assert setup.check_all() == 0


def test_a_call_and_the_daily_look_tell_of_one_right_together(stripe, invoice):
    stripe.endpoints.change(url=setup.webhook_url("stripe"))
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    stripe.rights.restrict(**ALL | {"charge": "none"})
    settle(attempt_id=payment.pk)
    setup.check_all()
    assert len(setup_items()) == 1


def test_a_provider_that_is_away_is_no_fault_of_the_set_up(stripe):
    stripe.fail_next(kind="reset", count=20)
    assert setup.check_all() == 0 and setup_items() == []


# The command


def test_the_doctor_finds_nothing_where_all_fits(stripe):
    stripe.endpoints.change(url=setup.webhook_url("stripe"))
    said, ended = doctor()
    assert ended == "" and "Nothing must be put right." in said
    assert "FAULT" not in said.upper().replace("DEFAULT", "")


def test_the_doctor_says_what_is_wrong_and_what_to_do(stripe):
    stripe.rights.restrict(**ALL | {"charge": "read"})
    said, ended = doctor("--method", "stripe")
    assert ended == "2 to be put right"
    assert "The key lacks Charges and Refunds: Write" in said
    assert f"No endpoint sends to {setup.webhook_url('stripe')}" in said
    assert "checkout.session.async_payment_failed" in said and "payload style snapshot" in said


def test_the_doctor_says_that_no_key_is_there(settings):
    settings.STRIPE_API_KEY = ""
    said, ended = doctor()
    assert ended == "1 to be put right" and "It needs STRIPE_API_KEY" in said


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("secret", ["whsec_sandbox", "whsec_of_another"])
def test_the_doctor_tries_a_message(stripe, live_server, settings, secret):
    settings.SITE_URL = live_server.url
    settings.STRIPE_WEBHOOK_SECRETS = [secret]
    stripe.webhook_url = setup.webhook_url("stripe")
    is_known = secret == "whsec_sandbox"
    said, ended = doctor("--deliver", "--wait", "20" if is_known else "0.5")
    assert ("signed with a known secret" in said) is is_known
    assert ended == ("" if is_known else "1 to be put right")
    assert [session["status"] for session in stripe.sessions()] == ["expired"]
    assert stripe.stats()["charges"] == 0


# Start-up


def warned():
    return [message.id for message in run_checks() if (message.id or "").startswith("storefront.W03")]


def test_start_up_warns_of_what_the_configuration_shows(settings):
    settings.STRIPE_API_KEY, settings.STRIPE_WEBHOOK_SECRETS = "rk_live_1", ["whsec_1"]
    settings.STRIPE_API_BASE = "https://api.stripe.com"
    settings.SANDBOX = False
    assert warned() == []
    settings.STRIPE_API_KEY = "sk_live_1"
    assert warned() == ["storefront.W031"]
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_1", "whsec_1"]
    assert warned() == ["storefront.W031"] * 2
    settings.STRIPE_API_KEY = ""
    assert warned() == ["storefront.W030"]
    settings.SANDBOX = True
    assert warned() == []


def test_what_a_gateway_finds_is_told_in_the_readers_language(stripe):
    stripe.rights.restrict(**ALL | {"payment_intent": "none"})
    assert setup.check_all()
    told = [item.detail for item in setup_items()]
    assert any("needed to learn why payments failed, charge saved methods. Give it" in each for each in told)
    with translation.override("ru"):
        told = [item.told for item in setup_items()]
    assert any(
        "чтобы узнавать, почему платежи не прошли, и списывать с сохранённых способов оплаты. Добавьте" in each
        for each in told
    )
    assert not any("needed to" in each or "No endpoint" in each for each in told), told
