"""What a second person decides about people and roles: rights of a role, roles of a person, an invitation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from storefront.core import states
from storefront.core.kept_states import State
from storefront.users import invitations, right_names, role_names, roles, services, staffing
from storefront.users.approvals import Kind
from storefront.users.models import StaffInvitation, User

#: Begins the key of a role that is still to be made.
NEW_ROLE = "new:"


def role_key(group: Group) -> str:
    """What a request about a role is kept under; one that is still to be made by its name, which nobody else has."""
    return str(group.pk) if group.pk else f"{NEW_ROLE}{group.name}"


def read_role(key: str) -> State:
    """Name, rights, and rights on pages and collections; {} of one that is still to be made."""
    if key.startswith(NEW_ROLE):
        group = Group.objects.filter(name=key.removeprefix(NEW_ROLE)).first()
        return {} if group is None else role_state(group)
    return role_state(states.lock(Group(pk=int(key))))


def role_state(group: Group) -> State:
    rights = group.permissions.values_list("content_type__app_label", "codename")
    pages = GroupPagePermission.objects.filter(group=group).values_list("page_id", "permission_id")
    collections = GroupCollectionPermission.objects.filter(group=group).values_list("collection_id", "permission_id")
    return {
        "name": group.name,
        "rights": sorted(f"{app}.{codename}" for app, codename in rights),
        "pages": sorted(map(list, pages)),
        "collections": sorted(map(list, collections)),
    }


def role_words(key: str, state: State) -> dict[str, str]:
    """A line for each right: which came and which went is seen at once."""
    if not state:
        return {}
    places = [*_placed(Page, "title", state["pages"]), *_placed(Collection, "name", state["collections"])]
    rights = Permission.objects.filter(roles.condition(state["rights"])).select_related("content_type")
    names = [*sorted(map(right_names.full, rights)), *places]
    return {_("Name"): role_names.shown(state["name"])} | dict.fromkeys(names, _("yes"))


def _placed(model: Any, title: str, pairs: list[list[int]]) -> list[str]:
    """Rights on pages or collections; places may be named the same."""
    rights = Permission.objects.in_bulk({right for _place, right in pairs})
    titles = dict(model.objects.filter(pk__in={place for place, _right in pairs}).values_list("pk", title))
    return [
        f"{titles.get(place, '–')} ({place}): {right_names.short(rights[right])}"
        for place, right in pairs
        if right in rights
    ]


def _apply_role(key: str, change: State, asker: User, decider: User) -> None:
    """Only owners make, change and delete roles. Without a ``change`` it is deleted."""
    group = Group() if key.startswith(NEW_ROLE) else Group.objects.get(pk=int(key))
    for person in (asker, decider):
        if not staffing.is_owner(person):
            raise staffing.MoreThanOwn([change.get("name", group.name)])
    if not change:
        if staffing.is_owners_group(group):
            raise staffing.LastOwner
        group.delete()
        return
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


ROLE = Kind(right="auth.change_group", read=read_role, apply=_apply_role, words=role_words)
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
