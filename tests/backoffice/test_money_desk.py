"""Money that does not fit: looked at by a person, resolved with a reason, and the buyer may pay anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.apps.order.models import Order
from wagtail.models import ModelLogEntry

from cms.permissions import ensure_marketers
from storefront.billing import links
from storefront.billing.audit import checks
from storefront.billing.errors import NotBookable, PaymentInReview
from storefront.billing.models import ReviewItem
from storefront.billing.services import booking, payments, refund_booking, refunds, resolving, reviews
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from storefront.core.models import ScheduledJob
from storefront.inbox.models import InboundEvent
from storefront.notifications.models import OutboxMessage
from storefront.users import roles
from tests.billing.building import make_invoice
from tests.billing.test_begun_refunds import snapshot_of
from tests.billing.test_refund_decisions import pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def audited() -> Callable[[], list[str]]:
    """What the auditor finds in billing, as text."""
    return lambda: [str(finding) for finding in checks()]


@pytest.fixture
def invoice(customer: Any) -> Any:
    return make_invoice(customer)


@pytest.fixture
def staff(make_customer: Any, wagtail_site: Any) -> Any:
    """Somebody who looks after money and nothing else."""
    user = make_customer("money@example.com")
    wanted = ("access_admin", "view_reviewitem", "change_reviewitem")
    user.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
    return user


@pytest.fixture
def mismatch(stripe: Any, invoice: Any) -> ReviewItem:
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    stripe.tamper(payment.provider_reference, amount_total=100)
    settle(attempt_id=payment.pk)
    return ReviewItem.objects.get()


def press(client: Client, path: str, **data: Any) -> Any:
    """Send an act's form, then confirm what it previews."""
    shown = client.post(path, data)
    if shown.status_code != 200 or not shown.context or not shown.context.get("confirmed"):
        return shown
    return client.post(path, data | {"confirmed": shown.context["confirmed"]})


def resolve(client: Client, item: ReviewItem, reason: str) -> Any:
    return press(client, f"/admin/money/{item.pk}/resolve/", reason=reason)


def test_the_pay_page_offers_no_button_while_somebody_looks(client: Client, invoice: Any, mismatch: Any) -> None:
    body = client.get(links.pay_path(invoice)).content.decode()
    assert "being checked by our staff" in body
    assert 'id="pay-order"' not in body


def test_after_the_resolution_the_buyer_pays_by_a_new_attempt(
    client: Client, stripe: Any, invoice: Any, mismatch: Any, staff: Any, audited: Any
) -> None:
    client.force_login(staff)
    assert resolve(client, mismatch, "Refunded 1.00 at the provider").status_code == 302
    assert 'id="pay-order"' in client.get(links.pay_path(invoice)).content.decode()
    anew = start(invoice=invoice, gateway_name="stripe")
    assert anew.pk != mismatch.attempt_id
    stripe.pay(anew.provider_reference)
    settle(attempt_id=anew.pk)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID
    assert audited() == []


def test_a_resolution_names_who_when_and_why(client: Client, mismatch: Any, staff: Any) -> None:
    client.force_login(staff)
    resolve(client, mismatch, "Refunded 1.00 at the provider")
    mismatch.refresh_from_db()
    assert (mismatch.resolved_by, mismatch.resolution) == (staff, "Refunded 1.00 at the provider")
    assert mismatch.resolved_at is not None
    assert mismatch.attempt.status == AttemptStatus.FAILED
    assert "Refunded 1.00 at the provider" in client.get(f"/admin/money/{mismatch.pk}/").content.decode()


def test_the_first_resolution_stays(client: Client, mismatch: Any, staff: Any) -> None:
    resolving.resolve(item=mismatch, by=staff, reason="first")
    resolving.resolve(item=mismatch, by=staff, reason="second")
    assert ReviewItem.objects.get().resolution == "first"


def test_without_a_reason_nothing_is_resolved(client: Client, invoice: Any, mismatch: Any, staff: Any) -> None:
    client.force_login(staff)
    answer = resolve(client, mismatch, "  ")
    assert answer.status_code == 422 and "Give a reason" in answer.content.decode()
    with pytest.raises(PaymentInReview):
        start(invoice=invoice, gateway_name="stripe")


def test_the_same_finding_is_not_filed_again_after_its_resolution(mismatch: Any, staff: Any) -> None:
    resolving.resolve(item=mismatch, by=staff, reason="seen")
    settle(attempt_id=mismatch.attempt_id)
    poll_open_attempts()
    assert ReviewItem.objects.filter(resolved_at=None).count() == 0


