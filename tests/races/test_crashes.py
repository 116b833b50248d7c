"""The process is killed at every point between 'money taken' and 'license linked, mails sent', and started again.

Every time it must end in exactly one paid order, one license and one mail of each kind, with nothing for the auditor
to find. The last recovery is by the jobs alone: the provider does not repeat its message.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings as django_settings

from storefront.billing.documents.models import DocumentRequest
from storefront.billing.models import LedgerTransaction, PaymentAttempt, ReviewItem
from storefront.billing.services.reconcile import reconcile
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import audit, clock, jobs
from storefront.core.license_terms import LicenseTerms
from storefront.inbox.models import InboundEvent
from storefront.licensing.models import License
from storefront.notifications import mails as shop_mails
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.sandbox.stripe.courier import signature
from tests.billing.building import make_invoice
from tests.billing.deliveries import deliver, events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

#: More points than any flow has; a flow that never ends is a failure, not a hang.
MOST_POINTS = 150


@pytest.fixture
def backend():
    return "anymail.backends.postmark.EmailBackend"


@pytest.fixture
def mails(mails, settings, backend):
    settings.EMAIL_BACKEND = backend
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "sandbox-mail-token", "POSTMARK_API_URL": f"{mails.base_url}/"}
    return mails


@pytest.fixture
def doomed(doomed_process, stripe, bitrix24, mails, settings):
    return doomed_process.with_settings(django_settings)


#: The jobs that finish what was begun. (The others look at everything there is; they run once at the end.)
MESSAGES = ("inbox-money", "inbox", "inbox-unproven", "outbox", "outbox-portals")
FINISHING = ("payments-poll", "licenses-link", *MESSAGES)


def recover(names=FINISHING):
    """The worker is started again; leases of the dead one are over, and so is the time it was left alone."""
    chosen = {name: django_settings.JOBS[name] for name in names}
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        while jobs.run_due(chosen, force=True):
            pass


def terms(software, portal):
    plan = software.plans.get(code="standard")
    return LicenseTerms(
        software_id=software.pk,
        product_title=software.product.title,
        plan_id=plan.pk,
        plan_code=plan.code,
        plan_name=plan.name,
        months=12,
        binding_kind=software.binding_kind,
        bitrix24_app_code=software.bitrix24_app_code,
        portal_address=portal,
        extends_license="",
    )


def message(stripe, session, kind="checkout.session.completed"):
    told = [event for event in events(stripe, session) if event["type"] == kind]
    body = json.dumps(told[0])
    return {"body": body, "headers": {"Stripe-Signature": signature(body.encode(), "whsec_sandbox", int(time.time()))}}


def sent_mails(mails, address):
    """How often each letter arrived, by its stable id."""
    return Counter(letter["headers"]["Message-ID"] for letter in mails.messages(to=address))


def test_killed_between_money_taken_and_license_linked_nothing_is_lost_or_repeated(
    doomed, stripe, bitrix24, mails, client, make_customer
):
    from tests.licensing.conftest import make_product

    bitrix24.install("acme", "yeastar-s")
    launch = bitrix24.issue_token("acme", "yeastar-s")
    assert client.post(launch.url.removeprefix("http://testserver"), launch.form).status_code == 200
    portal = bitrix24.portal("acme").host
    kinds, interrupted = set(), 0
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"buyer{die_at}@example.com")
        invoice = make_invoice(customer, terms=[terms(make_product(f"module-{die_at}"), portal)])
        payment = start(invoice=invoice, gateway_name="stripe")
        stripe.pay(payment.provider_reference)
        died = doomed.run("take_message", die_at, **message(stripe, payment.provider_reference))
        interrupted += is_unfinished(invoice)
        recover()
        deliver(client, events(stripe, payment.provider_reference))  # it comes late, or again
        recover(MESSAGES)
        kinds.add(assert_done_once(invoice, payment, mails))
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert interrupted == die_at - 2  # control: every kill left something undone, but the one after the last step
    assert len(kinds) == 1  # the same letters every time
    jobs.run_due(force=True)
    assert [str(finding) for finding in audit.run()] == []


def is_unfinished(invoice):
    """Whether the dead process left work behind: no license, or a letter or a portal not told."""
    is_told = not OutboxMessage.objects.filter(status=OutboxStatus.PENDING).exists()
    return not (License.objects.filter(customer=invoice.customer).exists() and is_told)


def assert_done_once(invoice, payment, mails):
    """Returns the kinds of letters the customer has."""
    invoice.refresh_from_db()
    payment.refresh_from_db()
    assert (invoice.status, payment.status) == (InvoiceStatus.PAID, AttemptStatus.SUCCEEDED)
    assert invoice.order.status_changes.filter(new_status="Paid").count() == 1
    assert LedgerTransaction.objects.filter(payment__attempt=payment).count() == 2
    license = License.objects.get(customer=invoice.customer)
    assert (license.status, license.periods.count()) == ("active", 1)
    rows = OutboxMessage.objects.filter(payload__to=invoice.customer.email)
    assert not OutboxMessage.objects.exclude(status=OutboxStatus.SENT).exists()
    letters = sent_mails(mails, invoice.customer.email)
    # One whose sending was cut off is not sent again, because the company was asked.
    assert letters == dict.fromkeys(letters, 1)
    assert len(letters) == rows.count()
    assert not InboundEvent.objects.filter(status="received").exists()
    return frozenset(row.payload["template"] for row in rows)


def test_killed_while_a_silent_portal_is_asked_again_its_license_is_linked_in_the_end(
    doomed, bitrix24, client, make_customer
):
    from storefront.licensing.models import Installation
    from storefront.licensing.services.grants import grant_for_invoice
    from tests.licensing.conftest import make_invoice as made_invoice
    from tests.licensing.conftest import make_product

    bitrix24.install("acme", "yeastar-s")
    bitrix24.fault("profile", "query_limit")
    launch = bitrix24.issue_token("acme", "yeastar-s")
    assert client.post(launch.url.removeprefix("http://testserver"), launch.form).status_code == 200
    silent = {"is_host_proven": False, "admin_user_id": "", "asked": 0}
    unfinished = 0
    for die_at in range(1, MOST_POINTS):
        software = make_product(f"silent-{die_at}")
        invoice = made_invoice(
            make_customer(f"silent{die_at}@example.com"), software, portal=bitrix24.portal("acme").host
        )
        type(invoice).objects.filter(pk=invoice.pk).update(status="paid")
        Installation.objects.update(**silent, ask_at=clock.now())
        [license] = grant_for_invoice(invoice=invoice)
        died = doomed.run("ask_portals", die_at)
        license.refresh_from_db()
        unfinished += license.status == "pending"
        recover(("portals-confirm", "licenses-link", *MESSAGES))
        license.refresh_from_db()
        installation = Installation.objects.get()
        assert (license.status, installation.is_host_proven, installation.admin_user_id) == ("active", True, "1")
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 4 and unfinished >= die_at - 2


def killed_at_every_point_of_sending(doomed, mails):
    """How often the letters that a killed worker and its successor sent arrived, for each point of the kill."""
    for die_at in range(1, MOST_POINTS):
        address = f"reader{die_at}@example.com"
        notice = shop_mails.AccountNotice(title="News", paragraphs=["Some."])
        shop_mails.enqueue(notice, to=address, language="en", key=f"notice:{die_at}")
        died = doomed.run("send_mails", die_at)
        recover(("outbox",))
        yield sum(sent_mails(mails, address).values())
        if not died:
            return
    pytest.fail("the flow never came to its end")


def test_killed_while_a_mail_is_sent_it_arrives_once(doomed, mails):
    arrived = list(killed_at_every_point_of_sending(doomed, mails))
    assert len(arrived) > 3 and set(arrived) == {1}


@pytest.mark.parametrize("backend", ["tests.notifications.forgetful.ForgetfulBackend"])
def test_control_a_company_that_cannot_tell_gets_it_twice(doomed, mails, backend):
    assert set(killed_at_every_point_of_sending(doomed, mails)) == {1, 2}


def test_killed_while_a_lost_dispute_is_booked_it_is_booked_once(doomed, stripe, client, make_customer):
    for die_at in range(1, MOST_POINTS):
        payment = start(invoice=make_invoice(make_customer(f"buyer{die_at}@example.com")), gateway_name="stripe")
        stripe.pay(payment.provider_reference)
        settle(attempt_id=payment.pk)
        stripe.dispute(payment.provider_reference)
        stripe.close_dispute(payment.provider_reference, won=False)
        died = doomed.run(
            "take_message", die_at, **message(stripe, payment.provider_reference, "charge.dispute.closed")
        )
        recover(MESSAGES)
        deliver(client, events(stripe, payment.provider_reference))  # it comes late, or again
        recover(MESSAGES)
        payment.refresh_from_db()
        assert (payment.payment.amount_lost, payment.payment.disputes.get().stage) == (payment.amount, "lost")
        assert ReviewItem.objects.filter(attempt=payment).count() == 1
        assert DocumentRequest.objects.filter(invoice=payment.invoice, kind="credit_note").count() == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 3
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_money_is_given_back_it_is_given_back_once(doomed, stripe, make_customer):
    for die_at in range(1, MOST_POINTS):
        attempt = start(invoice=make_invoice(make_customer(f"buyer{die_at}@example.com")), gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        payment = settle(attempt_id=attempt.pk).payment
        before = stripe.stats()["refunds"]
        died = doomed.run("give_back", die_at, payment=payment.pk)
        recover(("refunds-follow", *MESSAGES))
        payment.refresh_from_db()
        if payment.refunds.exists():  # committed before it died
            assert payment.refunds.get().status == "succeeded"
        given = payment.refunds.count()
        assert stripe.stats()["refunds"] - before == given
        assert payment.amount_refunded == payment.amount * given
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 3 and given == 1
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_a_line_is_given_back_its_license_ends_once_and_the_customer_is_told_once(
    doomed, stripe, make_customer
):
    from tests.licensing.conftest import make_product

    for die_at in range(1, MOST_POINTS):
        products = [make_product(f"line-{die_at}-{number}") for number in (1, 2)]
        customer = make_customer(f"buyer{die_at}@example.com")
        invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(each, "") for each in products])
        attempt = start(invoice=invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        payment = settle(attempt_id=attempt.pk).payment
        before = stripe.stats()["refunds"]
        died = doomed.run("give_back_a_line", die_at, invoice=invoice.pk)
        recover(("refunds-follow", *MESSAGES))
        payment.refresh_from_db()
        given = payment.refunds.count()  # none, where it died before the row was committed
        assert stripe.stats()["refunds"] - before == given
        assert payment.amount_refunded == 60 * given
        revoked = License.objects.filter(customer=customer, status="revoked")
        assert (revoked.count(), License.objects.filter(customer=customer).count()) == (given, 2)
        assert all(each.events.filter(code="taken_back").count() == 1 for each in revoked)
        told = OutboxMessage.objects.filter(key__startswith="refund_made:", payload__to=customer.email)
        assert told.count() == given
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 3 and given == 1
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_a_refund_is_approved_it_waits_or_is_made_once(doomed, stripe, make_customer, settings):
    from storefront.billing.services import refunds
    from storefront.users import roles

    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(10)}
    asker, second = make_customer("asker@example.com"), make_customer("second@example.com")
    for person in (asker, second):
        person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    waited = 0
    for die_at in range(1, MOST_POINTS):
        attempt = start(invoice=make_invoice(make_customer(f"buyer{die_at}@example.com")), gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        payment = settle(attempt_id=attempt.pk).payment
        refund = refunds.start(payment=payment, amount=payment.amount, reason="As agreed", by=asker)
        assert refund.status == "awaiting"
        before = stripe.stats()["refunds"]
        died = doomed.run("approve_refund", die_at, refund=refund.pk, by=second.pk)
        recover(("refunds-follow", *MESSAGES))
        refund.refresh_from_db()
        is_made = refund.status == "succeeded"
        assert is_made or refund.status == "awaiting"
        assert stripe.stats()["refunds"] - before == int(is_made)
        waited += not is_made
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 3 and is_made and waited >= 1
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_a_charge_is_opened_one_charge_is_open_in_the_end(doomed, stripe, make_customer):
    for die_at in range(1, MOST_POINTS):
        invoice = make_invoice(make_customer(f"buyer{die_at}@example.com"), "96.00")
        before = stripe.stats()["session_creates"]
        died = doomed.run("open_charge", die_at, invoice=invoice.pk)
        if die_at % 2:
            recover()  # the worker finds it, or ...
        page = start(invoice=invoice, gateway_name="stripe").redirect_url  # ... the buyer presses again
        assert page == start(invoice=invoice, gateway_name="stripe").redirect_url
        assert stripe.stats()["session_creates"] == before + 1
        payment = PaymentAttempt.objects.get(invoice=invoice)
        assert (payment.status, payment.amount) == (AttemptStatus.PENDING, Decimal("96.00"))
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 3
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_a_failure_of_the_provider_is_met_one_page_is_open_in_the_end(doomed, stripe, make_customer):
    """The provider has opened a session, answers 500 and remembers that: nobody holds its address."""
    for die_at in range(1, MOST_POINTS):
        invoice = make_invoice(make_customer(f"buyer{die_at}@example.com"), "96.00")
        stripe.fail_next(kind="broken", method="POST")
        died = doomed.run("open_charge", die_at, invoice=invoice.pk)
        stripe.faults.clear()  # it died before it asked
        if die_at % 2:
            recover()
        page = start(invoice=invoice, gateway_name="stripe").redirect_url
        assert PaymentAttempt.objects.filter(invoice=invoice, status=AttemptStatus.PENDING).count() == 1
        reconcile()
        ours = set(PaymentAttempt.objects.filter(invoice=invoice).values_list("public_id", flat=True))
        left = [each for each in stripe.sessions() if each["client_reference_id"] in ours and each["status"] == "open"]
        assert [each["url"] for each in left] == [page]
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 5
    assert [str(finding) for finding in audit.run()] == []
