"""The rights of a role in words, by what they are about: ``{% load rights_in_words %}``, for the form of a role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.auth.models import Permission
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storefront.users import right_names

register = template.Library()

#: Headings in their order, each with the apps it is about; what no heading names stands under the last.
HEADINGS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Staff and customers"), ("users", "wagtailadmin")),
    (_("Orders and money"), ("order", "billing", "numbers")),
    (_("Licenses"), ("licensing",)),
    (_("Support"), ("support",)),
    (_("Mails and webhooks"), ("notifications", "inbox")),
    (_("Products, prices and vouchers"), ("plans", "voucher", "offer", "catalogue")),
    (_("The site"), ("cms", "site_texts", "wagtailredirects", "wagtail_localize", "wagtailcore")),
    (_("System"), ("core",)),
    (_("Other"), ()),
)


@dataclass(frozen=True)
class Right:
    pk: int
    label: str
    is_given: bool


@dataclass(frozen=True)
class Subject:
    """What some rights are about; ``label`` is "" for rights that say it themselves."""

    label: str
    rights: list[Right]


@dataclass
class Section:
    anchor: str
    heading: str
    subjects: list[Subject]


@register.simple_tag
def rights_by_subject(field: Any) -> list[Section]:
    """The permissions of the form's bound field, in sections."""
    given = {int(getattr(each, "pk", each)) for each in (field.value() or ())}
    sections = {
        heading: Section(f"rights-{number}", str(heading), []) for number, (heading, _apps) in enumerate(HEADINGS, 1)
    }
    for permissions in _by_subject(field.field.queryset):
        app = permissions[0].content_type.app_label
        heading = next((heading for heading, apps in HEADINGS if app in apps), HEADINGS[-1][0])
        sections[heading].subjects.append(_subject(permissions, given))
    return [section for section in sections.values() if section.subjects]


def _by_subject(permissions: Iterable[Permission]) -> list[list[Permission]]:
    found: dict[int, list[Permission]] = {}
    for permission in permissions:
        found.setdefault(permission.content_type_id, []).append(permission)
    return list(found.values())


def _subject(permissions: list[Permission], given: set[int]) -> Subject:
    verbs = [*right_names.VERBS, None]
    ordered = sorted(permissions, key=lambda each: verbs.index(right_names.verb(each)))
    rights = [Right(each.pk, right_names.short(each), each.pk in given) for each in ordered]
    says_itself = all(map(right_names.says_itself, permissions))
    return Subject("" if says_itself else permissions[0].content_type.name, rights)