def test_an_unpaid_charge_that_does_not_fit_is_closed_at_the_provider(stripe: Any, invoice: Any, staff: Any) -> None:
    payment = start(invoice=invoice, gateway_name="stripe")
    stripe.tamper(payment.provider_reference, amount_total=100)
    settle(attempt_id=payment.pk)
    item = ReviewItem.objects.get(kind="mismatch_unpaid")
    resolving.resolve(item=item, by=staff, reason="opened with another amount")
    assert stripe.pay(payment.provider_reference) == "closed"
    assert start(invoice=invoice, gateway_name="stripe").pk != payment.pk


def test_what_waits_is_listed_and_what_was_dealt_with_elsewhere(client: Client, mismatch: Any, staff: Any) -> None:
    old = reviews.file(key="old", kind="already_done", detail="An old matter.")
    resolving.resolve(item=old, by=staff, reason="done")
    client.force_login(staff)
    body = client.get("/admin/money/").content.decode()
    assert mismatch.detail[:40] in body and "An old matter." not in body
    assert "done" in client.get("/admin/money/done/").content.decode()
    resolving.resolve(item=mismatch, by=staff, reason="both kept")
    for typed, found in (("old matter", [old]), (mismatch.customer.email, [mismatch]), ("nothing", [])):
        assert list(client.get("/admin/money/done/", {"q": typed}).context["object_list"]) == found, typed
    ReviewItem.objects.filter(pk=mismatch.pk).update(resolved_at=None)
    start_page = client.get("/admin/").content.decode()
    assert f"/admin/money/{mismatch.pk}/" in start_page and "Money desk (1)" in start_page


def test_the_addresses_of_before_lead_there(client: Client, mismatch: Any, staff: Any) -> None:
    client.force_login(staff)
    assert client.get("/admin/review/").headers["Location"] == "/admin/money/"
    assert client.get(f"/admin/review/{mismatch.pk}/").headers["Location"] == f"/admin/money/{mismatch.pk}/"


def test_all_that_waits_is_in_one_list_the_oldest_first(
    client: Client, stripe: Any, invoice: Any, staff: Any, settings: Any, make_customer: Any
) -> None:
    settings.REFUND_APPROVAL_ABOVE = {"EUR": 0}
    for email in ("a@example.com", "b@example.com"):
        make_customer(email).groups.add(roles.ensure_role(roles.ACCOUNTING))
    paid = pay(stripe, invoice)
    with time_machine.travel(clock.now() - timedelta(hours=3)):
        reviews.file(key="old", kind="unknown_charge", detail="The old matter.")
    decision = RefundDecision(invoice=invoice, amount=paid.amount)
    refunds.begin(decision=decision, reason="Asked by phone", by=staff)
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        reviews.file(key="new", kind="unknown_charge", detail="The new matter.")
    OutboxMessage.objects.create(kind="mail", key="dead", status="dead", next_attempt_at=clock.now())
    InboundEvent.objects.create(source="stripe", event_id="evt_1", status="failed", next_attempt_at=clock.now())
    ScheduledJob.objects.create(name="reconcile", next_run_at=clock.now(), last_error="Unavailable")
    client.force_login(staff)
    body = client.get("/admin/money/").content.decode()
    assert body.index("The old matter.") < body.index("Asked by phone") < body.index("The new matter.")
    for pile in ("Mails and messages given up", "Webhooks given up", "Jobs that failed"):
        assert pile in body
    assert "Money desk (6)" in body


def test_a_list_of_any_length_takes_the_same_queries(client: Client, customer: Any, staff: Any) -> None:
    client.force_login(staff)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/money/").status_code == 200
        return len(captured)

    def file(number: int) -> None:
        for index in range(number):
            reviews.file(key=f"{number}-{index}", kind="late_payment", detail="x", invoice=make_invoice(customer))

    file(3)
    queries()
    before = queries()
    file(12)
    assert queries() == before


def late(stripe: Any, customer: Any) -> ReviewItem:
    """Money for an order that was cancelled."""
    invoice = make_invoice(customer)
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    type(invoice).objects.filter(pk=invoice.pk).update(status="void")
    Order.objects.filter(pk=invoice.order_id).update(status="Cancelled")
    settle(attempt_id=attempt.pk)
    return ReviewItem.objects.get(kind="late_payment")


