"""What rights are called in the reader's language. Those of our models are in our translations."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

VERBS: dict[str, str | Promise] = {
    "view": _("See"),
    "add": _("Add"),
    "change": _("Change"),
    "delete": _("Delete"),
    "publish": _("Publish"),
}
#: Rights of others whose own words say nothing.
WORDS: dict[str, str | Promise] = {
    "wagtailadmin.access_admin": _("Enter the back office"),
    "wagtail_localize.submit_translation": _("Begin the translation of a page"),
    "wagtailcore.view_modellogentry": _("See who did what"),
    "users.view_user": _("See customers"),
}


def says_itself(permission: Permission) -> bool:
    """Whether its name tells what it is about."""
    return f"{permission.content_type.app_label}.{permission.codename}" in WORDS


def verb(permission: Permission) -> str | None:
    """view, add, change, delete or publish; None for another right."""
    name, _under, model = permission.codename.partition("_")
    return name if name in VERBS and model == permission.content_type.model else None


def short(permission: Permission) -> str:
    """Its name beneath the name of what it is about: "Change"."""
    words = WORDS.get(f"{permission.content_type.app_label}.{permission.codename}")
    known = verb(permission)
    return str(words or (VERBS[known] if known else gettext(permission.name)))


def full(permission: Permission) -> str:
    """Its name where nothing else says what it is about: "Change: discount"."""
    return f"{short(permission)}: {permission.content_type.name}" if verb(permission) else short(permission)


#: For mails: said in each reader's language.
full_lazy = lazy(full, str)
