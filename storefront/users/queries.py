"""Who is a customer and who is staff."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from storefront.users.models import User


def staff() -> QuerySet[User]:
    """Everybody who may enter the back office, or might if their account were not closed."""
    entry = Permission.objects.filter(content_type__app_label="wagtailadmin", codename="access_admin")
    by_group = User.groups.through.objects.filter(group__permissions__in=entry).values("user_id")
    by_hand = User.user_permissions.through.objects.filter(permission__in=entry).values("user_id")
    return User.objects.filter(Q(is_staff=True) | Q(is_superuser=True) | Q(pk__in=by_group) | Q(pk__in=by_hand))


def customers() -> QuerySet[User]:
    """Everybody else."""
    return User.objects.exclude(pk__in=staff().values("pk"))


def is_staff(user: User) -> bool:
    return staff().filter(pk=user.pk).exists()
