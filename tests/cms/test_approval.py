"""A page that waits for another person's approval is not approved by its author."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupApprovalTask, Page, WorkflowTask

from cms.permissions import APPROVAL, ensure_approval, ensure_marketers
from storefront.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def products(wagtail_site: Any) -> Page:
    ensure_approval(ensure_marketers())
    return Page.objects.get(slug="products").specific


def marketer(name: str) -> tuple[User, Client]:
    user = User.objects.create_user(email=f"{name}@example.com", password="correct horse battery", name=name)
    user.groups.add(ensure_marketers())
    client = Client()
    client.force_login(user)
    return user, client


def ask(products: Page, author: User) -> Any:
    products.draft_title = products.title = "New words"
    products.save_revision(user=author)
    return products.get_workflow().start(products, author)


def approve(client: Client, products: Page) -> Any:
    state = products.current_workflow_task_state
    path = reverse("wagtailadmin_pages:workflow_action", args=[products.pk, "approve", state.pk])
    return client.post(path, {"next": "/admin/"})


def test_another_marketer_approves(products: Page) -> None:
    (author, _own), (_other, others) = marketer("ann"), marketer("ben")
    ask(products, author)
    assert "Approve" in others.get(reverse("wagtailadmin_pages:edit", args=[products.pk])).content.decode()
    assert approve(others, products).status_code == 302
    products.refresh_from_db()
    assert products.title == "New words"


def test_the_author_does_not(products: Page) -> None:
    author, own = marketer("ann")
    state = ask(products, author)
    assert (
        'data-workflow-action-name="approve"'
        not in own.get(reverse("wagtailadmin_pages:edit", args=[products.pk])).content.decode()
    )
    assert approve(own, products).status_code == 403
    state.refresh_from_db()
    assert state.status == "in_progress"
    assert Page.objects.get(pk=products.pk).title == "Products"


def test_who_has_written_along_does_not_either(products: Page) -> None:
    (author, _own), (second, seconds) = marketer("ann"), marketer("ben")
    ask(products, author)
    products.draft_title = products.title = "Newer words"
    products.save_revision(user=second)
    products.save_revision(user=author)
    assert approve(seconds, products).status_code == 403


def test_the_step_of_an_earlier_release_is_replaced(products: Page) -> None:
    workflow = products.get_workflow()
    old = GroupApprovalTask.objects.create(name=APPROVAL)
    WorkflowTask.objects.create(workflow=workflow, task=old.task_ptr)
    ensure_approval(ensure_marketers())
    assert [type(task.specific).__name__ for task in workflow.tasks] == ["ApprovalByAnother"]
