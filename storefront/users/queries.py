"""Who is a customer and who is staff."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from storefront.users.models import User


def staff() -> QuerySet[User]:
    """Everybody who may enter the back office, or might if their account were not closed. Each condition by itself, as
    an index answers it: one with OR would read all accounts."""
    flagged = (User.objects.filter(is_staff=True).values("pk"), User.objects.filter(is_superuser=True).values("pk"))
    by_group, by_hand = _entitled()
    return User.objects.filter(pk__in=by_group.union(by_hand, *flagged))


def customers() -> QuerySet[User]:
    """Everybody else. Each condition by itself: ``exclude(pk__in=staff())`` would read all accounts to know who is
    staff before it could show the first customer."""
    by_group, by_hand = _entitled()
    return User.objects.filter(is_staff=False, is_superuser=False).exclude(pk__in=by_group).exclude(pk__in=by_hand)


def _entitled() -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Whom a group gives the right to enter, and to whom it was given by hand: keys of accounts."""
    entry = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    by_group = User.groups.through.objects.filter(group__permissions__in=entry).values("user_id")
    by_hand = User.user_permissions.through.objects.filter(permission__in=entry).values("user_id")
    return by_group, by_hand


def is_staff(user: User) -> bool:
    return staff().filter(pk=user.pk).exists()
