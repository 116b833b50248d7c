"""Staff and buyers at an unpaid invoice at the same moment: cancel, more time, another payer, a payment.

Each race has a control run with its guard off, which must go wrong.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError
from oscar.apps.order.models import Order

from catalogue.plans.models import AgreementVersion
from checkout.models import Consent
from checkout.orders import by_staff, consents
from checkout.orders.by_staff import StaffOrder, Wanted
from checkout.orders.errors import CannotOrder
from checkout.orders.order_request import Contact
from storefront.billing.audit import checks
from storefront.billing.errors import AlreadyPaid, BillingError, InvoiceVoid
from storefront.billing.models import Invoice
from storefront.billing.services import dunning, replacing, unpaid
from storefront.billing.services.dunning import void_overdue
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock, states
from storefront.gateways.bitrix24 import normalise_portal
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from storefront.users.services import EmailTaken
from tests.billing.building import make_invoice
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

CROWDS = [2, 8]


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (5.0, 20.0)


@pytest.fixture
def invoice(customer: Any) -> Invoice:
    return make_invoice(customer)


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: rows are read as they are, nobody waits for anybody, and all dawdle before writing."""

    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        if isinstance(instance, Invoice):
            dawdle()
        return instance

    monkeypatch.setattr(states, "lock", look)


def cancel(invoice: Invoice) -> Invoice:
    unpaid.close_charges(invoice=invoice)
    return unpaid.cancel(invoice=invoice, is_told=True)


def change(invoice: Invoice, company: str = "Acme GmbH") -> Invoice:
    unpaid.close_charges(invoice=invoice)
    return replacing.change_payer(invoice=invoice, payer={"company": company}, is_told=True)


def successes(results: list[Any]) -> list[Any]:
    unexpected = [each for each in results if isinstance(each, Exception) and not isinstance(each, BillingError)]
    assert unexpected == []
    return [each for each in results if not isinstance(each, Exception)]


def audited() -> list[str]:
    return [str(finding) for finding in checks()]


def fresh(invoice: Invoice) -> Invoice:
    return Invoice.objects.select_related("order").get(pk=invoice.pk)


@pytest.mark.parametrize("crowd", CROWDS)
def test_two_who_cancel_at_once_cancel_once(stripe: Any, invoice: Invoice, race: Any, crowd: int) -> None:
    start(invoice=invoice, gateway_name="stripe")
    results = race(lambda: cancel(invoice), copies=crowd)
    assert len(successes(results)) == 1
    assert all(isinstance(each, InvoiceVoid) for each in results if isinstance(each, Exception))
    assert invoice.order.status_changes.filter(new_status="Cancelled").count() == 1
    assert OutboxMessage.objects.filter(key__startswith="order-voided:").count() == 1
    assert audited() == []


def test_control_without_locks_several_cancel(invoice: Invoice, race: Any, without_locks: None) -> None:
    results = race(lambda: unpaid.cancel(invoice=invoice, is_told=True), copies=4)
    assert len([each for each in results if not isinstance(each, Exception)]) > 1
    assert invoice.order.status_changes.filter(new_status="Cancelled").count() > 1


@pytest.mark.parametrize("crowd", CROWDS)
def test_a_paid_one_is_never_cancelled(stripe: Any, invoice: Invoice, race: Any, crowd: int) -> None:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    results = race(lambda: settle(attempt_id=attempt.pk), lambda: cancel(invoice), copies=crowd)
    assert [each for each in results if isinstance(each, Exception) and not isinstance(each, AlreadyPaid)] == []
    assert (fresh(invoice).status, fresh(invoice).order.status) == ("paid", "Paid")
    assert audited() == []


@pytest.mark.parametrize("number", range(6))
def test_money_and_cancelling_at_the_same_moment_end_as_the_provider_says(
    stripe: Any, invoice: Invoice, race: Any, number: int
) -> None:
    """The buyer pays while staff press: either the page is closed before, or the money is ours and the order stays."""
    attempt = start(invoice=invoice, gateway_name="stripe")
    paid, _cancelled = race(lambda: stripe.pay(attempt.provider_reference), lambda: cancel(invoice))
    settle(attempt_id=attempt.pk)
    assert fresh(invoice).status == ("void" if paid == "closed" else "paid")
    assert audited() == []


def test_control_without_locks_a_paid_order_is_cancelled(
    stripe: Any, invoice: Invoice, race: Any, without_locks: None
) -> None:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    race(lambda: settle(attempt_id=attempt.pk), lambda: cancel(invoice), copies=2)
    assert audited() != []


@pytest.mark.parametrize("crowd", CROWDS)
def test_another_payer_and_a_payment_at_once_leave_one_invoice_that_counts(
    stripe: Any, invoice: Invoice, race: Any, crowd: int
) -> None:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    results = race(lambda: settle(attempt_id=attempt.pk), lambda: change(invoice), copies=crowd)
    assert [each for each in results if isinstance(each, Exception) and not isinstance(each, AlreadyPaid)] == []
    assert Invoice.objects.count() == 1
    assert fresh(invoice).status == "paid"
    assert audited() == []


