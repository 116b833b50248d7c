"""Money that does not fit: looked at by a person, resolved with a reason, and the buyer may pay anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from cms.permissions import ensure_marketers
from storefront.billing import links
from storefront.billing.errors import PaymentInReview
from storefront.billing.models import ReviewItem
from storefront.billing.services import resolving, reviews
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import AttemptStatus, InvoiceStatus

pytestmark = pytest.mark.django_db


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


def resolve(client: Client, item: ReviewItem, reason: str) -> Any:
    return client.post(f"/admin/review/{item.pk}/resolve/", {"reason": reason})


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
    assert "Refunded 1.00 at the provider" in client.get(f"/admin/review/{mismatch.pk}/").content.decode()


def test_the_first_resolution_stays(client: Client, mismatch: Any, staff: Any) -> None:
    resolving.resolve(item=mismatch, by=staff, reason="first")
    resolving.resolve(item=mismatch, by=staff, reason="second")
    assert ReviewItem.objects.get().resolution == "first"


def test_without_a_reason_nothing_is_resolved(client: Client, invoice: Any, mismatch: Any, staff: Any) -> None:
    client.force_login(staff)
    answer = resolve(client, mismatch, "  ")
    assert answer.status_code == 422 and "Write what was done" in answer.content.decode()
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


def test_open_matters_come_first_and_lead_to_the_order(client: Client, invoice: Any, mismatch: Any, staff: Any) -> None:
    old = reviews.file(key="old", kind="already_done", detail="An old matter.")
    resolving.resolve(item=old, by=staff, reason="done")
    client.force_login(staff)
    body = client.get("/admin/review/").content.decode()
    assert body.index(mismatch.detail[:40]) < body.index("An old matter.")
    assert f"/dashboard/orders/{invoice.order.number}/" in body
    assert "/admin/review/" in client.get("/admin/").content.decode()


def test_marketers_see_nothing_of_it(client: Client, mismatch: Any, make_customer: Any, wagtail_site: Any) -> None:
    marketer = make_customer("marketer@example.com")
    marketer.groups.add(ensure_marketers())
    client.force_login(marketer)
    for path in ("/admin/review/", f"/admin/review/{mismatch.pk}/"):
        assert client.get(path).status_code != 200
    assert resolve(client, mismatch, "mine").status_code != 200
    assert "/admin/review/" not in client.get("/admin/").content.decode()
    mismatch.refresh_from_db()
    assert mismatch.resolved_at is None


def test_who_may_only_look_cannot_resolve(client: Client, mismatch: Any, staff: Any) -> None:
    staff.user_permissions.remove(*Permission.objects.filter(codename="change_reviewitem"))
    client.force_login(staff)
    assert "Resolve</button>" not in client.get(f"/admin/review/{mismatch.pk}/").content.decode()
    resolve(client, mismatch, "mine")
    mismatch.refresh_from_db()
    assert mismatch.resolved_at is None
