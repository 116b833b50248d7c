"""Roles are called in the reader's language; the groups keep their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.users.models import UserProfile

from cms import permissions
from cms.permissions import ensure_role
from storefront.backoffice import history
from storefront.users import role_names, roles
from storefront.users.models import User
from tests.backoffice.test_staff import confirmed

pytestmark = pytest.mark.django_db


@pytest.fixture
def russian(client_of: Callable[[str], Client]) -> Client:
    client = client_of("Owner")
    owner = User.objects.get(email="owner@staff.example")
    User.objects.filter(pk=owner.pk).update(language="ru")
    UserProfile.objects.create(user=owner, preferred_language="ru")
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_every_role_has_a_name_in_russian() -> None:
    assert set(role_names.NAMES) == {*roles.RIGHTS, permissions.MARKETERS}
    with translation.override("ru"):
        assert all(role_names.shown(name) != name for name in role_names.NAMES)
    assert role_names.shown("Courier") == "Courier"  # added by hand


def test_lists_pages_and_forms_name_roles_in_russian(russian: Client, staff: Callable[..., User]) -> None:
    member = staff("Accounting")
    for path in (
        "/admin/staff/",
        f"/admin/staff/{member.pk}/",
        f"/admin/staff/{member.pk}/roles/",
        "/admin/staff/invite/",
        reverse("wagtailusers_groups:index"),
        reverse("wagtailusers_groups:edit", args=[ensure_role("Accounting").pk]),
        reverse("wagtailusers_groups:delete", args=[ensure_role("Accounting").pk]),
    ):
        page = text(russian, path)
        assert "Бухгалтерия" in page and not re.search(r">\s*Accounting\s*<", page), path


def test_history_and_mails_name_roles_in_the_reader_s_language(
    russian: Client, staff: Callable[..., User], run_jobs: Callable[[], Any]
) -> None:
    staff("Owner", "2")
    member, wanted = staff("Support"), ensure_role("Accounting")
    path = f"/admin/staff/{member.pk}/roles/"
    assert confirmed(russian, path, roles=[wanted.pk], reason="Перешёл").status_code == 302
    assert "Поддержка → Бухгалтерия" in text(russian, f"/admin/staff/{member.pk}/")
    run_jobs()
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert "Поддержка → Бухгалтерия" in bodies["owner@staff.example"]
    assert "Support → Accounting" in bodies["owner2@staff.example"]
    assert Group.objects.filter(name="Accounting").exists()


def test_the_history_of_a_role_names_it_in_russian(russian: Client) -> None:
    history.record(ensure_role("Accounting"), "cms.change_values", by=User.objects.get(), reason="Привет")
    page = text(russian, "/admin/history/")
    assert "Бухгалтерия" in page and not re.search(r">\s*Accounting\s*<", page)
