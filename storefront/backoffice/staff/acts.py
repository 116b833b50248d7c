"""Acts on members of staff: change roles, reset the second factor, take access away and give it back.

All need a fresh log-in, all owners are mailed about changes of access.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.staff.lists import INVITE, all_roles, roles_of
from storefront.backoffice.staff.pages import STAFF
from storefront.backoffice.staff.refusals import explain_approval, explain_staff
from storefront.users import approval_kinds, approvals, invitations, queries, role_names, staffing
from storefront.users.models import User


class RolesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Group) -> str:
        return role_names.shown(obj.name)

    def __init__(self) -> None:
        super().__init__(
            all_roles(), label=gettext_lazy("Roles"), widget=forms.CheckboxSelectMultiple,
            error_messages={"required": gettext_lazy("Choose at least one role.")},
        )  # fmt: skip


class StaffAct(ActView):
    permissions = INVITE
    needs_fresh_login = True
    header_icon = "user"
    expected_errors = (
        *ActView.expected_errors, staffing.StaffError, invitations.InvitationError, approvals.ApprovalError,
    )  # fmt: skip
    #: Set by ``perform`` where another person decides.
    is_asked = False

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, approvals.ApprovalError):
            return explain_approval(error)
        return explain_staff(error) or super().explain(error)

    def record(self, outcome: Outcome, form: Any) -> None:
        """What only waits for another person is logged by ``approvals.ask``."""
        if not self.is_asked:
            super().record(outcome, form)

    def second_person(self, kind: str) -> Iterator[str]:
        """For the preview: whether the act waits for another person. Raises ApprovalError."""
        if approvals.is_needed(kind):
            yield _("Nothing is changed until another person has approved it; they are mailed.")


class MemberAct(StaffAct):
    object: User

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.crumbs = (STAFF,)

    def get_object(self) -> User:
        member: User = get_object_or_404(queries.staff().prefetch_related("groups"), pk=self.kwargs["pk"])
        self.crumbs = (STAFF, Crumb("backoffice-staff-member", member.get_full_name() or member.email, (member.pk,)))
        return member

    def customer(self) -> None:
        return None

    def _hold(self, form: Any) -> None:
        """The owners come before the person, as everywhere (``staffing.hold_owners``)."""
        staffing.hold_owners()
        super()._hold(form)

    def get_success_url(self) -> str:
        return reverse("backoffice-staff-member", args=[self.object.pk])

    def name(self) -> str:
        return self.object.get_full_name() or self.object.email

    def ask(self, form: Any, groups: Iterable[Group], before: str) -> Outcome:
        """Put the roles before a second person."""
        approvals.ask(
            name="member",
            key=str(self.object.pk),
            label=self.object.email,
            seen=approval_kinds.member_state(self.object),
            change={"groups": sorted(group.pk for group in groups), "is_active": True},
            before={_("Roles"): before},
            after={_("Roles"): role_names.listed(groups)},
            by=self.user,
            reason=form.cleaned_data["reason"],
        )
        self.is_asked = True
        return Outcome(_("Another person must approve it; they are told."))


class ChangeRolesForm(ActForm):
    roles = RolesField()
    field_order = ["roles", "reason"]


class ChangeRoles(MemberAct):
    action = "staff.change_roles"
    page_title = gettext_lazy("Change the roles")
    form_class = ChangeRolesForm

    def get_initial(self) -> dict[str, Any]:
        return {"roles": list(self.object.groups.all())}

    def preview(self, form: Any) -> Iterator[str]:
        had, wanted = set(self.object.groups.all()), set(form.cleaned_data["roles"])
        if had == wanted:
            raise Refused(_("These are the roles of %(name)s already.") % {"name": self.name()}, "roles")
        staffing.check_may_change(self.user, self.object)
        staffing.check_may_give(self.user, had ^ wanted)
        for group in sorted(wanted - had, key=str):
            yield _("%(name)s gets the role %(role)s.") % {"name": self.name(), "role": role_names.shown(group.name)}
        for group in sorted(had - wanted, key=str):
            yield _("%(name)s loses the role %(role)s.") % {"name": self.name(), "role": role_names.shown(group.name)}
        yield from self.second_person("member")
        yield _("All owners are told by mail.")

    def perform(self, form: Any) -> Outcome:
        before = roles_of(self.object)
        groups = form.cleaned_data["roles"]
        if approvals.is_needed("member"):
            return self.ask(form, groups, before)
        had = list(self.object.groups.all())
        staffing.change_roles(member=self.object, groups=groups, by=self.user)
        after, line = role_names.listed(groups), role_names.change_lazy(self.object.email, had, list(groups))
        staffing.tell_owners(by=self.user, title=gettext_noop("Roles of somebody were changed"), lines=[line])
        return Outcome(_("The roles are changed."), {_("Roles"): before}, {_("Roles"): after})


class ResetSecondFactor(MemberAct):
    action = "staff.reset_second_factor"
    page_title = gettext_lazy("Reset the second factor")
    is_serious = True

    def preview(self, form: Any) -> Iterator[str]:
        staffing.check_may_change(self.user, self.object)
        yield _("App, passkeys and recovery codes of %(name)s work no more.") % {"name": self.name()}
        yield _("All sessions of %(name)s end. The next log-in asks for the password and for a new second factor.") % {
            "name": self.name()
        }
        yield _("%(name)s and all owners are told by mail.") % {"name": self.name()}

    def perform(self, form: Any) -> Outcome:
        staffing.reset_second_factor(member=self.object, by=self.user)
        title = gettext_noop("The second factor of somebody was reset")
        staffing.tell_owners(by=self.user, title=title, lines=[self.object.email])
        return Outcome(_("The second factor is reset."))


class TakeAccessAway(MemberAct):
    action = "staff.take_access_away"
    page_title = gettext_lazy("Take access away")
    is_serious = True

    def preview(self, form: Any) -> Iterator[str]:
        staffing.check_may_change(self.user, self.object)
        if not staffing.owners().exclude(pk=self.object.pk).exists():
            raise staffing.LastOwner
        yield _("%(name)s is logged out everywhere at once and cannot log in any more.") % {"name": self.name()}
        yield _("%(name)s loses: %(roles)s.") % {"name": self.name(), "roles": roles_of(self.object)}
        yield _("What %(name)s did stays in the history. All owners are told by mail.") % {"name": self.name()}

    def perform(self, form: Any) -> Outcome:
        before, had = roles_of(self.object), list(self.object.groups.all())
        staffing.take_access_away(member=self.object, by=self.user)
        title = gettext_noop("Access was taken away from somebody")
        staffing.tell_owners(by=self.user, title=title, lines=[role_names.of_lazy(self.object.email, had)])
        return Outcome(_("The access is taken away."), {_("Roles"): before}, {_("Roles"): ""})


class LetInAgain(MemberAct):
    action = "staff.let_in_again"
    page_title = gettext_lazy("Let in again")
    form_class = ChangeRolesForm

    def preview(self, form: Any) -> Iterator[str]:
        staffing.check_may_let_in(self.user, self.object)
        yield _("%(name)s logs in as before, with the password and the second factor of before.") % {
            "name": self.name()
        }
        for group in sorted(form.cleaned_data["roles"], key=str):
            yield _("%(name)s gets the role %(role)s.") % {"name": self.name(), "role": role_names.shown(group.name)}
        yield from self.second_person("member")
        yield _("All owners are told by mail.")

    def perform(self, form: Any) -> Outcome:
        groups = form.cleaned_data["roles"]
        if approvals.is_needed("member"):
            staffing.check_may_let_in(self.user, self.object)
            return self.ask(form, groups, "")
        staffing.let_in_again(member=self.object, groups=groups, by=self.user)
        after, line = role_names.listed(groups), role_names.of_lazy(self.object.email, list(groups))
        staffing.tell_owners(by=self.user, title=gettext_noop("Somebody was let in again"), lines=[line])
        return Outcome(_("The access is given back."), {_("Roles"): ""}, {_("Roles"): after})
