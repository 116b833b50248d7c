"""Departments: who changes their e-mail reads every ticket, so it is for owners."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse

from cms.permissions import MARKETERS, ensure_role
from storefront.support.models import Department
from storefront.users import roles
from storefront.users.models import Role

pytestmark = pytest.mark.django_db

ADD = "wagtailsnippets_support_department:add"
DATA = {
    "name": "Help", "name_ru": "Помощь", "description": "All", "description_ru": "Всё", "answer_hours": "",
    "is_offered": "on", "sort_order": "1",
}  # fmt: skip


@pytest.fixture
def edit() -> str:
    department = Department.objects.create(name="Help", description="All", email="help@shop.example")
    return reverse("wagtailsnippets_support_department:edit", args=[department.pk])


@pytest.mark.parametrize("role", [MARKETERS, roles.SUPPORT, roles.SALES, roles.ACCOUNTING, roles.READ_ONLY])
def test_only_owners_say_where_tickets_go(role: str, client_of: Callable[[str], Client], edit: str) -> None:
    client = client_of(role)
    for path in (edit, reverse(ADD), reverse("wagtailsnippets_support_openinghours:add")):
        assert client.get(path).status_code == 403, path
        assert client.post(path, DATA | {"email": "me@evil.example"}).status_code == 403, path
    assert Department.objects.get().email == "help@shop.example"


def test_it_needs_a_fresh_log_in(staff: Callable[[str], Any], client: Client, edit: str) -> None:
    client.force_login(staff("Owner"))
    for path in (edit, reverse(ADD)):
        assert client.get(path)["Location"].startswith(reverse("account_reauthenticate")), path


@pytest.mark.parametrize("is_new", [False, True])
def test_owners_are_told(
    client_of: Callable[[str], Client], edit: str, is_new: bool, run_jobs: Callable[[], Any]
) -> None:
    answer = client_of("Owner").post(reverse(ADD) if is_new else edit, DATA | {"email": "new@shop.example"})
    assert answer.status_code == 302, answer.context["form"].errors
    run_jobs()
    (told,) = mail.outbox
    assert told.to == ["owner@staff.example"]
    assert "Help" in told.body and "new@shop.example" in told.body


def test_marketers_of_an_earlier_release_lose_the_right(wagtail_site: Any) -> None:
    group = ensure_role(MARKETERS)
    support = ensure_role(roles.SUPPORT)
    old = roles.permissions(roles.SET_UP_DEPARTMENTS)
    group.permissions.add(*old)
    support.permissions.add(*old)
    role = Role.objects.get(name=MARKETERS)
    kept = set(group.permissions.all()) - set(old)
    role.given = sorted([*role.given, *roles.SET_UP_DEPARTMENTS])
    role.save()
    import_module("storefront.users.migrations.0004_departments_for_owners").take(apps, None)
    ensure_role(MARKETERS)
    assert set(Group.objects.get(pk=group.pk).permissions.all()) == kept
    assert support.permissions.filter(codename="change_department").exists()  # given by an owner's own hand
