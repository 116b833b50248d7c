"""Invoices issued and made void at once, and paid at the same moment."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import transaction

from storefront.billing.audit import checks
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.billing.services import invoices
from storefront.billing.services.dunning import void_overdue
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import OPEN_ATTEMPT, InvoiceStatus
from storefront.core import clock, states
from tests.billing.building import make_invoice
from tests.races.conftest import dawdle, errors

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

CROWDS = [2, 8, 32]
DAY = timedelta(days=1)
#: How long an issuer dawdles between taking a number and committing.
DAWDLE = 0.05


@pytest.fixture
def invoice(customer):
    return make_invoice(customer)


@pytest.mark.parametrize("crowd", CROWDS)
def test_issuers_at_once_leave_no_gap_and_no_number_twice(customer, race, crowd):
    def issue(keep=True):
        with nullcontext() if keep else pytest.raises(ZeroDivisionError), transaction.atomic():
            invoice = make_invoice(customer, with_order=False)
            dawdle(DAWDLE / 5)
            assert keep or 1 / 0
        return invoice.number

    results = race(*[issue] * crowd, lambda: issue(keep=False))
    assert errors(results) == []
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert [int(number[-6:]) for number in numbers] == list(range(1, crowd + 1))


def test_control_run_without_the_lock_issuers_collide(customer, race, monkeypatch):
    monkeypatch.setattr(states, "lock", lambda row: row)
    save = invoices.Invoice.save

    def slowly(self, *args, **kwargs):
        dawdle()
        save(self, *args, **kwargs)

    monkeypatch.setattr(invoices.Invoice, "save", slowly)
    results = race(lambda: make_invoice(customer, with_order=False), copies=8)
    assert errors(results)


def test_paying_while_the_order_is_made_void_loses_nothing(stripe, invoice, race):
    payment = start(invoice=invoice, gateway_name="stripe")
    Invoice.objects.update(due_at=clock.now(), reminded_at=invoice.issued_at - 2 * DAY)
    race(
        lambda: stripe.pay(payment.provider_reference),
        void_overdue,
        lambda: settle(attempt_id=payment.pk),
        poll_open_attempts,
    )
    settle(attempt_id=payment.pk)
    invoice.refresh_from_db()
    snapshot = gateway("stripe").fetch(payment.provider_reference)
    paid = snapshot.state == "succeeded"
    assert invoice.status == (InvoiceStatus.PAID if paid else InvoiceStatus.VOID)
    assert [str(finding) for finding in checks()] == []


def test_starting_while_the_order_is_made_void_leaves_no_charge_open(stripe, invoice, race):
    Invoice.objects.update(due_at=clock.now(), reminded_at=invoice.issued_at - 2 * DAY)
    race(lambda: start(invoice=invoice, gateway_name="stripe"), void_overdue, copies=4)
    void_overdue()
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.VOID
    assert not PaymentAttempt.objects.filter(status__in=OPEN_ATTEMPT).exists()
    assert all(session["status"] == "expired" for session in stripe.sessions())
    assert [str(finding) for finding in checks()] == []
