"""The step of a workflow that asks for another person's approval."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState

from storefront.users.models import User


class ApprovalByAnother(AbstractGroupApprovalTask):  # type: ignore[misc]
    """Approved by somebody of the groups who has neither asked for it nor written what is to be approved.

    https://docs.wagtail.org/en/stable/extending/custom_tasks.html
    """

    def get_actions(self, obj: Any, user: User) -> list[tuple[str, Any, bool]]:
        actions: list[tuple[str, Any, bool]] = super().get_actions(obj, user)
        state = obj.current_workflow_task_state
        if state is not None and is_own(state, user):
            return [action for action in actions if action[0] != "approve"]
        return actions

    def on_action(self, task_state: TaskState, user: User, action_name: str, **kwargs: Any) -> Any:
        """Raises PermissionDenied where an author approves."""
        if action_name == "approve" and is_own(task_state, user):
            raise PermissionDenied
        return super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> Any:
        return _("Members of the chosen groups approve what others have written")

    class Meta:
        verbose_name = _("approval by another person")
        verbose_name_plural = _("approvals by another person")


def is_own(state: TaskState, user: User) -> bool:
    """Whether the user asked for the approval, or wrote a revision since the workflow began."""
    workflow = state.workflow_state
    if user.pk in (workflow.requested_by_id, state.revision.user_id):
        return True
    written = state.revision.content_object.revisions.filter(created_at__gte=workflow.created_at)
    return bool(written.filter(user=user).exists())
