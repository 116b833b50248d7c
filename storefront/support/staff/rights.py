"""Permissions to read, answer and delete conversations, given to groups in Wagtail."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from storefront.users.models import User

VIEW, CHANGE, DELETE = (f"support.{action}_conversation" for action in ("view", "change", "delete"))


def may_see(user: User | AnonymousUser) -> bool:
    return user.has_perm(VIEW) or user.has_perm(CHANGE)


def staff(request: HttpRequest, right: str = "") -> User:
    """The requesting member of staff. Raises PermissionDenied unless they may see conversations and have ``right``."""
    user = cast(User, request.user)
    if not may_see(user) or (right and not user.has_perm(right)):
        raise PermissionDenied
    return user
