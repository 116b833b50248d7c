"""Groups of staff, what they may do in Wagtail, and who approves whose pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

MARKETERS = "Marketers"
#: The workflow in which marketers approve each other's pages.
APPROVAL = "Approval by marketers"
#: The workflow that Wagtail's own migration makes, for a group the shop does not use.
WAGTAILS_APPROVAL = "Moderators approval"

EVERYTHING = "add change delete view publish"
#: Rights of marketers: app -> model -> verbs, as far as the model has them. What was sold or published refuses to be
#: deleted by itself (see ``cms.shop.delete_guards``).
RIGHTS: dict[str, dict[str, str]] = {
    "plans": {
        "softwareproduct": EVERYTHING,
        "plan": EVERYTHING,
        "period": EVERYTHING,
        "discount": EVERYTHING,
        "agreement": "add change view publish",
    },
    # The one seller exists from the beginning; its details are texts of the shop.
    "billing": {"seller": "change view"},
    "voucher": {"voucher": "add change view"},
    "site_texts": {
        "menu": EVERYTHING,
        "footer": EVERYTHING,
        "notice": EVERYTHING,
        "notfoundtext": EVERYTHING,
    },
    "wagtailredirects": {"redirect": EVERYTHING},
}
ENTER = ("wagtailadmin", "access_admin")
MORE_RIGHTS = (ENTER, ("numbers", "view_numbers"), ("wagtail_localize", "submit_translation"))
ON_PAGES = ("add_page", "change_page", "publish_page")
IN_COLLECTIONS = r"^(add|change|choose)_(image|document)$"


def ensure_marketers() -> Group:
    """The group that writes pages and products: pages, pictures, documents, products, prices, agreements, the site's
    texts, translations; no users, orders or customers. Adds missing rights; rights given by hand stay."""
    group = _ensure(MARKETERS, MORE_RIGHTS, RIGHTS)
    root = Page.objects.get(depth=1)
    for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=ON_PAGES):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=permission)
    collection = Collection.objects.get(depth=1)
    for permission in Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__regex=IN_COLLECTIONS
    ):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)
    return group


def ensure_approval(group: Group) -> Workflow:
    """The workflow of all pages, approved by ``group``. A workflow that the shop chose itself is left alone."""
    root = Page.objects.get(depth=1)
    chosen = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if chosen is not None and chosen.workflow.name != WAGTAILS_APPROVAL:
        return chosen.workflow
    workflow, _ = Workflow.objects.get_or_create(name=APPROVAL)
    task = GroupApprovalTask.objects.filter(name=APPROVAL).first() or GroupApprovalTask.objects.create(name=APPROVAL)
    task.groups.add(group)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    return workflow


def _ensure(name: str, single: Iterable[tuple[str, str]], rights: Mapping[str, Mapping[str, str]]) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.add(*Permission.objects.filter(_query(single, rights)))
    return group


def _query(single: Iterable[tuple[str, str]], rights: Mapping[str, Mapping[str, str]]) -> Q:
    query = Q(pk=None)
    for app, codename in single:
        query |= Q(content_type__app_label=app, codename=codename)
    for app, models in rights.items():
        for model, verbs in models.items():
            pattern = rf"^({verbs.replace(' ', '|')})_{model}$"
            query |= Q(content_type__app_label=app, codename__regex=pattern)
    return query
