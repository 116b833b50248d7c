"""An invitation stands as long as the one who sent it may give its roles; nobody gives more than they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, ModelLogEntry, Page

from cms.permissions import MARKETERS, ensure_role
from storefront.users import invitations, roles, staffing
from storefront.users.models import StaffInvitation, User
from tests.backoffice.pressing import confirmed, errors, preview
from tests.backoffice.test_staff import of

pytestmark = pytest.mark.django_db

PASSWORD = "a long enough secret"


@pytest.fixture
def lead(staff: Callable[..., Any]) -> User:
    """Somebody of support who may invite."""
    person: User = staff("Support", "lead")
    person.user_permissions.add(Permission.objects.get(codename="invite_staff"))
    return User.objects.get(pk=person.pk)


def invited(by: User, role: str = roles.SUPPORT) -> StaffInvitation:
    return invitations.invite(
        email="new@staff.example", name="N", language="en", groups=[ensure_role(role)], by=by
    )  # fmt: skip


def token(invitation: StaffInvitation) -> str:
    return invitations._token(invitation)


def refuses(invitation: StaffInvitation) -> bool:
    with pytest.raises(invitations.InvitationOver):
        invitations.find(token(invitation))
    with pytest.raises(invitations.InvitationOver):
        invitations.accept(token=token(invitation), password=PASSWORD)
    return not User.objects.filter(email="new@staff.example").exists()


def test_who_is_sent_away_takes_their_invitations_along(lead: User, staff: Callable[..., Any]) -> None:
    invitation, owner = invited(lead), staff("Owner")
    staffing.take_access_away(member=lead, by=owner)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None
    assert refuses(invitation)
    assert invited(owner).is_open(invitation.created_at)  # the address is free again


def test_who_was_sent_away_comes_back(lead: User, staff: Callable[..., Any], run_jobs: Callable[[], Any]) -> None:
    owner, helper = staff("Owner"), staff("Support")
    page = f"/admin/staff/{helper.pk}/"
    back, form = f"{page}back/", {"roles": [ensure_role(roles.SALES).pk]}
    assert "has access already" in errors(preview(of(owner), back, **form))
    staffing.take_access_away(member=helper, by=owner)
    assert back in of(owner).get(page).content.decode()
    assert "Owner" in errors(preview(of(lead), back, **form))
    old = Client()
    old.force_login(owner)
    assert old.get(back)["Location"].startswith("/account/reauthenticate/")
    assert confirmed(of(owner), back, **form).status_code == 302
    helper.refresh_from_db()
    assert helper.is_active and [group.name for group in helper.groups.all()] == [roles.SALES]
    assert of(helper).get("/admin/orders/").status_code == 200
    run_jobs()
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert ModelLogEntry.objects.get(action="staff.let_in_again").data["after"] == {"Roles": "Sales"}


def test_a_customer_is_not_let_in(customer: User, staff: Callable[..., Any]) -> None:
    User.objects.filter(pk=customer.pk).update(is_active=False)
    with pytest.raises(staffing.NotStaff):
        staffing.let_in_again(member=customer, groups=[ensure_role(roles.SALES)], by=staff("Owner"))


def test_an_accepted_invitation_stays_accepted(lead: User, staff: Callable[..., Any]) -> None:
    invitation = invited(lead)
    invitations.accept(token=token(invitation), password=PASSWORD)
    staffing.take_access_away(member=lead, by=staff("Owner"))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is None


@pytest.mark.parametrize("lost", ["account", "role", "right to invite", "gone"])
def test_an_invitation_falls_with_the_rights_of_who_sent_it(lead: User, lost: str) -> None:
    invitation = invited(lead)
    if lost == "account":
        User.objects.filter(pk=lead.pk).update(is_active=False)
    elif lost == "role":
        lead.groups.set([ensure_role(roles.READ_ONLY)])
    elif lost == "right to invite":
        lead.user_permissions.clear()
    else:
        StaffInvitation.objects.update(invited_by=None)
    assert refuses(invitation)


def test_who_sends_it_again_stands_for_it(lead: User, staff: Callable[..., Any]) -> None:
    invitation, owner = invited(lead), staff("Owner")
    lead.groups.clear()
    invitation = invitations.resend(invitation=invitation, by=owner)
    assert invitation.invited_by == owner
    assert invitations.accept(token=token(invitation), password=PASSWORD).email == "new@staff.example"


@pytest.mark.parametrize("place", ["pages", "collections"])
def test_rights_on_pages_and_collections_count(lead: User, place: str) -> None:
    group = Group.objects.create(name="Helpers")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    staffing.check_may_give(lead, [group])
    if place == "pages":
        publish = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
        right: Any = GroupPagePermission(group=group, page=Page.objects.get(depth=1), permission=publish)
    else:
        add = Permission.objects.get(content_type__app_label="wagtaildocs", codename="add_document")
        right = GroupCollectionPermission(group=group, collection=Collection.objects.get(depth=1), permission=add)
    right.save()
    with pytest.raises(staffing.MoreThanOwn):
        staffing.check_may_give(lead, [group])


def test_who_has_the_rights_on_pages_gives_them(staff: Callable[..., Any]) -> None:
    marketer = staff(MARKETERS)
    staffing.check_may_give(marketer, [ensure_role(MARKETERS)])
    with pytest.raises(staffing.MoreThanOwn):
        staffing.check_may_give(marketer, [ensure_role(roles.SUPPORT)])
