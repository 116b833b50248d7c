"""What staff may become: owners, roles, and the end of access. Nobody gives more than they have."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from storefront.core import clock, references
from storefront.notifications import mails
from storefront.users import queries
from storefront.users.models import Role, StaffInvitation, User
from storefront.users.roles import OWNER


class StaffError(Exception):
    """The act on a member of staff is not possible."""


class MoreThanOwn(StaffError):
    """It would give or take rights that the one who does it has not. ``names``: the roles it is about."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        super().__init__(", ".join(self.names))


class LastOwner(StaffError):
    """Nobody would be left who can do everything."""


class HasAccess(StaffError):
    """The access of this member of staff was not taken away."""


class NotStaff(StaffError):
    """The account is none of staff, or its access was taken away already."""


def owners() -> QuerySet[User]:
    """Those who may do everything, active. By two subqueries that indexes answer: one with OR reads all accounts."""
    members = User.groups.through.objects.filter(group__role__name=OWNER).values("user_id")
    superusers = User.objects.filter(is_superuser=True).values("pk")
    return User.objects.filter(is_active=True, pk__in=members.union(superusers))


def is_owner(user: User) -> bool:
    return owners().filter(pk=user.pk).exists()


def check_may_give(by: User, groups: Iterable[Group]) -> None:
    """Owners may give and take every role, others those whose rights they all have, on pages and collections as well.
    Raises MoreThanOwn."""
    if is_owner(by):
        return
    own = by.get_all_permissions()
    if by.is_active:
        own = own.union(*(_on_places(group) for group in by.groups.all()))
    beyond = [group.name for group in groups if is_owners_group(group) or not _rights(group) <= own]
    if beyond:
        raise MoreThanOwn(beyond)


def check_may_change(by: User, member: User) -> None:
    """Owners are changed by owners alone; others by who has all their roles' rights. Raises MoreThanOwn."""
    if is_owner(member) and not is_owner(by):
        raise MoreThanOwn([OWNER])
    check_may_give(by, member.groups.all())


def is_owners_group(group: Group) -> bool:
    return group.pk is not None and Role.objects.filter(name=OWNER, group=group).exists()


@transaction.atomic
def change_roles(*, member: User, groups: Iterable[Group], by: User) -> None:
    """Give a member of staff exactly these roles. Raises NotStaff, MoreThanOwn, LastOwner."""
    groups = list(groups)
    hold_owners()
    member = _member(member)
    had = set(member.groups.all())
    check_may_change(by, member)
    check_may_give(by, set(groups) ^ had)
    member.groups.set(groups)
    _keep_an_owner()


@transaction.atomic
def take_access_away(*, member: User, by: User) -> None:
    """Close the account of somebody who leaves: roles and own rights go, all sessions end at once, and the invitations
    they sent are withdrawn.

    Raises NotStaff, MoreThanOwn, LastOwner.
    """
    hold_owners()
    member = _member(member)
    check_may_change(by, member)
    member.groups.clear()
    member.user_permissions.clear()
    member.is_active = member.is_superuser = False
    member.save(update_fields=["is_active", "is_superuser"])
    end_sessions(member)
    sent = StaffInvitation.objects.filter(invited_by=member, accepted_at=None, withdrawn_at=None)
    sent.update(withdrawn_at=clock.now())
    _keep_an_owner()


def check_may_let_in(by: User, member: User) -> None:
    """Owners let somebody in again who was sent away. Raises MoreThanOwn, NotStaff, HasAccess."""
    if not is_owner(by):
        raise MoreThanOwn([OWNER])
    if not queries.is_staff(member):
        raise NotStaff
    if member.is_active:
        raise HasAccess


@transaction.atomic
def let_in_again(*, member: User, groups: Iterable[Group], by: User) -> None:
    """Open the account of somebody whose access was taken away, with these roles. Raises as ``check_may_let_in``."""
    member = User.objects.select_for_update().get(pk=member.pk)
    check_may_let_in(by, member)
    member.is_active = True
    member.save(update_fields=["is_active"])
    member.groups.set(groups)


@transaction.atomic
def reset_second_factor(*, member: User, by: User) -> None:
    """Forget the second factor of somebody who has lost it: they log in anew and set one up. They are told by mail.

    Raises NotStaff, MoreThanOwn: of an owner only by another owner.
    """
    member = _member(member)
    check_may_change(by, member)
    Authenticator.objects.filter(user=member).delete()
    end_sessions(member)
    with translation.override(member.language):
        notice = mails.AccountNotice(
            title=gettext("Your second factor was reset"),
            paragraphs=[
                gettext("%(who)s has reset the second factor of your log-in. Set up a new one when you next log in.")
                % {"who": by.get_full_name() or by.email},
                gettext("If you did not ask for this, tell an owner of the shop at once."),
            ],
        )
    mails.enqueue(notice, to=member.email, language=member.language, key=f"factor:{references.public_id()}")


def end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()


def tell_owners(*, by: User | None, title: str, lines: Iterable[str | Promise]) -> None:
    """Mail all owners that something serious was changed: each in their language. ``by``: None for a command;
    ``title``: an untranslated message of ours; ``lines``: what was changed, as people read it (lazy ones in the
    reader's language)."""
    lines = list(lines)
    for owner in owners():
        with translation.override(owner.language):
            notice = mails.AccountNotice(
                title=gettext(title),
                paragraphs=[
                    gettext("Done by %(who)s.") % {"who": by.get_full_name() or by.email}
                    if by
                    else gettext("Done by a command."),
                    *map(str, lines),
                    gettext("You get this mail because you are an owner of the shop. The history shows more."),
                ],
            )
        mails.enqueue(notice, to=owner.email, language=owner.language, key=f"owners:{references.public_id()}")


def _member(user: User) -> User:
    member = User.objects.select_for_update().get(pk=user.pk)
    if not (member.is_active and queries.is_staff(member)):
        raise NotStaff
    return member


def hold_owners() -> None:
    """Two owners who send each other away at the same moment come one after the other."""
    list(Role.objects.select_for_update().filter(name=OWNER))


def _keep_an_owner() -> None:
    if not owners().exists():
        raise LastOwner


def _rights(group: Group) -> set[str]:
    found = Permission.objects.filter(group=group).values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found} | _on_places(group)


def _on_places(group: Group) -> set[str]:
    """Wagtail's rights on pages and collections, each with its place: one of a page above does not count."""
    pages = GroupPagePermission.objects.filter(group=group).values_list("page_id", "permission_id")
    collections = GroupCollectionPermission.objects.filter(group=group).values_list("collection_id", "permission_id")
    return {f"page {place}: {right}" for place, right in pages} | {
        f"collection {place}: {right}" for place, right in collections
    }
