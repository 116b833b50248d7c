"""An invitation stands as long as the one who sent it may give its roles; nobody gives more than they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from cms.permissions import MARKETERS, ensure_role
from storefront.users import invitations, roles, staffing
from storefront.users.models import StaffInvitation, User

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


@pytest.mark.parametrize("of", ["pages", "collections"])
def test_rights_on_pages_and_collections_count(lead: User, of: str) -> None:
    group = Group.objects.create(name="Helpers")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    staffing.check_may_give(lead, [group])
    if of == "pages":
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
