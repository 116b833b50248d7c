"""Groups of staff, what they may do in Wagtail, and who approves whose pages."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction
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

from cms.models import ApprovalByAnother
from storefront.users import roles

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
    # Where the money goes is for owners and accounting.
    "billing": {"seller": "view", "refundreason": EVERYTHING},
    "voucher": {"voucher": "add change view"},
    "site_texts": {
        "menu": EVERYTHING,
        "footer": EVERYTHING,
        "notice": EVERYTHING,
        "notfoundtext": EVERYTHING,
    },
    # Where tickets go is for owners: whoever says so reads them.
    "support": {"cannedanswer": EVERYTHING},
    "wagtailredirects": {"redirect": EVERYTHING},
    "wagtail_localize": {"translation": "submit"},
}
MORE_RIGHTS = (roles.ENTER, *roles.VIEW_NUMBERS)
ON_PAGES = ("add_page", "change_page", "publish_page")
IN_COLLECTIONS = r"^(add|change|choose)_(image|document)$"
#: What owners may do besides: they run the whole shop, and nobody needs to be superuser.
OWNERS_RIGHTS: dict[str, dict[str, str]] = {
    "wagtailcore": {"collection": EVERYTHING, "workflow": EVERYTHING, "task": EVERYTHING, "site": "change view"},
}
OWNERS_ON_PAGES = (*ON_PAGES, "bulk_delete_page", "lock_page", "unlock_page")
OWNERS_IN_COLLECTIONS = r"^(add|change|choose|delete)_(image|document)$"


def ensure_role(name: str) -> Group:
    """The group of any role, given what it never had."""
    if name == MARKETERS:
        return ensure_marketers()
    return ensure_owners() if name == roles.OWNER else roles.ensure_role(name)


@transaction.atomic
def ensure_marketers() -> Group:
    """The group that writes pages and products: pages, pictures, documents, products, prices, agreements, the site's
    texts, translations; no users, orders or customers. Rights given or taken by hand stay so."""
    group = roles.ensure_role(MARKETERS, [*MORE_RIGHTS, *_named(RIGHTS)])
    _give_on_pages(MARKETERS, ON_PAGES)
    _give_in_collections(MARKETERS, IN_COLLECTIONS)
    return group


@transaction.atomic
def ensure_owners() -> Group:
    """The group that may do everything: what every other role may, roles and workflows."""
    everything = [*roles.RIGHTS[roles.OWNER], *MORE_RIGHTS, *_named(RIGHTS), *_named(OWNERS_RIGHTS)]
    group = roles.ensure_role(roles.OWNER, everything)
    _give_on_pages(roles.OWNER, OWNERS_ON_PAGES)
    _give_in_collections(roles.OWNER, OWNERS_IN_COLLECTIONS)
    return group


def ensure_approval(group: Group) -> Workflow:
    """The workflow of all pages, approved by ``group``. A workflow that the shop chose itself is left alone."""
    root = Page.objects.get(depth=1)
    chosen = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    # In the workflow of an earlier release authors approved their own pages.
    earlier = WorkflowTask.objects.filter(
        workflow__name=APPROVAL, task__in=GroupApprovalTask.objects.filter(name=APPROVAL).values("task_ptr")
    )
    if chosen is not None and chosen.workflow.name != WAGTAILS_APPROVAL and not earlier.exists():
        return chosen.workflow
    workflow, _ = Workflow.objects.get_or_create(name=APPROVAL)
    task = ApprovalByAnother.objects.filter(name=APPROVAL).first() or ApprovalByAnother.objects.create(name=APPROVAL)
    task.groups.add(group)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task.task_ptr, defaults={"sort_order": 0})
    earlier.delete()
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    return workflow


def _named(rights: Mapping[str, Mapping[str, str]]) -> list[str]:
    """``app.codename`` of those rights that the models have."""
    query = Q(pk=None)
    for app, models in rights.items():
        for model, verbs in models.items():
            pattern = rf"^({verbs.replace(' ', '|')})_{model}$"
            query |= Q(content_type__app_label=app, codename__regex=pattern)
    found = Permission.objects.filter(query).values_list("content_type__app_label", "codename")
    return [f"{app}.{codename}" for app, codename in found]


def _give_on_pages(name: str, codenames: tuple[str, ...]) -> None:
    """Rights on all pages; noted as ``pages.<codename>``, so that what is taken by hand does not come back."""
    role, root = roles.ensure(name), Page.objects.get(depth=1)
    new = [right.partition(".")[2] for right in roles.newly_given(role, [f"pages.{each}" for each in codenames])]
    for permission in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=new):
        GroupPagePermission.objects.get_or_create(group=role.group, page=root, permission=permission)


def _give_in_collections(name: str, pattern: str) -> None:
    """Rights on pictures and documents in all collections; noted as ``collections.<codename>``."""
    role, root = roles.ensure(name), Collection.objects.get(depth=1)
    kinds = Permission.objects.filter(
        content_type__app_label__in=("wagtailimages", "wagtaildocs"), codename__regex=pattern
    )
    by_name = {f"collections.{permission.codename}": permission for permission in kinds}
    for right in roles.newly_given(role, by_name):
        GroupCollectionPermission.objects.get_or_create(group=role.group, collection=root, permission=by_name[right])
