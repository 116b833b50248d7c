"""A role is made or deleted: all owners are told; where the rule is on, a second person decides."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_noop
from wagtail.admin import messages
from wagtail.users.views.groups import CreateView, DeleteView

from cms.edit_conflicts.second_person import NOT_YET, TOO_FEW, WAITS_ALREADY
from cms.groups import FreshLogin, RoleName
from storefront.core.kept_states import State
from storefront.users import approval_kinds, approvals, right_names, role_names, staffing
from storefront.users.models import User


class AsksForRole:
    """Mixin of views that make or delete a role. ``is_needed`` is told before anything is done."""

    request: Any
    is_approval_needed = False

    def is_refused(self) -> bool:
        """Whether the rule cannot be kept; says so."""
        try:
            self.is_approval_needed = approvals.is_needed("role")
        except approvals.TooFewHolders:
            messages.error(self.request, str(TOO_FEW))
            return True
        return False

    def ask(self, key: str, label: str, *, seen: State, change: State) -> None:
        """Put it before a second person."""
        before, after = (approval_kinds.role_words(key, state) for state in (seen, change))
        try:
            approvals.ask(
                name="role", key=key, label=label, seen=seen, change=change, before=before, after=after,
                by=cast(User, self.request.user),
            )  # fmt: skip
        except approvals.AlreadyAsked:
            messages.error(self.request, str(WAITS_ALREADY))
        else:
            messages.success(self.request, str(NOT_YET))


class GroupCreateView(FreshLogin, AsksForRole, CreateView):  # type: ignore[misc]
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """It is made as always, so that what it would be is known; then that is undone, and asked for."""
        if self.is_refused():
            return redirect(self.get_success_url())
        made: State | None = None
        with transaction.atomic():
            answer: HttpResponseBase = super().post(request, *args, **kwargs)
            if answer.status_code == 302 and self.is_approval_needed:
                made = approval_kinds.role_state(self.object)
                transaction.set_rollback(True)
            elif answer.status_code == 302:
                self._tell_owners()
        if made is not None:
            new = Group(name=made["name"])
            self.ask(approval_kinds.role_key(new), new.name, seen={}, change=made)
        return answer

    def get_success_message(self, instance: Any) -> str | None:
        """Where a second person is needed, ``ask`` says what came of it."""
        return None if self.is_approval_needed else super().get_success_message(instance)

    def _tell_owners(self) -> None:
        rights = self.object.permissions.select_related("content_type").order_by("content_type", "codename")
        lines = [role_names.shown_lazy(self.object.name), *map(right_names.full_lazy, rights)]
        staffing.tell_owners(by=cast(User, self.request.user), title=gettext_noop("A role was added"), lines=lines)


class GroupDeleteView(FreshLogin, RoleName, AsksForRole, DeleteView):  # type: ignore[misc]
    """The owners' group stays; of another owners are told who had the role."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if staffing.is_owners_group(self.object):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponseBase:
        if self.is_refused():
            return redirect(self.get_success_url())
        if not self.is_approval_needed:
            answer: HttpResponseBase = super().form_valid(form)
            return answer
        key = approval_kinds.role_key(self.object)
        with transaction.atomic():
            self.ask(key, self.object.name, seen=approval_kinds.read_role(key), change={})
        return redirect(self.get_success_url())

    @transaction.atomic
    def delete_action(self) -> None:
        holders = self.object.user_set.order_by("email").values_list("email", flat=True)
        lines = [role_names.shown_lazy(self.object.name), *holders]
        super().delete_action()
        staffing.tell_owners(by=cast(User, self.request.user), title=gettext_noop("A role was deleted"), lines=lines)
