"""A second person for what forms of the editor change: every part of a role's form counts, and nothing that is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, ModelLogEntry, Page
from wagtail.users.models import UserProfile

from catalogue.plans.kept_states import PRICES
from cms.edit_conflicts import value_log
from cms.permissions import ensure_role
from storefront.billing.models import Seller
from storefront.notifications.models import OutboxMessage
from storefront.users import approvals, roles
from storefront.users.models import ApprovalRequest, User
from tests.cms.editing import sent_back

pytestmark = pytest.mark.django_db

#: Each panel of a role's form: what it gives a right on, the right, and what it is called.
PANELS = {
    "page_permissions": ("page", "change_page", "rights on pages"),
    "image_permissions": ("collection", "add_image", "rights on pictures"),
    "document_permissions": ("collection", "add_document", "rights on documents"),
    "collection_permissions": ("collection", "add_collection", "rights on collections"),
}


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


@pytest.fixture
def group(shop: Any, settings: Any) -> Group:
    settings.APPROVAL_BY_SECOND_PERSON = True
    return Group.objects.get(pk=ensure_role(roles.SUPPORT).pk)


def role_form(group: Group) -> str:
    return reverse("wagtailusers_groups:edit", args=[group.pk])


def given(group: Group) -> set[tuple[str, str]]:
    """The rights that a role has on places."""
    pages = GroupPagePermission.objects.filter(group=group).values_list("page__title", "permission__codename")
    rights = GroupCollectionPermission.objects.filter(group=group)
    return {*pages, *rights.values_list("collection__name", "permission__codename")}


def give(client: Client, group: Group, panel: str) -> Any:
    """One right more on the root, in one panel alone."""
    place, codename, _label = PANELS[panel]
    form = sent_back(client.get(role_form(group)).content.decode())
    row = f"{panel}-{form[f'{panel}-TOTAL_FORMS']}"
    root: Any = Page.objects.get(depth=1) if place == "page" else Collection.get_first_root_node()
    right = Permission.objects.get(codename=codename, content_type__app_label__startswith="wagtail")
    value = codename if place == "page" else str(right.pk)
    form |= {f"{row}-{place}": str(root.pk), f"{row}-permissions": [value]}
    form[f"{panel}-TOTAL_FORMS"] = str(int(form[f"{panel}-TOTAL_FORMS"]) + 1)
    return client.post(role_form(group), form)


def told(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


@pytest.mark.parametrize("panel", PANELS)
def test_rights_on_places_wait_for_another_owner(owner: Client, staff: Any, group: Group, panel: str) -> None:
    second, had = staff("Owner", "second"), given(group)
    assert give(owner, group, panel).status_code == 302
    assert given(group) == had
    asked = ApprovalRequest.objects.get()
    assert list(asked.after) == [PANELS[panel][2]]
    assert "Root" in asked.after[PANELS[panel][2]]
    assert OutboxMessage.objects.filter(recipient=second.email, key__startswith="approval-asked:").exists()
    approvals.approve(request=asked, by=second, reason="Agreed")
    assert given(group) - had == {("Root", PANELS[panel][1])}


@pytest.mark.parametrize("panel", PANELS)
def test_without_the_rule_rights_on_places_are_logged_and_owners_told(
    owner: Client, group: Group, settings: Any, panel: str
) -> None:
    settings.APPROVAL_BY_SECOND_PERSON = False
    had = given(group)
    give(owner, group, panel)
    assert given(group) - had == {("Root", PANELS[panel][1])}
    entry = ModelLogEntry.objects.get(action="cms.change_values")
    assert list(entry.data["after"]) == [PANELS[panel][2]]
    mail = OutboxMessage.objects.get(key__startswith="owners:")
    assert PANELS[panel][2] in str(mail.payload)


def test_a_role_that_is_saved_unchanged_waits_for_nobody(owner: Client, staff: Any, group: Group) -> None:
    staff("Owner", "second")
    answer = owner.post(role_form(group), sent_back(owner.get(role_form(group)).content.decode()))
    assert (answer.status_code, ApprovalRequest.objects.count()) == (302, 0)
    assert "updated" in told(answer) and "Nothing is changed yet" not in told(answer)
    assert "Nothing is changed yet" in told(give(owner, group, "page_permissions"))


def test_a_seller_that_is_saved_unchanged_waits_for_nobody(owner: Client, staff: Any, group: Group) -> None:
    staff("Owner", "second")
    path = reverse("wagtailsnippets_billing_seller:edit", args=[Seller.objects.get().pk])
    form = sent_back(owner.get(path).content.decode())
    answer = owner.post(path, form)
    assert (answer.status_code, ApprovalRequest.objects.count()) == (302, 0)
    assert "updated" in told(answer) and "Nothing is changed yet" not in told(answer)
    assert "Nothing is changed yet" in told(owner.post(path, form | {"phone": "+49 30 1"}))


def test_what_is_named_the_same_is_told_apart(shop: Any) -> None:
    software = shop.software
    first, second = software.plans.order_by("pk")[:2]
    second.name = first.name
    second.save()
    before = PRICES.words(software, PRICES.read(software))
    second.monthly_price += 1
    second.save()
    assert sum(before[name] != value for name, value in PRICES.words(software, PRICES.read(software)).items()) == 1


def test_fields_named_the_same_are_logged_each(staff: Any) -> None:
    before = {"rows/1/price": ("Price (Basic)", "1"), "rows/2/price": ("Price (Basic)", "2")}
    after = {"rows/1/price": ("Price (Basic)", "3"), "rows/2/price": ("Price (Basic)", "4")}
    person = staff("Owner")
    changes = value_log.note(person, before, after, user=person)
    assert changes.before == {"Price (Basic)": "1", "Price (Basic) (2)": "2"}
    assert changes.after == {"Price (Basic)": "3", "Price (Basic) (2)": "4"}


def test_each_reads_a_change_in_their_language(client_of: Callable[[str], Client], staff: Any, group: Group) -> None:
    asker, reader = client_of("Accounting"), staff("Owner")
    accounting = User.objects.get(email="accounting@staff.example")
    UserProfile.objects.update_or_create(user=accounting, defaults={"preferred_language": "ru"})
    path = reverse("wagtailsnippets_billing_seller:edit", args=[Seller.objects.get().pk])
    form = sent_back(asker.get(path).content.decode())
    assert asker.post(path, form | {"bank_details": "IBAN DE00"}).status_code == 302
    asked = ApprovalRequest.objects.get()
    assert list(asked.after) != ["Bank details"], "kept as the one who asked read it"
    mail = OutboxMessage.objects.get(recipient=reader.email, key__startswith="approval-asked:")
    assert "Bank details: " in str(mail.payload)
    approvals.approve(request=asked, by=reader, reason="Agreed")
    told = OutboxMessage.objects.get(recipient=reader.email, key__startswith="owners:")
    assert "Bank details: " in str(told.payload)
