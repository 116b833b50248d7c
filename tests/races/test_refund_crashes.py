"""The process is killed anywhere between a refund's approval and the mail about it: it is made once, and told once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.services import refund_requests
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import audit
from storefront.licensing.models import License
from storefront.users import roles
from tests.billing.building import make_invoice
from tests.licensing.conftest import make_product
from tests.races.test_crashes import (  # noqa: F401  (fixtures)
    MESSAGES,
    MOST_POINTS,
    backend,
    doomed,
    mails,
    recover,
    sent_mails,
    terms,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_killed_from_the_approval_to_the_mail_a_request_is_refunded_once_and_told_once(
    doomed: Any, stripe: Any, mails: Any, make_customer: Any, settings: Any  # noqa: F811
) -> None:  # fmt: skip
    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(10)}
    asker, second = make_customer("asker@example.com"), make_customer("second@example.com")
    for person in (asker, second):
        person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    waited = 0
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"buyer{die_at}@example.com")
        products = [make_product(f"told-{die_at}-{number}") for number in (1, 2)]
        invoice = make_invoice(customer, "60.00", "40.00", terms=[terms(each, "") for each in products])
        attempt = start(invoice=invoice, gateway_name="stripe")
        stripe.pay(attempt.provider_reference)
        payment = settle(attempt_id=attempt.pk).payment
        asked = refund_requests.ask(invoice=invoice, lines=[invoice.lines.all()[0].pk], language="en")
        decision = refund_requests.asked_decision(asked)
        [refund] = refund_requests.grant(request=asked, decision=decision, by=asker, reason="As agreed")
        assert refund.status == "awaiting"
        recover(MESSAGES)
        before, letters = stripe.stats()["refunds"], sent_mails(mails, customer.email)
        died = doomed.run("approve_and_tell", die_at, refund=refund.pk, by=second.pk)
        recover(("refunds-follow", *MESSAGES))
        for row in (refund, asked, payment):
            row.refresh_from_db()
        is_made = refund.status == "succeeded"
        assert is_made or refund.status == "awaiting"
        assert asked.status == ("done" if is_made else "approved")
        assert stripe.stats()["refunds"] - before == int(is_made)
        assert payment.amount_refunded == 60 * is_made
        revoked = License.objects.filter(customer=customer, status="revoked")
        assert revoked.count() == int(is_made)
        new = sent_mails(mails, customer.email) - letters
        # A letter whose sending was not noted is sent again under the same id: programs for mail show one.
        assert len([name for name in new if name not in letters]) == int(is_made), new
        waited += not is_made
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert die_at > 6 and is_made and waited >= 1
    assert [str(finding) for finding in audit.run()] == []
