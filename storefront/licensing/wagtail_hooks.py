"""Rights over licenses, offered in Wagtail where a group is edited."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Linking by hand: it is done with ``manage.py link_license``, in the name of whoever has this right."""
    return Permission.objects.filter(content_type__app_label="licensing", codename="link_license")