def test_control_a_change_that_does_not_look_again_replaces_a_paid_invoice(
    stripe: Any, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stale = fresh(invoice)
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    monkeypatch.setattr(unpaid, "lock", lambda _invoice: stale)
    replacing.change_payer(invoice=stale, payer={"company": "Acme GmbH"}, is_told=False)
    assert Invoice.objects.count() == 2
    assert audited() != []


@pytest.mark.parametrize("crowd", CROWDS)
def test_two_who_change_the_payer_at_once_issue_one_invoice(
    stripe: Any, invoice: Invoice, race: Any, crowd: int
) -> None:
    results = race(*(partial(change, invoice, f"Company {number}") for number in range(crowd)))
    assert len(successes(results)) == 1
    assert list(Invoice.objects.order_by("pk").values_list("status", flat=True)) == ["void", "open"]
    assert audited() == []


def test_control_without_locks_only_the_constraint_keeps_the_second_invoice_out(
    invoice: Invoice, race: Any, without_locks: None
) -> None:
    results = race(*(partial(change, invoice, f"Company {number}") for number in range(3)))
    assert any(isinstance(each, IntegrityError) for each in results)


@pytest.fixture
def overdue(invoice: Invoice) -> Invoice:
    now = clock.now()
    Invoice.objects.filter(pk=invoice.pk).update(due_at=now - timedelta(hours=1), reminded_at=now - timedelta(days=2))
    return fresh(invoice)


def later(invoice: Invoice) -> Invoice:
    return unpaid.postpone(invoice=invoice, until=clock.today() + timedelta(days=9), is_told=False)


@pytest.mark.parametrize("crowd", CROWDS)
def test_whoever_is_given_more_time_is_not_voided_by_the_job(overdue: Invoice, race: Any, crowd: int) -> None:
    results = race(lambda: later(overdue), void_overdue, copies=crowd)
    given = [each for each in results if isinstance(each, Invoice)]
    assert fresh(overdue).status == ("open" if given else "void")
    assert all(isinstance(each, BillingError) for each in results if isinstance(each, Exception))
    assert audited() == []


def test_more_time_given_while_the_job_is_at_the_provider_counts(
    overdue: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dunning, "cancel_open", lambda *, invoice: later(invoice))
    assert void_overdue() == 0
    assert fresh(overdue).status == "open"


def test_control_a_job_that_does_not_look_again_takes_the_time_away(
    overdue: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = fresh(overdue)
    monkeypatch.setattr(dunning, "cancel_open", lambda *, invoice: later(invoice))
    monkeypatch.setattr(dunning, "lock_invoice", lambda pk: stale)
    assert void_overdue() == 1
    assert fresh(overdue).status == "void"


def order_of(shop: Any, email: str, key: str) -> StaffOrder:
    return StaffOrder(
        contact=Contact(name="Nora New", company="", phone="", email=email), language="en",
        wanted=[Wanted(shop.term().pk)], portal=normalise_portal("acme.bitrix24.com"), key=key,
    )  # fmt: skip


@pytest.mark.parametrize("email", ["buyer@example.com", "new@example.com"])
def test_an_order_confirmed_several_times_at_once_is_placed_once(
    shop: Any, customer: Any, race: Any, email: str
) -> None:
    results = race(lambda: by_staff.place(order_of(shop, email, "one")), copies=8)
    refused = [each for each in results if isinstance(each, CannotOrder | EmailTaken)]
    assert len(refused) == 7, results
    assert Order.objects.count() == 1
    assert User.objects.filter(email=email).count() == 1
    assert audited() == []


def test_control_without_the_forms_key_each_press_is_an_order(shop: Any, customer: Any, race: Any) -> None:
    calls = [partial(by_staff.place, order_of(shop, "buyer@example.com", str(number))) for number in range(4)]
    race(*calls)
    assert Order.objects.count() == 4


def accept(invoice: Invoice) -> None:
    ids = list(AgreementVersion.objects.values_list("pk", flat=True))
    consents.accept(invoice=invoice, version_ids=ids, language="en", ip_address=None)


def test_an_agreement_accepted_in_two_tabs_is_accepted_once(shop: Any, customer: Any, race: Any) -> None:
    invoice = by_staff.place(order_of(shop, "buyer@example.com", "k")).invoice
    assert race(lambda: accept(invoice), copies=8) == [None] * 8
    assert Consent.objects.count() == 1


def test_control_without_locks_the_second_tab_fails(
    shop: Any, customer: Any, race: Any, monkeypatch: pytest.MonkeyPatch, without_locks: None
) -> None:
    invoice = by_staff.place(order_of(shop, "buyer@example.com", "k")).invoice
    to_accept = consents.to_accept

    def slowly(*args: Any, **kwargs: Any) -> Any:
        found = to_accept(*args, **kwargs)
        dawdle()
        return found

    monkeypatch.setattr(consents, "to_accept", slowly)
    results = race(lambda: accept(invoice), copies=2)
    assert any(isinstance(each, IntegrityError) for each in results)