def test_late_money_is_booked_to_the_order_that_it_is_for(
    client: Client, stripe: Any, customer: Any, staff: Any, audited: Any
) -> None:
    item = late(stripe, customer)
    again, others, dear = make_invoice(customer), make_invoice(staff), make_invoice(customer, "97.00")
    start(invoice=again, gateway_name="stripe")  # a pay page is open
    client.force_login(staff)
    page = client.get(f"/admin/money/{item.pk}/book/").content.decode()
    assert again.number in page and others.number not in page and dear.number not in page
    path = f"/admin/money/{item.pk}/book/"
    assert press(client, path, invoice=again.pk, reason="Ordered anew").status_code == 302
    again.refresh_from_db()
    item.refresh_from_db()
    assert again.status == InvoiceStatus.PAID and item.resolved_by == staff
    assert {each["status"] for each in stripe.sessions() if each["client_reference_id"] in
            list(again.attempts.values_list("public_id", flat=True))} == {"expired"}  # fmt: skip
    assert ModelLogEntry.objects.filter(action="money.book", user=staff).exists()
    assert audited() == []


def test_another_customers_or_a_dearer_invoice_is_never_paid_with_it(stripe: Any, customer: Any, staff: Any) -> None:
    item = late(stripe, customer)
    for invoice in (make_invoice(staff), make_invoice(customer, "97.00")):
        with pytest.raises(NotBookable):
            booking.book(payment=item.payment, invoice=invoice, by=staff)
        invoice.refresh_from_db()
        assert invoice.status == InvoiceStatus.OPEN


def test_late_money_is_refunded_where_it_came_from(client: Client, stripe: Any, customer: Any, audited: Any,
                                                   staff: Any) -> None:  # fmt: skip
    item = late(stripe, customer)
    staff.groups.add(roles.ensure_role(roles.ACCOUNTING))
    client.force_login(staff)
    path = f"/admin/refunds/payment/{item.payment.pk}/"
    assert path in client.get(f"/admin/money/{item.pk}/").content.decode()
    assert press(client, path, amount="96.00", reason="Nothing to buy").status_code == 302
    item.payment.refresh_from_db()
    assert item.payment.amount_refunded == item.payment.amount
    assert audited() == []


def test_asking_again_books_what_the_provider_says(client: Client, stripe: Any, invoice: Any, staff: Any) -> None:
    paid = pay(stripe, invoice)
    item = reviews.file(key="d", kind="difference", detail="x", attempt=paid.attempt)
    stripe.refund(paid.reference, amount=1000)
    client.force_login(staff)
    assert press(client, f"/admin/money/{item.pk}/ask/", reason="Is it refunded?").status_code == 302
    paid.refresh_from_db()
    assert paid.amount_refunded == 10


def test_a_matter_without_an_attempt_names_payment_and_customer(customer: Any) -> None:
    received = payments.register(
        customer=customer, gateway="bank", reference="tx", is_live=True, amount=Decimal("96.00"), currency="EUR"
    )
    invoice = make_invoice(customer)
    payments.pay(invoice, [(received, Decimal("96.00"))])
    with transaction.atomic():
        refund_booking.follow(received, snapshot_of(received, amount_refunded=Decimal("10.00")))
    item = ReviewItem.objects.get(kind="partial_refund")
    assert (item.payment, item.customer, item.invoice) == (received, customer, invoice)
    assert invoice.number in item.detail


def test_marketers_see_nothing_of_it(client: Client, mismatch: Any, make_customer: Any, wagtail_site: Any) -> None:
    marketer = make_customer("marketer@example.com")
    marketer.groups.add(ensure_marketers())
    client.force_login(marketer)
    for path in ("/admin/money/", f"/admin/money/{mismatch.pk}/"):
        assert client.get(path).status_code != 200
    assert resolve(client, mismatch, "mine").status_code != 200
    assert "/admin/money/" not in client.get("/admin/").content.decode()
    mismatch.refresh_from_db()
    assert mismatch.resolved_at is None


def test_who_may_only_look_cannot_resolve(client: Client, mismatch: Any, staff: Any) -> None:
    staff.user_permissions.remove(*Permission.objects.filter(codename="change_reviewitem"))
    client.force_login(staff)
    assert "/resolve/" not in client.get(f"/admin/money/{mismatch.pk}/").content.decode()
    resolve(client, mismatch, "mine")
    mismatch.refresh_from_db()
    assert mismatch.resolved_at is None
