"""The process is killed at every commit and call between 'paid at 2Checkout' and 'license and mails'."""

from __future__ import annotations

import pytest

from storefront.billing.models import Payment, PaymentAttempt
from storefront.billing.services import ledger
from storefront.billing.services.starting import start
from storefront.core import audit, jobs
from tests.billing.building import make_invoice
from tests.licensing.conftest import make_product
from tests.races.test_crashes import (  # noqa: F401  (fixtures)
    MESSAGES,
    MOST_POINTS,
    assert_done_once,
    backend,
    doomed,
    mails,
    recover,
    terms,
)
from tests.races.test_twocheckout import twocheckout  # noqa: F401  (fixture)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def deliver(client, stand_in):
    """All messages so far, as 2Checkout posts them; each is answered with its receipt."""
    for message in stand_in.notifications():
        answer = client.post("/hooks/twocheckout/", message["body"], content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200 and answer.content.startswith(b"<sig ")


def test_killed_between_paid_and_license(twocheckout, doomed, bitrix24, mails, client, make_customer):  # noqa: F811
    """The buyer has paid twice by one link: the second money is kept on the personal account."""
    bitrix24.install("acme", "yeastar-s")
    launch = bitrix24.issue_token("acme", "yeastar-s")
    assert client.post(launch.url.removeprefix("http://testserver"), launch.form).status_code == 200
    portal = bitrix24.portal("acme").host
    kinds, seen = set(), set()
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"buyer{die_at}@example.com")
        invoice = make_invoice(customer, terms=[terms(make_product(f"module-{die_at}"), portal)])
        attempt = start(invoice=invoice, gateway_name="twocheckout")
        for _time in range(2):
            twocheckout.buy(attempt.redirect_url)
        died = doomed.run("look", die_at, attempt=attempt.pk)
        seen.add(Payment.objects.filter(customer=customer).count())
        recover()
        deliver(client, twocheckout)
        recover(MESSAGES)
        kinds.add(assert_done_once(invoice, attempt, mails))
        assert Payment.objects.filter(customer=customer).count() == 2
        assert PaymentAttempt.objects.filter(repeats=attempt).count() == 1
        assert ledger.balance_of(customer, "EUR") == invoice.amount
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert seen == {0, 1}  # control: it died before the money was booked, and after that
    assert len(kinds) == 1
    jobs.run_due(force=True)
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_a_link_is_made_one_charge_is_open_in_the_end(twocheckout, doomed, make_customer):  # noqa: F811
    rows = set()
    for die_at in range(1, MOST_POINTS):
        invoice = make_invoice(make_customer(f"buyer{die_at}@example.com"))
        died = doomed.run("open_twocheckout", die_at, invoice=invoice.pk)
        rows.add(tuple(invoice.attempts.values_list("status", flat=True)))
        if die_at % 2:
            recover()
        attempt = start(invoice=invoice, gateway_name="twocheckout")
        assert attempt.redirect_url and invoice.attempts.count() == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert rows == {(), ("created",), ("pending",)}  # control
