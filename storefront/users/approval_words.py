"""What would change, in the language of whoever reads it."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise, lazy
from django.utils.module_loading import import_string

from storefront.core import kept_states
from storefront.users.models import ApprovalRequest


def differences(request: ApprovalRequest) -> list[tuple[str, str, str]]:
    """(name, before, after) of each value. As whoever asked read it, where the kind has no words of its own."""
    words = import_string(settings.APPROVAL_KINDS[request.kind]).words
    if words is not None:
        found = kept_states.differences(words(request.key, request.seen), words(request.key, request.change))
        if found:
            return found
    names = dict.fromkeys([*request.before, *request.after])
    return [(name, str(request.before.get(name, "")), str(request.after.get(name, ""))) for name in names]


def by_language(request: ApprovalRequest) -> dict[str, list[dict[str, str]]]:
    """The values before and after in every language of the shop: kept where they are read when the thing has changed
    again, or is gone."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            changes = differences(request)
        found[code] = [{name: old for name, old, _new in changes}, {name: new for name, _old, new in changes}]
    return found


def lines(request: ApprovalRequest) -> list[str]:
    """What it is about, and what would change, a line each."""
    return [
        request.label,
        *(f"{name}: {before or '–'} → {after or '–'}" for name, before, after in differences(request)),
    ]


def lazy_lines(request: ApprovalRequest) -> list[str | Promise]:
    """The same, each in the language in which it will be read."""
    return [_line(request, number) for number in range(len(lines(request)))]


def _nth(request: ApprovalRequest, number: int) -> str:
    return lines(request)[number]


_line = lazy(_nth, str)
