"""The lists of staff and of invitations."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from storefront.backoffice.columns import BadgeColumn, DayColumn
from storefront.backoffice.pages import ListPage
from storefront.core import clock
from storefront.users import queries, role_names
from storefront.users.models import StaffInvitation, User
from storefront.users.roles import ENTER, condition

INVITE = ("users.invite_staff",)


def roles_of(thing: Any) -> str:
    """Names of the roles of a member or an invitation."""
    return role_names.listed(thing.groups.all())


def state_of(invitation: StaffInvitation) -> Any:
    if invitation.accepted_at:
        return _("accepted")
    if invitation.withdrawn_at:
        return _("withdrawn")
    return _("waits for an answer") if invitation.is_open(clock.now()) else _("too old")


class StaffList(ListPage):
    """Everybody who may enter the back office or once might."""

    model = User
    permissions = INVITE
    page_title = pgettext_lazy("people", "Staff")
    header_icon = "group"
    index_url_name = "backoffice-staff"
    index_results_url_name = "backoffice-staff-results"
    default_ordering = "name"
    search_fields = ["name", "email"]
    verbose_name = _("member of staff")
    verbose_name_plural = _("staff")
    columns = [
        TitleColumn(
            "name", label=_("Name"), sort_key="name", accessor=lambda member: member.get_full_name() or member.email,
            get_url=lambda member: reverse("backoffice-staff-member", args=[member.pk]),
        ),
        Column("email", label=_("E-mail"), sort_key="email"),
        Column("roles", label=_("Roles"), accessor=roles_of),
        BadgeColumn(
            "is_active", label=_("Access"),
            accessor=lambda member: _("yes") if member.is_active else _("taken away"),
            tone=lambda member: "good" if member.is_active else "off",
        ),
        DayColumn("last_login", label=_("Last log-in"), sort_key="last_login"),
    ]  # fmt: skip
    list_export = ["name", "email", "roles", "is_active", "last_login"]
    export_headings = {
        "name": _("Name"),
        "email": _("E-mail"),
        "roles": _("Roles"),
        "is_active": _("Access"),
        "last_login": _("Last log-in"),
    }
    export_filename = "staff"

    def get_base_queryset(self) -> QuerySet[User]:
        return queries.staff().prefetch_related("groups")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(_("Invite somebody"), url=reverse("backoffice-invite"), icon_name="plus"),
            HeaderButton(_("Invitations"), url=reverse("backoffice-invitations"), icon_name="mail"),
        ]

    def to_row_dict(self, item: User) -> dict[str, Any]:
        item.roles = roles_of(item)  # type: ignore[attr-defined]
        row: dict[str, Any] = super().to_row_dict(item)
        return row


class InvitationList(ListPage):
    model = StaffInvitation
    permissions = INVITE
    page_title = _("Invitations")
    empty_text = _("Nobody is invited. Invitations stay here until they are accepted, withdrawn or over.")
    header_icon = "mail"
    index_url_name = "backoffice-invitations"
    index_results_url_name = "backoffice-invitations-results"
    default_ordering = "-created_at"
    search_fields = ["name", "email"]
    columns = [
        TitleColumn(
            "email", label=_("E-mail"), sort_key="email",
            get_url=lambda invitation: reverse("backoffice-invitation", args=[invitation.pk]),
        ),
        Column("name", label=_("Name"), sort_key="name"),
        Column("roles", label=_("Roles"), accessor=roles_of),
        BadgeColumn(
            "state", label=_("State"), accessor=state_of,
            tone=lambda invitation: "waiting" if invitation.is_open(clock.now()) else "off",
        ),
        Column("invited_by", label=_("Invited by")),
        DayColumn("created_at", label=_("Invited"), sort_key="created_at"),
        DayColumn("expires_at", label=_("Good until"), sort_key="expires_at"),
    ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[StaffInvitation]:
        return StaffInvitation.objects.select_related("invited_by").prefetch_related("groups")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(_("Invite somebody"), url=reverse("backoffice-invite"), icon_name="plus")]


def all_roles() -> QuerySet[Group]:
    """The groups that open the back office; those of other software are no roles."""
    enter = Permission.objects.filter(condition([ENTER]))
    return Group.objects.filter(permissions__in=enter).order_by("name")
