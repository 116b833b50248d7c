"""Permissions over licenses, offered in Wagtail's form of a group."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Linking by hand, done with ``manage.py link_license`` in the name of a user with this permission."""
    return Permission.objects.filter(content_type__app_label="licensing", codename="link_license")
