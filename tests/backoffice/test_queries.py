"""Pages of one thing, and lists that have no test of their own for it, ask as often whatever there is on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count, islice

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.apps.voucher.models import Voucher

from checkout.vouchers import services
from storefront.backoffice import history
from storefront.billing.models import Refund, ReviewItem
from storefront.billing.services import reviews
from storefront.core import clock
from storefront.inbox.models import InboundEvent
from storefront.notifications.models import OutboxMessage
from storefront.support.models import Conversation, Department
from storefront.support.services import conversations, ratings
from storefront.users import approvals
from storefront.users.invitations import invite
from storefront.users.models import ApprovalRequest, StaffInvitation, User
from tests.backoffice.addresses import messages, money
from tests.backoffice.addresses import staff as people
from tests.billing.building import make_invoice
from tests.checkout.test_voucher_rules import terms

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
    refund = Refund.objects.get(pk=addresses["/admin/refunds/<int:pk>/"].strip("/").rpartition("/")[2])
    pages = {
        "/admin/refunds/<int:pk>/": (refund, "refunds.begin"),
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


def test_satisfaction_asks_as_often_for_any_number_of_departments_people_and_words(
    client_of: Callable[[str], Client], staff: Callable[..., User], make_customer: Callable[..., User]
) -> None:
    owner, numbers = client_of("Owner"), count()

    def fill() -> None:
        for made in islice(numbers, 3):
            department = Department.objects.create(name=f"Department {made}")
            ticket = conversations.begin(
                key=f"k{made}",
                text="A question",
                language="en",
                page_url="",
                customer=make_customer(f"{made}@x.example"),
            )
            Conversation.objects.filter(pk=ticket.pk).update(department=department)
            conversations.answer(conversation=ticket, by=staff("Support", str(made)), text="Yes.", key="a")
            conversations.close(conversation=ticket)
            ratings.rate(conversation=ticket, stars=4, words="Good")

    path = "/admin/conversations/satisfaction/"
    fill()
    queries(owner, path)
    before = queries(owner, path)
    fill()
    assert queries(owner, path) == before
    assert owner.get(path).context["all"].rated == 6


def test_pages_of_vouchers_and_approvals_ask_as_often_however_much_is_there(
    client_of: Callable[[str], Client], staff: Callable[..., User], shop: object
) -> None:
    owner, asker, numbers = client_of("Owner"), staff("Accounting"), count()
    wide = services.create_set(terms=terms(), count=2)

    def fill() -> None:
        for made in islice(numbers, 3):
            services.create_set(terms=terms(name=f"Set {made}"), count=2)
            lines = {f"Line {line}": "1" for line in range(made + 1)}
            approvals.ask(
                name="seller", key=f"{made}", label="Seller", seen={}, change={}, before=lines, after={}, by=asker
            )
            history.record(wide, "vouchers.change", by=staff("Marketers", str(made)), reason="Again")
            Voucher.objects.create(
                name=f"Set one {made}", code=f"MORE{made}", usage=Voucher.MULTI_USE, voucher_set=wide.voucher_set,
                start_datetime=clock.now(), end_datetime=clock.now() + timedelta(days=3),
            )  # fmt: skip

    def asked() -> list[int]:
        approval = ApprovalRequest.objects.latest("pk")  # the later, the more lines
        vouchers = ("/admin/vouchers/", "/admin/vouchers/calendar/", f"/admin/vouchers/{wide.pk}/")
        return [queries(owner, path) for path in (*vouchers, "/admin/approvals/", f"/admin/approvals/{approval.pk}/")]

    fill()
    asked()
    before = asked()
    fill()
    assert asked() == before
