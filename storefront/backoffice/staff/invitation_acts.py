"""Invite somebody, send an invitation again, withdraw it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import Outcome
from storefront.backoffice.pages import Crumb
from storefront.backoffice.staff.acts import RolesField, StaffAct
from storefront.backoffice.staff.pages import INVITATIONS, STAFF
from storefront.core.form_fields import EmailField, OneLineField
from storefront.users import approvals, invitations, queries, role_names, services, staffing
from storefront.users.models import StaffInvitation


class InviteForm(ActForm):
    email = EmailField(label=gettext_lazy("E-mail"))
    name = OneLineField(label=gettext_lazy("Name"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language of mails and pages"), choices=lambda: settings.LANGUAGES)
    roles = RolesField()
    field_order = ["email", "name", "language", "roles", "reason"]


class Invite(StaffAct):
    """The object is the invitation, once it is made; before, whoever invites."""

    action = "staff.invite"
    page_title = gettext_lazy("Invite somebody")
    form_class = InviteForm
    crumbs = (STAFF, INVITATIONS)

    def get_object(self) -> Any:
        return self.user

    def preview(self, form: Any) -> Iterator[str]:
        data = form.cleaned_data
        staffing.check_may_give(self.user, data["roles"])
        account = invitations.account_with(data["email"])
        if account is not None:
            raise invitations.HasAccount(is_staff=queries.is_staff(account))
        yield _("%(email)s gets a mail with a link that works once, for 7 days.") % {"email": data["email"]}
        yield _("Who follows it chooses a password, sets up a second factor, and has these roles: %(roles)s.") % {
            "roles": role_names.listed(data["roles"])
        }
        yield from self.second_person("invitation")
        yield _("All owners are told by mail.")

    def perform(self, form: Any) -> Outcome:
        data = form.cleaned_data
        if approvals.is_needed("invitation"):
            return self._ask(data)
        self.object = invitations.invite(
            email=data["email"], name=data["name"], language=data["language"], groups=data["roles"], by=self.user
        )
        names = role_names.listed(data["roles"])
        title = gettext_noop("Somebody was invited to the staff")
        staffing.tell_owners(by=self.user, title=title, lines=[role_names.of_lazy(data["email"], list(data["roles"]))])
        return Outcome(_("The invitation is on its way."), {}, {_("E-mail"): data["email"], _("Roles"): names})

    def _ask(self, data: Any) -> Outcome:
        """Put the invitation before a second person."""
        email = services.normalise_email(data["email"])
        approvals.ask(
            name="invitation",
            key=email,
            label=email,
            seen={"is_invited": False, "has_account": False},
            change={
                "name": data["name"],
                "language": data["language"],
                "groups": sorted(group.pk for group in data["roles"]),
            },
            before={},
            after={
                _("E-mail"): email,
                _("Name"): data["name"],
                _("Roles"): role_names.listed(data["roles"]),
            },
            by=self.user,
            reason=data["reason"],
        )
        self.is_asked = True
        return Outcome(_("Another person must approve it; they are told."))

    def customer(self) -> None:
        return None

    def get_success_url(self) -> str:
        return reverse("backoffice-invitations")


class InvitationAct(StaffAct):
    object: StaffInvitation

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        invitation = Crumb("backoffice-invitation", self.object.email, (self.object.pk,))
        return (STAFF, INVITATIONS, invitation)

    def get_object(self) -> StaffInvitation:
        return get_object_or_404(StaffInvitation, pk=self.kwargs["pk"])

    def customer(self) -> None:
        return None

    def get_success_url(self) -> str:
        return reverse("backoffice-invitation", args=[self.object.pk])


class Resend(InvitationAct):
    action = "staff.resend_invitation"
    page_title = gettext_lazy("Send the invitation again")

    def preview(self, form: Any) -> Iterator[str]:
        if self.object.accepted_at or self.object.withdrawn_at:
            raise invitations.InvitationOver
        yield _("%(email)s gets a new link, good for 7 days. Earlier links work no more.") % {
            "email": self.object.email
        }

    def perform(self, form: Any) -> Outcome:
        invitations.resend(invitation=self.object, by=self.user)
        return Outcome(_("The invitation is on its way."))


class Withdraw(InvitationAct):
    action = "staff.withdraw_invitation"
    page_title = gettext_lazy("Withdraw the invitation")
    is_serious = True

    def preview(self, form: Any) -> Iterator[str]:
        if self.object.accepted_at or self.object.withdrawn_at:
            raise invitations.InvitationOver
        yield _("The link that was mailed to %(email)s works no more. Nobody is told.") % {"email": self.object.email}

    def perform(self, form: Any) -> Outcome:
        invitations.withdraw(invitation=self.object)
        return Outcome(_("The invitation is withdrawn."))
