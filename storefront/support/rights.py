"""Permissions to read, answer and delete tickets, given to groups in Wagtail."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from storefront.users.models import User

VIEW, CHANGE, DELETE = (f"support.{action}_conversation" for action in ("view", "change", "delete"))
#: Either lets its holder read them.
SEE = (VIEW, CHANGE)


def may_see(user: User | AnonymousUser) -> bool:
    return user.has_perm(VIEW) or user.has_perm(CHANGE)


def those_who_answer() -> QuerySet[User]:
    """Everybody a ticket may be assigned to, by name."""
    right = {"codename": "change_conversation", "content_type__app_label": "support"}
    own = Q(**{f"user_permissions__{name}": value for name, value in right.items()})
    of_group = Q(**{f"groups__permissions__{name}": value for name, value in right.items()})
    holders = User.objects.filter(own | of_group | Q(is_superuser=True), is_active=True).values("pk")
    return User.objects.filter(pk__in=holders).order_by("name", "email")
