"""The section of staff in Wagtail: every right of ours in the form of a role."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks

from storefront.users import roles


@hooks.register("register_permissions")
def rights_of_roles() -> QuerySet[Permission]:
    """What roles are made of. Rights on roles themselves are not offered: only owners change roles."""
    named = {right for rights in roles.RIGHTS.values() for right in rights if not right.startswith("auth.")}
    return Permission.objects.filter(roles.condition(named))
