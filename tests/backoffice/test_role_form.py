"""Wagtail's form of a group, as owners use it: every right in words, nothing that would lock everybody out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse
from wagtail.users.forms import GroupForm as WagtailGroupForm

from cms.groups import GroupForm
from cms.permissions import ensure_role
from storefront.users import roles
from storefront.users.models import User
from tests.backoffice.conftest import show_password_again

pytestmark = pytest.mark.django_db

NO_PANELS = {
    f"{prefix}-{field}": "0"
    for prefix in ("page_permissions", "collection_permissions", "image_permissions", "document_permissions")
    for field in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS")
}


def edit(group: Group) -> str:
    return reverse("wagtailusers_groups:edit", args=[group.pk])


def posted(group: Group, *names: str) -> dict[str, Any]:
    pks = Permission.objects.filter(roles.condition(names)).values_list("pk", flat=True)
    return {"name": group.name, "permissions": list(pks), **NO_PANELS}


def test_every_right_of_a_role_is_offered_in_words(client_of: Callable[[str], Client]) -> None:
    form = client_of("Owner").get(edit(ensure_role(roles.SUPPORT))).content.decode()
    for words in (
        "Can refund a payment",
        "Can suspend and restore a license",
        "See customers",
        "Enter the back office",
    ):
        assert words in form, words
    offered = {f"{p.content_type.app_label}.{p.codename}" for p in GroupForm().fields["permissions"].queryset}
    needed = set().union(*roles.RIGHTS.values())
    assert {right for right in needed - offered if not right.startswith("auth.")} == set()


def test_what_nobody_needs_is_not_offered(wagtail_site: Any) -> None:
    def offered(form: Any) -> set[str]:
        return set(form().fields["permissions"].queryset.values_list("codename", flat=True))

    assert {"add_seller", "delete_seller", "delete_agreement", "add_locale"} <= offered(WagtailGroupForm)
    assert not offered(GroupForm) & {"add_seller", "delete_seller", "delete_agreement", "add_locale", "change_group"}


def test_a_right_is_given_and_taken(client_of: Callable[[str], Client]) -> None:
    group = ensure_role(roles.SUPPORT)
    names = [name for name in roles.RIGHTS[roles.SUPPORT] if name != "users.correct_email"]
    response = client_of("Owner").post(edit(group), posted(group, *names, "licensing.extend_license"))
    assert response.status_code == 302
    codenames = set(group.permissions.values_list("codename", flat=True))
    assert "extend_license" in codenames and "correct_email" not in codenames


@pytest.mark.parametrize("taken", ["users.invite_staff", "wagtailadmin.access_admin"])
def test_owners_keep_what_undoes_a_mistake(client_of: Callable[[str], Client], taken: str) -> None:
    owner, group = client_of("Owner"), ensure_role(roles.OWNER)
    names = [name for name in roles.RIGHTS[roles.OWNER] if name != taken and not name.startswith("auth.")]
    response = owner.post(edit(group), posted(group, *names))
    assert "or nobody could" in response.content.decode()
    assert group.permissions.filter(codename=taken.partition(".")[2]).exists()


def test_rights_on_roles_stay_with_owners_whatever_is_posted(client_of: Callable[[str], Client]) -> None:
    owner, group = client_of("Owner"), ensure_role(roles.SUPPORT)
    response = owner.post(edit(group), posted(group, roles.ENTER, "auth.change_group"))
    assert response.status_code == 200
    assert not group.permissions.filter(codename="change_group").exists()


def test_who_was_given_the_right_otherwise_is_still_no_owner(staff: Callable[[str], Any], client: Client) -> None:
    support = staff("Support")
    support.user_permissions.add(*Permission.objects.filter(content_type__app_label="auth"))
    client.force_login(support)
    show_password_again(client)
    group = ensure_role(roles.SUPPORT)
    for path in (reverse("wagtailusers_groups:index"), edit(group), reverse("wagtailusers_groups:add")):
        assert client.get(path).status_code == 403, path
        assert client.post(path, posted(group, roles.ENTER, "billing.begin_refund")).status_code in (403, 405), path
    assert not group.permissions.filter(codename="begin_refund").exists()


def test_the_group_of_owners_is_not_deleted(client_of: Callable[[str], Client]) -> None:
    owner, group = client_of("Owner"), ensure_role(roles.OWNER)
    assert owner.post(reverse("wagtailusers_groups:delete", args=[group.pk])).status_code == 403
    other = ensure_role(roles.SALES)
    assert owner.post(reverse("wagtailusers_groups:delete", args=[other.pk])).status_code == 302
    assert list(Group.objects.filter(pk__in=[group.pk, other.pk])) == [group]


def test_owners_are_told_of_a_new_and_of_a_deleted_role(
    client_of: Callable[[str], Client], staff: Callable[[str], Any], run_jobs: Callable[[], Any]
) -> None:
    owner, helper = client_of("Owner"), staff("Support")
    data = posted(Group(name="Helpers"), roles.ENTER, "billing.begin_refund")
    assert owner.post(reverse("wagtailusers_groups:add"), data).status_code == 302
    group = Group.objects.get(name="Helpers")
    helper.groups.add(group)
    assert owner.post(reverse("wagtailusers_groups:delete", args=[group.pk])).status_code == 302
    run_jobs()
    added, deleted = mail.outbox
    assert added.to == deleted.to == ["owner@staff.example"]
    assert "Helpers" in added.body and "Can refund a payment" in added.body
    assert "Helpers" in deleted.body and helper.email in deleted.body


def test_a_changed_role_needs_a_fresh_log_in(staff: Callable[[str], Any], client: Client) -> None:
    client.force_login(staff("Owner"))
    response = client.get(edit(ensure_role(roles.SUPPORT)))
    assert response["Location"].startswith(reverse("account_reauthenticate"))


def test_not_even_a_superuser_makes_superusers_by_the_form(client: Client, make_customer: Callable[..., Any]) -> None:
    root = User.objects.create_superuser("root@shop.example", "correct horse battery")
    client.force_login(root)
    other = make_customer("other@shop.example")
    path = reverse("wagtailusers_users:edit", args=[other.pk])
    assert "is_superuser" not in client.get(path).context["form"].fields
    client.post(path, {"email": other.email, "is_active": "on", "is_superuser": "on"})
    other.refresh_from_db()
    assert not other.is_superuser
