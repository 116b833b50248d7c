"""The process is killed at every commit and call between 'the buyer has agreed at PayPal' and 'license and mails'."""

from __future__ import annotations

import pytest

from storefront.billing.models import Payment
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import audit, jobs
from tests.billing.building import make_invoice
from tests.billing.test_paypal_payments import deliver
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

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_killed_while_paypals_money_is_taken_it_is_taken_once(paypal, doomed, bitrix24, mails, client, make_customer):  # noqa: F811
    bitrix24.install("acme", "yeastar-s")
    launch = bitrix24.issue_token("acme", "yeastar-s")
    assert client.post(launch.url.removeprefix("http://testserver"), launch.form).status_code == 200
    portal = bitrix24.portal("acme").host
    kinds, asked = set(), set()
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"buyer{die_at}@example.com")
        invoice = make_invoice(customer, terms=[terms(make_product(f"module-{die_at}"), portal)])
        attempt = start(invoice=invoice, gateway_name="paypal")
        paypal.agree(attempt.provider_reference)
        before = paypal.stats()["charges"]
        died = doomed.run("look", die_at, attempt=attempt.pk)
        attempt.refresh_from_db()
        asked.add((attempt.capture_asked_at is not None, paypal.stats()["charges"] - before))
        recover()
        deliver(client, paypal, "PAYMENT.CAPTURE.COMPLETED")
        recover(MESSAGES)
        assert paypal.stats()["charges"] - before == 1
        kinds.add(assert_done_once(invoice, attempt, mails))
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    # Control: it died before it was noted that money is asked for, after that, and after the money was taken.
    assert asked == {(False, 0), (True, 0), (True, 1)}
    assert len(kinds) == 1
    jobs.run_due(force=True)
    assert [str(finding) for finding in audit.run()] == []


@pytest.mark.parametrize("elsewhere", [False, True])
def test_killed_while_an_order_is_opened_one_page_is_open(paypal, stripe, doomed, make_customer, elsewhere):  # noqa: F811
    """Also while the buyer changes their mind: what is open at Stripe is closed there first, or still."""
    seen = set()
    for die_at in range(1, MOST_POINTS):
        invoice = make_invoice(make_customer(f"buyer{die_at}@example.com"))
        other = start(invoice=invoice, gateway_name="stripe") if elsewhere else None
        before = paypal.stats()["orders"]
        died = doomed.run("open_paypal", die_at, invoice=invoice.pk)
        seen.add((paypal.stats()["orders"] - before, invoice.attempts.filter(gateway="paypal").count()))
        if die_at % 2:
            recover()
        attempt = start(invoice=invoice, gateway_name="paypal")
        assert attempt.redirect_url and paypal.stats()["orders"] == before + 1
        assert invoice.attempts.filter(gateway="paypal").count() == 1
        if other is not None:
            assert stripe.pay(other.provider_reference) == "closed"
        paypal.agree(attempt.provider_reference)
        assert settle(attempt_id=attempt.pk).status == "succeeded"
        recover()
        invoice.refresh_from_db()
        assert invoice.status == "paid" and Payment.objects.filter(customer=invoice.customer).count() == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    # Control: it died before its row, between the row and the order, and between the order and our knowing of it.
    assert seen == {(0, 0), (0, 1), (1, 1)}
    assert [str(finding) for finding in audit.run()] == []
