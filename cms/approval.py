"""Four eyes: what one marketer writes, another may be asked to approve."""

from __future__ import annotations

from django.contrib.auth.models import Group
from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

#: Made by Wagtail's own migration for a group that a shop has no use for.
WAGTAILS_OWN = "Moderators approval"
NAME = "Approval by marketers"


def ensure_approval(group: Group) -> Workflow:
    """The workflow of all pages: ``group`` approves. A workflow that the shop has chosen itself is left alone."""
    root = Page.objects.get(depth=1)
    chosen = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if chosen is not None and chosen.workflow.name != WAGTAILS_OWN:
        return chosen.workflow
    workflow, _ = Workflow.objects.get_or_create(name=NAME)
    task = GroupApprovalTask.objects.filter(name=NAME).first() or GroupApprovalTask.objects.create(name=NAME)
    task.groups.add(group)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    return workflow
