"""The roles that ``setup_shop`` makes: each can do its work, and what an owner changed by hand stays changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission

from cms import bootstrap
from cms.permissions import MARKETERS, ensure_role
from storefront.users import roles
from storefront.users.models import Role
from tests.backoffice.conftest import ROLES

pytestmark = pytest.mark.django_db

EVERY_ROLE = ROLES[2:]


def rights(group: Group) -> set[str]:
    return {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}


@pytest.mark.parametrize("name", EVERY_ROLE)
def test_a_right_taken_by_hand_does_not_come_back(wagtail_site: Any, name: str) -> None:
    group = ensure_role(name)
    taken = group.permissions.exclude(codename="access_admin").order_by("pk")[0]
    group.permissions.remove(taken)
    assert taken not in ensure_role(name).permissions.all()


def test_a_right_on_pages_taken_by_hand_does_not_come_back(wagtail_site: Any) -> None:
    group = ensure_role(MARKETERS)
    GroupPagePermission.objects.filter(group=group, permission__codename="publish_page").delete()
    ensure_role(MARKETERS)
    assert not GroupPagePermission.objects.filter(group=group, permission__codename="publish_page").exists()
    assert GroupPagePermission.objects.filter(group=group, permission__codename="change_page").exists()


def test_a_right_that_is_new_in_a_release_is_added(wagtail_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = roles.RIGHTS[roles.SUPPORT]
    group = ensure_role(roles.SUPPORT)
    group.permissions.remove(Permission.objects.get(codename="correct_email"))
    monkeypatch.setitem(roles.RIGHTS, roles.SUPPORT, (*before, "licensing.extend_license"))
    assert rights(ensure_role(roles.SUPPORT)) == {*before, "licensing.extend_license"} - {"users.correct_email"}


def test_a_renamed_group_keeps_its_role(wagtail_site: Any) -> None:
    group = ensure_role(roles.ACCOUNTING)
    Group.objects.filter(pk=group.pk).update(name="Бухгалтерия")
    assert ensure_role(roles.ACCOUNTING).pk == group.pk
    assert not Group.objects.filter(name=roles.ACCOUNTING).exists()


def test_the_group_of_oscar_s_dashboard_goes_and_its_members_keep_what_means_something(
    wagtail_site: Any, make_customer: Callable[..., Any]
) -> None:
    group, _created = Group.objects.get_or_create(name=roles.OSCARS_GROUP)
    group.permissions.set(roles.permissions(["order.view_order", "order.delete_order"]))
    member = make_customer("clerk@staff.example")
    member.groups.add(group)
    bootstrap.setup_shop()
    bootstrap.setup_shop()
    assert not Group.objects.filter(name=roles.OSCARS_GROUP).exists()
    assert type(member).objects.get(pk=member.pk).get_all_permissions() == {"order.view_order"}


def test_the_group_of_oscar_s_dashboard_stays_where_it_has_become_a_role(wagtail_site: Any) -> None:
    group, _created = Group.objects.get_or_create(name=roles.OSCARS_GROUP)
    group.permissions.set(roles.permissions([roles.ENTER, "order.view_order"]))
    bootstrap.setup_shop()
    assert rights(group) == {roles.ENTER, "order.view_order"}


def test_a_group_that_was_there_before_becomes_the_role(wagtail_site: Any) -> None:
    group = Group.objects.create(name=roles.SALES)
    assert ensure_role(roles.SALES).pk == group.pk
    assert Role.objects.get(name=roles.SALES).group == group


def test_setting_up_the_shop_makes_every_role(wagtail_site: Any) -> None:
    bootstrap.setup_shop()
    assert set(Role.objects.values_list("name", flat=True)) == set(EVERY_ROLE)


def test_an_owner_may_do_whatever_another_role_may(wagtail_site: Any) -> None:
    everything = set().union(*(rights(ensure_role(name)) for name in EVERY_ROLE))
    assert everything - rights(ensure_role(roles.OWNER)) == set()


def test_only_owners_change_groups_and_nobody_changes_users_by_wagtails_form(wagtail_site: Any) -> None:
    for name in EVERY_ROLE:
        has = rights(ensure_role(name))
        assert {right for right in has if right.startswith("users.") and right.endswith("_user")} <= {"users.view_user"}
        assert (name == roles.OWNER) == any(right.startswith("auth.") for right in has)


def test_marketers_cannot_change_where_the_money_goes(wagtail_site: Any) -> None:
    assert "billing.change_seller" not in rights(ensure_role(MARKETERS))


def test_read_only_only_reads(wagtail_site: Any) -> None:
    extra = {"wagtailadmin.access_admin"}
    assert all(right.partition(".")[2].startswith("view_") for right in rights(ensure_role(roles.READ_ONLY)) - extra)


def test_the_first_member_of_staff_is_an_owner_and_no_superuser(
    wagtail_site: Any, make_customer: Callable[..., Any]
) -> None:
    assert bootstrap.ensure_staff(email="owner@shop.example")
    owner = roles.Role.objects.get(name=roles.OWNER).group.user_set.get()
    assert (owner.email, owner.is_staff, owner.is_superuser) == ("owner@shop.example", True, False)
    assert not bootstrap.ensure_staff(email="Owner@shop.example")
    make_customer("buyer@shop.example")
    with pytest.raises(bootstrap.NotStaff):
        bootstrap.ensure_staff(email="buyer@shop.example")
