"""The page of a member of staff, and of an invitation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from storefront.backoffice import history
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.backoffice.staff.lists import INVITE, roles_of, state_of
from storefront.core import clock
from storefront.core.instants import instant
from storefront.users import queries
from storefront.users.models import StaffInvitation

STAFF = Crumb("backoffice-staff", pgettext_lazy("people", "Staff"))
INVITATIONS = Crumb("backoffice-invitations", gettext_lazy("Invitations"))


class MemberPage(DetailPage):
    """Who they are, what they may do, and what was done to their access."""

    template_name = "backoffice/staff/page.html"
    permissions = INVITE
    header_icon = "user"
    crumbs = (STAFF,)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.member = get_object_or_404(queries.staff().prefetch_related("groups"), pk=self.kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.member.get_full_name() or self.member.email

    def facts(self) -> Iterable[Fact]:
        member = self.member
        yield Fact(_("E-mail"), member.email)
        yield Fact(_("Access"), _("yes") if member.is_active else _("taken away"))
        yield Fact(_("Roles"), _("everything (superuser)") if member.is_superuser else roles_of(member))
        yield Fact(_("Second factor"), _("set up") if is_mfa_enabled(member) else _("not set up yet"))
        yield Fact(_("Last log-in"), instant(member.last_login, "short") if member.last_login else "–")

    def acts(self) -> Iterable[ActLink]:
        if not self.member.is_active:
            back = reverse("backoffice-staff-back", args=[self.member.pk])
            yield ActLink(_("Let in again"), back, INVITE[0], "lock-open")
            return
        for name, label, icon, is_serious in (
            ("roles", _("Change the roles"), "group", False),
            ("second-factor", _("Reset the second factor"), "key", False),
            ("away", _("Take access away"), "lock", True),
        ):
            url = reverse(f"backoffice-staff-{name}", args=[self.member.pk])
            yield ActLink(label, url, INVITE[0], icon, is_serious)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"entries": history.of(self.member)[:100]}


class InvitationPage(DetailPage):
    template_name = "backoffice/staff/page.html"
    permissions = INVITE
    header_icon = "mail"
    crumbs = (STAFF, INVITATIONS)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = StaffInvitation.objects.select_related("invited_by", "user").prefetch_related("groups")
        self.invitation = get_object_or_404(found, pk=self.kwargs["pk"])
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.invitation.email

    def facts(self) -> Iterable[Fact]:
        invitation = self.invitation
        yield Fact(_("Name"), invitation.name)
        yield Fact(_("Roles"), roles_of(invitation))
        yield Fact(_("State"), state_of(invitation))
        yield Fact(_("Invited by"), invitation.invited_by or "–")
        yield Fact(_("Invited"), instant(invitation.created_at, "short"))
        yield Fact(_("Good until"), instant(invitation.expires_at, "short"))

    def acts(self) -> Iterable[ActLink]:
        invitation = self.invitation
        if invitation.accepted_at or invitation.withdrawn_at:
            return
        again = _("Send again") if invitation.is_open(clock.now()) else _("Send a new link")
        yield ActLink(again, reverse("backoffice-invitation-resend", args=[invitation.pk]), INVITE[0], "mail")
        withdraw = reverse("backoffice-invitation-withdraw", args=[invitation.pk])
        yield ActLink(_("Withdraw"), withdraw, INVITE[0], "cross", is_serious=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"entries": history.of(self.invitation)[:100]}
