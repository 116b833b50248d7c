"""The section of staff in Wagtail: its addresses, its menu item, every right of ours in the form of a role."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import pgettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.staff import acts, invitation_acts, lists, pages
from storefront.users import roles
from storefront.users.models import StaffInvitation

links.register_page(StaffInvitation, "backoffice-invitation", permissions=lists.INVITE)

ON_MEMBERS = {
    "roles": acts.ChangeRoles,
    "second-factor": acts.ResetSecondFactor,
    "away": acts.TakeAccessAway,
    "back": acts.LetInAgain,
}
ON_INVITATIONS = {"resend": invitation_acts.Resend, "withdraw": invitation_acts.Withdraw}


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("staff/", lists.StaffList.as_view(), name="backoffice-staff"),
        path("staff/results/", lists.StaffList.as_view(results_only=True), name="backoffice-staff-results"),
        path("staff/invite/", invitation_acts.Invite.as_view(), name="backoffice-invite"),
        path("staff/invitations/", lists.InvitationList.as_view(), name="backoffice-invitations"),
        path(
            "staff/invitations/results/",
            lists.InvitationList.as_view(results_only=True),
            name="backoffice-invitations-results",
        ),
        path("staff/invitations/<int:pk>/", pages.InvitationPage.as_view(), name="backoffice-invitation"),
        *(
            path(f"staff/invitations/<int:pk>/{name}/", view.as_view(), name=f"backoffice-invitation-{name}")
            for name, view in ON_INVITATIONS.items()
        ),
        path("staff/<int:pk>/", pages.MemberPage.as_view(), name="backoffice-staff-member"),
        *(
            path(f"staff/<int:pk>/{name}/", view.as_view(), name=f"backoffice-staff-{name}")
            for name, view in ON_MEMBERS.items()
        ),
    ]


@hooks.register("register_settings_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        pgettext_lazy("people", "Staff"), reverse_lazy("backoffice-staff"), permissions=lists.INVITE,
        icon_name="group", name="staff", order=599,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    for view in (invitation_acts.Invite, *ON_INVITATIONS.values(), *ON_MEMBERS.values()):
        history.register(actions, view.action, view.page_title)


@hooks.register("register_permissions")
def rights_of_roles() -> QuerySet[Permission]:
    """What roles are made of. Rights on roles themselves are not offered: only owners change roles."""
    named = {right for rights in roles.RIGHTS.values() for right in rights if not right.startswith("auth.")}
    return Permission.objects.filter(roles.condition(named))
