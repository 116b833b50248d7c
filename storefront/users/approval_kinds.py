"""What a second person decides about people and roles: rights of a role, roles of a person, an invitation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from storefront.core import states
from storefront.core.kept_states import State
from storefront.users import invitations, role_names, roles, services, staffing
from storefront.users.approvals import Kind
from storefront.users.models import StaffInvitation, User


def read_role(key: str) -> State:
    """Name, rights, and rights on pages and collections."""
    group = states.lock(Group(pk=int(key)))
    rights = group.permissions.values_list("content_type__app_label", "codename")
    pages = GroupPagePermission.objects.filter(group=group).values_list("page_id", "permission_id")
    collections = GroupCollectionPermission.objects.filter(group=group).values_list("collection_id", "permission_id")
    return {
        "name": group.name,
        "rights": sorted(f"{app}.{codename}" for app, codename in rights),
        "pages": sorted(map(list, pages)),
        "collections": sorted(map(list, collections)),
    }


def _apply_role(key: str, change: State, asker: User, decider: User) -> None:
    """Only owners change roles."""
    for person in (asker, decider):
        if not staffing.is_owner(person):
            raise staffing.MoreThanOwn([change["name"]])
    group = Group.objects.get(pk=int(key))
    group.name = change["name"]
    group.full_clean()
    group.save()
    group.permissions.set(roles.permissions(change["rights"]))
    _places(GroupPagePermission, "page_id", group, change["pages"])
    _places(GroupCollectionPermission, "collection_id", group, change["collections"])


def _places(model: Any, place: str, group: Group, wanted: list[list[int]]) -> None:
    had = {(getattr(row, place), row.permission_id): row for row in model.objects.filter(group=group)}
    want = {(at, permission) for at, permission in wanted}
    for pair, row in had.items():
        if pair not in want:
            row.delete()
    for at, permission in sorted(want - had.keys()):
        model.objects.create(group=group, permission_id=permission, **{place: at})


def member_state(member: User) -> State:
    return {"groups": sorted(member.groups.values_list("pk", flat=True)), "is_active": member.is_active}


def _read_member(key: str) -> State:
    staffing.hold_owners()  # first, as everything that changes who has which role
    return member_state(states.lock(User(pk=int(key))))


def _member_words(key: str, state: State) -> dict[str, str]:
    return {_("Roles"): role_names.listed(Group.objects.filter(pk__in=state.get("groups", [])))}


def _apply_member(key: str, change: State, asker: User, decider: User) -> None:
    """Roles as if the one who asked gave them now; the other must be able to give them, too."""
    member, groups = User.objects.get(pk=int(key)), list(Group.objects.filter(pk__in=change["groups"]))
    staffing.check_may_change(decider, member)
    staffing.check_may_give(decider, set(groups) ^ set(member.groups.all()))
    if member.is_active:
        staffing.change_roles(member=member, groups=groups, by=asker)
    else:
        staffing.let_in_again(member=member, groups=groups, by=asker)


def _read_invitation(key: str) -> State:
    """Nothing is there to lock; ``invitations.invite`` looks again."""
    is_invited = StaffInvitation.objects.filter(email=key, accepted_at=None, withdrawn_at=None).exists()
    return {"is_invited": is_invited, "has_account": services.find_by_email(key) is not None}


def _invitation_words(key: str, state: State) -> dict[str, str]:
    """Nothing before it is sent."""
    if "groups" not in state:
        return {}
    return {_("E-mail"): key, _("Name"): state["name"]} | _member_words(key, state)


def _apply_invitation(key: str, change: State, asker: User, decider: User) -> None:
    groups = list(Group.objects.filter(pk__in=change["groups"]))
    staffing.check_may_give(decider, groups)
    invitations.invite(email=key, name=change["name"], language=change["language"], groups=groups, by=asker)


ROLE = Kind(right="auth.change_group", read=read_role, apply=_apply_role)
MEMBER = Kind(
    right=invitations.RIGHT, read=_read_member, apply=_apply_member, is_possible_alone=True, words=_member_words
)
INVITATION = Kind(
    right=invitations.RIGHT,
    read=_read_invitation,
    apply=_apply_invitation,
    is_possible_alone=True,
    words=_invitation_words,
)
