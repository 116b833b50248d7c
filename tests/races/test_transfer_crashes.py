"""The process is killed at every commit and mail of a bank transfer that is booked, confirmed by staff or undone.

Whoever did it does it again, as nothing tells them what became of it: it ends in one paid order, one license and one
mail of each kind, or in an invoice that is open again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from storefront.billing.models import Invoice, LedgerTransaction
from storefront.billing.services import ledger
from storefront.billing.states import InvoiceKind
from storefront.billing.transfers.errors import NothingBooked
from storefront.billing.transfers.models import BankTransfer, SellerAccount
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Share
from storefront.core import audit
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage, OutboxStatus
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account
from tests.licensing.conftest import make_product
from tests.races.crashing import FLOWS
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


@pytest.fixture
def account(wagtail_site: Any) -> SellerAccount:
    return make_account()


@pytest.fixture
def portal(bitrix24: Any, client: Any) -> str:
    bitrix24.install("acme", "yeastar-s")
    launch = bitrix24.issue_token("acme", "yeastar-s")
    assert client.post(launch.url.removeprefix("http://testserver"), launch.form).status_code == 200
    host: str = bitrix24.portal("acme").host
    return host


def letters_of(invoice: Invoice, mails: Any) -> frozenset[str]:  # noqa: F811
    """The kinds of letters the customer has got, each of them once."""
    assert not OutboxMessage.objects.exclude(status=OutboxStatus.SENT).exists()
    rows = OutboxMessage.objects.filter(payload__to=invoice.customer.email)
    arrived = sent_mails(mails, invoice.customer.email)
    assert arrived == dict.fromkeys(arrived, 1)
    assert len(arrived) == rows.count()
    return frozenset(row.payload["template"] for row in rows)


def assert_paid_once(invoice: Invoice) -> None:
    invoice.refresh_from_db()
    assert (invoice.status, invoice.order.status) == ("paid", "Paid")
    assert invoice.order.status_changes.filter(new_status="Paid").count() == 1
    assert LedgerTransaction.objects.filter(payment__customer=invoice.customer).count() == 2
    license = License.objects.get(customer=invoice.customer)
    assert (license.status, license.periods.count()) == ("active", 1)


@pytest.mark.parametrize("flow", ["book_transfer", "confirm_transfer"])
def test_killed_while_a_transfer_is_booked_it_is_booked_once(
    flow: str,
    doomed: Any,  # noqa: F811
    mails: Any,  # noqa: F811
    account: SellerAccount,
    portal: str,
    make_customer: Any,
) -> None:
    kinds, unfinished = set(), 0
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"buyer{die_at}@example.com")
        invoice = make_invoice(customer, terms=[terms(make_product(f"module-{die_at}"), portal)])
        facts = {"invoice": invoice.pk, "account": account.pk, "reference": f"REF {die_at}"}
        died = doomed.run(flow, die_at, **facts)
        unfinished += not License.objects.filter(customer=customer).exists()
        FLOWS[flow](**facts)  # done again by whoever did it
        recover(MESSAGES)
        assert_paid_once(invoice)
        kinds.add(letters_of(invoice, mails))
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert BankTransfer.objects.count() == die_at and die_at > 3
    assert 0 < unfinished < die_at  # control: it died before the money was booked, and after
    assert len(kinds) == 1
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_a_booking_is_undone_the_invoice_is_open_once(
    doomed: Any,  # noqa: F811
    mails: Any,  # noqa: F811
    account: SellerAccount,
    portal: str,
    make_customer: Any,
) -> None:
    kinds, unfinished = set(), 0
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"buyer{die_at}@example.com")
        invoice = make_invoice(customer, terms=[terms(make_product(f"module-{die_at}"), portal)])
        money_in = came(account, "96.00", reference=f"REF {die_at}")
        transfer = booking.book(incoming=money_in, shares=[Share(invoice)], by=None)
        recover(MESSAGES)
        died = doomed.run("undo_transfer", die_at, transfer=transfer.pk)
        invoice.refresh_from_db()
        unfinished += invoice.status == "paid"
        with suppress(NothingBooked):
            undoing.undo(transfer=transfer, by=customer, reason="Mistyped")
        recover(MESSAGES)
        invoice.refresh_from_db()
        assert (invoice.status, invoice.order.status) == ("open", "New")
        assert License.objects.get(customer=customer).status == "revoked"
        kinds.add(letters_of(invoice, mails))
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert 0 < unfinished < die_at and die_at > 2
    assert len(kinds) == 1 and "booking_undone" in next(iter(kinds))
    assert [str(finding) for finding in audit.run()] == []


def test_killed_while_the_booking_of_an_advance_payment_is_undone_it_is_open_once(
    doomed: Any,  # noqa: F811
    mails: Any,  # noqa: F811
    account: SellerAccount,
    make_customer: Any,
) -> None:
    unfinished = 0
    for die_at in range(1, MOST_POINTS):
        customer = make_customer(f"buyer{die_at}@example.com")
        invoice = make_invoice(customer, with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
        money_in = came(account, "96.00", reference=f"REF {die_at}")
        transfer = booking.book(incoming=money_in, shares=[Share(invoice)], by=None)
        recover(MESSAGES)
        died = doomed.run("undo_transfer", die_at, transfer=transfer.pk)
        invoice.refresh_from_db()
        unfinished += invoice.status == "paid"
        with suppress(NothingBooked):
            undoing.undo(transfer=transfer, by=customer, reason="Mistyped")
        recover(MESSAGES)
        invoice.refresh_from_db()
        assert (invoice.status, ledger.balance_of(customer, "EUR")) == ("open", 0)
        assert OutboxMessage.objects.filter(template="booking_undone", recipient=customer.email).count() == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert 0 < unfinished < die_at
    assert [str(finding) for finding in audit.run()] == []
