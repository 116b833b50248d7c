"""Approve, decline or withdraw a change that needs a second person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice import history
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.approvals.pages import CRUMBS, RIGHTS, thing_of
from storefront.backoffice.pages import Crumb
from storefront.backoffice.rights import has_any
from storefront.backoffice.staff.refusals import explain_approval, explain_staff
from storefront.core import clock
from storefront.users import approval_words, approvals, invitations, staffing
from storefront.users.models import ApprovalRequest, ApprovalStatus


class ApprovalAct(ActView):
    permissions = RIGHTS
    needs_fresh_login = True
    header_icon = "tick-inverse"
    expected_errors = (
        *ActView.expected_errors, approvals.ApprovalError, staffing.StaffError, invitations.InvitationError,
        ValidationError,
    )  # fmt: skip
    object: ApprovalRequest

    def get_object(self) -> ApprovalRequest:
        asked: ApprovalRequest = get_object_or_404(
            ApprovalRequest.objects.select_related("asked_by"), pk=self.kwargs["pk"]
        )
        if not has_any(self.user, (approvals.kind(asked.kind).right,)):
            raise Http404
        self.crumbs = (*CRUMBS, Crumb("backoffice-approval", asked.label, (asked.pk,)))
        return asked

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, approvals.ApprovalError):
            return explain_approval(error)
        if isinstance(error, ValidationError):
            return Refused(" ".join(error.messages))
        return explain_staff(error) or super().explain(error)

    def customer(self) -> None:
        return None

    def get_page_subtitle(self) -> str:
        return self.object.label

    def get_success_url(self) -> str:
        return reverse("backoffice-approval", args=[self.object.pk])

    def check(self) -> None:
        """Raises what the service would."""
        if not self.object.is_open(clock.now()):
            raise approvals.Decided
        if self.object.asked_by_id == self.user.pk:
            raise approvals.OwnRequest

    def outcome(self, decided: ApprovalRequest, message: str) -> Outcome:
        before = {_("State"): ApprovalStatus.WAITING.label}
        return Outcome(message, before, {_("State"): decided.get_status_display()})


class Approve(ApprovalAct):
    action = "approvals.approve"
    page_title = gettext_lazy("Approve a change")
    is_serious = True

    def preview(self, form: Any) -> Iterator[str]:
        self.check()
        if approvals.holders(self.object.kind).count() < approvals.LEAST_HOLDERS:
            raise approvals.TooFewHolders
        yield _("This is changed at once:")
        yield from approval_words.lines(self.object)
        yield _("If it was changed meanwhile, nothing is done.")
        yield _("All owners are told by mail.")

    def perform(self, form: Any) -> Outcome:
        reason, thing = form.cleaned_data["reason"], thing_of(self.object)
        decided = approvals.approve(request=self.object, by=self.user, reason=reason)
        self.object = decided
        if decided.status == ApprovalStatus.OUTDATED:
            return self.outcome(decided, _("Nothing was changed: it had been changed meanwhile."))
        self._note_at_the_thing(decided, thing or thing_of(decided), reason)
        return self.outcome(decided, _("Approved: it is changed."))

    def _note_at_the_thing(self, decided: ApprovalRequest, thing: Any, reason: str) -> None:
        """The change stands in the history of what was changed, with what is needed to compare and roll back.
        ``thing``: as it was before, or what was made."""
        if thing is not None:
            state = {"before": decided.seen, "after": decided.change} if decided.kind == "seller" else None
            history.record(
                thing, "approvals.change", by=self.user, reason=decided.reason or reason, before=decided.before,
                after=decided.after, state=state, words=approval_words.by_language(decided),
            )  # fmt: skip

    def _done(self, outcome: Outcome, url: str) -> Any:
        answer = super()._done(outcome, url)
        if self.object.status == ApprovalStatus.OUTDATED:
            messages.warning(self.request, _("Ask for the change anew if it is still wanted."))
        return answer


class Decline(ApprovalAct):
    action = "approvals.decline"
    page_title = gettext_lazy("Decline a change")

    def preview(self, form: Any) -> Iterator[str]:
        self.check()
        yield _("Nothing is changed. Whoever asked for it, and all owners, are mailed your reason.")

    def perform(self, form: Any) -> Outcome:
        decided = approvals.decline(request=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return self.outcome(decided, _("Declined."))


class Withdraw(ApprovalAct):
    action = "approvals.withdraw"
    page_title = gettext_lazy("Withdraw a change")

    def check(self) -> None:
        if not self.object.is_open(clock.now()):
            raise approvals.Decided
        if self.object.asked_by_id != self.user.pk:
            raise approvals.OwnRequest

    def preview(self, form: Any) -> Iterator[str]:
        self.check()
        yield _("Nothing is changed. All owners are told by mail.")

    def perform(self, form: Any) -> Outcome:
        decided = approvals.withdraw(request=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return self.outcome(decided, _("Withdrawn."))
