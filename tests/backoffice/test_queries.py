"""Pages of one thing, and lists that have no test of their own for it, ask as often whatever there is on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count, islice

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.backoffice import history
from storefront.billing.models import Refund, ReviewItem
from storefront.billing.services import reviews
from storefront.core import clock
from storefront.inbox.models import InboundEvent
from storefront.notifications.models import OutboxMessage
from storefront.users.invitations import invite
from storefront.users.models import StaffInvitation, User
from tests.backoffice.addresses import messages, money
from tests.backoffice.addresses import staff as people
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    return len(captured)


def test_a_long_history_takes_no_more_queries(
    request: pytest.FixtureRequest, client_of: Callable[[str], Client], staff: Callable[..., User]
) -> None:
    addresses = money.addresses(request) | messages.addresses(request) | people.addresses(request)
    owner, authors = client_of("Owner"), [staff("Support", f"-{number}") for number in range(6)]
    pages = {
        "/admin/refunds/<int:pk>/": (Refund.objects.get(), "refunds.begin"),
        "/admin/money/<int:pk>/": (ReviewItem.objects.get(), "money.ask"),
        "/admin/mails/<int:pk>/": (OutboxMessage.objects.get(key="order:1"), "messages.retry"),
        "/admin/webhooks/<int:pk>/": (InboundEvent.objects.get(), "webhooks.retry"),
        "/admin/staff/<int:pk>/": (User.objects.get(email="supportfirst@staff.example"), "staff.change_roles"),
        "/admin/staff/invitations/<int:pk>/": (StaffInvitation.objects.get(), "staff.resend_invitation"),
    }
    for route, (thing, action) in pages.items():
        path = addresses[route]
        history.record(thing, action, by=authors[0], reason="First")
        queries(owner, path)
        before = queries(owner, path)
        for author in authors[1:]:
            history.record(thing, action, by=author, reason="Again")
        assert queries(owner, path) == before, route


def test_twice_as_many_staff_invitations_and_matters_take_no_more_queries(
    client_of: Callable[[str], Client], staff: Callable[..., User], make_customer: Callable[..., User]
) -> None:
    owner, inviter, numbers = client_of("Owner"), staff("Owner", "2"), count()

    def fill() -> None:
        for made in islice(numbers, 3):
            member = staff("Support", str(made))
            email = f"new{made}@staff.example"
            invite(email=email, name="New", language="en", groups=member.groups.all(), by=inviter)
            invoice = make_invoice(make_customer(f"buyer{made}@example.com"))
            reviews.file(key=f"key{made}", kind="late_payment", detail="Late.", invoice=invoice)
        ReviewItem.objects.update(resolved_at=clock.now() - timedelta(days=1), resolved_by=inviter, resolution="Done.")

    lists = ("/admin/staff/", "/admin/staff/invitations/", "/admin/money/done/")
    fill()
    for path in lists:
        queries(owner, path)
    before = [queries(owner, path) for path in lists]
    fill()
    assert [queries(owner, path) for path in lists] == before
