"""A second person for whole roles, told in every reader's language, and no way around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from cms.permissions import ensure_role
from storefront.notifications.models import OutboxMessage
from storefront.users import approvals, roles
from storefront.users.models import ApprovalRequest, ApprovalStatus, User
from tests.backoffice.conftest import show_password_again
from tests.backoffice.pressing import confirmed
from tests.backoffice.test_role_form import NO_PANELS
from tests.cms.editing import sent_back

pytestmark = pytest.mark.django_db
NEW = {"name": "Couriers", **NO_PANELS}


@pytest.fixture(autouse=True)
def _rule(settings: Any, shop: Any) -> None:
    settings.APPROVAL_BY_SECOND_PERSON = True


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


@pytest.fixture
def second(staff: Callable[..., Any]) -> User:
    person: User = staff("Owner", "second")
    return person


@pytest.fixture
def decider(second: User) -> Client:
    client = Client()
    client.force_login(second)
    show_password_again(client)
    return client


@pytest.fixture
def superuser(second: User) -> Client:
    """Who may use Wagtail's form of users; ``second`` is the other one who decides about roles."""
    client = Client()
    client.force_login(User.objects.create_superuser("root@staff.example", "a long enough secret"))
    return client


def right(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


def add(client: Client, **typed: Any) -> Any:
    return client.post(reverse("wagtailusers_groups:add"), NEW | typed)


def delete(client: Client, group: Group) -> Any:
    return client.post(reverse("wagtailusers_groups:delete", args=[group.pk]))


def test_a_new_role_is_made_when_another_has_agreed(owner: Client, decider: Client) -> None:
    rights = [right("access_admin").pk, right("begin_refund").pk]
    assert add(owner, permissions=rights).status_code == 302
    assert not Group.objects.filter(name="Couriers").exists()
    assert "waits for approval" in add(owner, permissions=[]).wsgi_request._messages._queued_messages[-1].message
    asked = ApprovalRequest.objects.get()
    page = owner.get(reverse("backoffice-approval", args=[asked.pk])).content.decode()
    assert "Couriers" in page and "Can refund a payment" in page
    assert confirmed(decider, reverse("backoffice-approval-approve", args=[asked.pk])).status_code == 302
    made = Group.objects.get(name="Couriers")
    assert set(made.permissions.values_list("pk", flat=True)) == set(rights)
    assert ModelLogEntry.objects.get(action="approvals.change").object_id == str(made.pk)


def test_a_role_of_that_name_made_meanwhile_is_left_alone(owner: Client, second: User) -> None:
    add(owner, permissions=[right("begin_refund").pk])
    made = Group.objects.create(name="Couriers")
    decided = approvals.approve(request=ApprovalRequest.objects.get(), by=second, reason="Agreed")
    assert (decided.status, made.permissions.count()) == (ApprovalStatus.OUTDATED, 0)


def test_a_role_is_deleted_when_another_has_agreed(owner: Client, decider: Client) -> None:
    group = ensure_role(roles.SUPPORT)
    assert delete(owner, group).status_code == 302
    assert Group.objects.filter(pk=group.pk).exists()
    asked = ApprovalRequest.objects.get()
    assert confirmed(decider, reverse("backoffice-approval-approve", args=[asked.pk])).status_code == 302
    assert ModelLogEntry.objects.get(action="approvals.change").object_id == str(group.pk)
    assert not Group.objects.filter(pk=group.pk).exists()


def test_with_one_owner_alone_no_role_is_made_or_deleted(owner: Client) -> None:
    group = ensure_role(roles.SUPPORT)
    assert (add(owner, permissions=[]).status_code, delete(owner, group).status_code) == (302, 302)
    assert Group.objects.filter(name=roles.SUPPORT).exists() and not Group.objects.filter(name="Couriers").exists()
    assert not ApprovalRequest.objects.exists()


def test_without_the_rule_owners_are_told_of_a_new_role_in_their_language(
    owner: Client, second: User, settings: Any
) -> None:
    settings.APPROVAL_BY_SECOND_PERSON = False
    User.objects.filter(pk=second.pk).update(language="ru")
    add(owner, permissions=[right("begin_refund").pk, right("change_discount").pk])
    assert Group.objects.filter(name="Couriers").exists()
    told = {mail.recipient: str(mail.payload) for mail in OutboxMessage.objects.filter(key__startswith="owners:")}
    assert "Can refund a payment" in told["owner@staff.example"] and "Change: discount" in told["owner@staff.example"]
    assert "Can refund a payment" not in told[second.email] and "Изменить: скидка" in told[second.email]


def test_each_reads_the_rights_of_a_role_in_their_language(owner: Client, second: User) -> None:
    """Who asks reads Russian; page, mail and history of the other are English."""
    asker = User.objects.get(email="owner@staff.example")
    UserProfile.objects.update_or_create(user=asker, defaults={"preferred_language": "ru"})
    path = reverse("wagtailusers_groups:edit", args=[ensure_role(roles.SUPPORT).pk])
    form = sent_back(owner.get(path).content.decode())
    owner.post(path, form | {"permissions": [*form["permissions"], str(right("begin_refund").pk)]})
    asked, reader = ApprovalRequest.objects.get(), Client()
    reader.force_login(second)
    mail = OutboxMessage.objects.get(recipient=second.email, key__startswith="approval-asked:")
    history = reverse("backoffice-history")
    for text in (
        reader.get(reverse("backoffice-approval", args=[asked.pk])).content.decode(),
        str(mail.payload),
        reader.get(history).content.decode(),
    ):
        assert "Can refund a payment" in text and "возвращать платёж" not in text
    assert "Can refund a payment" not in owner.get(history).content.decode()
    approvals.approve(request=asked, by=second, reason="Agreed")
    assert set(ModelLogEntry.objects.get(action="approvals.ask").data["words"]) == {"en", "ru"}


def user_form(client: Client, member: User, **typed: Any) -> Any:
    path = reverse("wagtailusers_users:edit", args=[member.pk])
    return client.post(path, sent_back(client.get(path).content.decode()) | typed)


@pytest.mark.parametrize(
    "typed",
    [
        {"groups": "Owner"},
        {"email": "other@staff.example"},
        {"password1": "a long enough secret", "password2": "a long enough secret"},
    ],
    ids=["roles", "email", "password"],
)
def test_the_form_of_users_is_no_way_around(superuser: Client, staff: Any, typed: dict[str, Any]) -> None:
    member = staff("Support")
    if "groups" in typed:
        typed = {"groups": [ensure_role(roles.OWNER).pk]}
    answer = user_form(superuser, member, **typed)
    assert answer.status_code == 200 and reverse("backoffice-staff") in answer.content.decode()
    again = User.objects.get(pk=member.pk)
    assert (again.email, again.password) == (member.email, member.password)
    assert [group.name for group in again.groups.all()] == ["Support"]


def test_the_form_of_users_still_closes_an_account_but_opens_none(superuser: Client, staff: Any) -> None:
    member = staff("Support")
    names = {"first_name": "Sam", "last_name": "Support"}
    assert user_form(superuser, member, **names, is_active="").status_code == 302
    assert user_form(superuser, member, **names, is_active="on").status_code == 200
    member.refresh_from_db()
    assert not member.is_active


@pytest.mark.parametrize("action", ["assign_role", "set_active_state"])
def test_nobody_is_given_roles_by_an_act_on_many(superuser: Client, staff: Any, action: str) -> None:
    member = staff("Support")
    User.objects.filter(pk=member.pk).update(is_active=False)
    path = reverse("wagtail_bulk_action", args=["users", "user", action]) + f"?id={member.pk}"
    superuser.post(path, {"role": ensure_role(roles.OWNER).pk, "mark_as_active": "True"})
    member.refresh_from_db()
    assert (member.is_active, [group.name for group in member.groups.all()]) == (False, ["Support"])
