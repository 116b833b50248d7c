"""What roles are called in the reader's language. The groups keep their stored names; one that was renamed or added by
hand is called as its owner wrote."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.utils.functional import Promise, lazy
from django.utils.translation import pgettext_lazy

NAMES: dict[str, str | Promise] = {
    "Owner": pgettext_lazy("role", "Owner"),
    "Accounting": pgettext_lazy("role", "Accounting"),
    "Support": pgettext_lazy("role", "Support"),
    "Sales": pgettext_lazy("role", "Sales"),
    "Marketers": pgettext_lazy("role", "Marketers"),
    "Read-only": pgettext_lazy("role", "Read-only"),
}


def shown(name: str) -> str:
    return str(NAMES.get(name, name))


def listed(groups: Iterable[Group]) -> str:
    """The names of some roles; a dash for none."""
    return ", ".join(sorted(shown(group.name) for group in groups)) or "–"


def change(email: str, before: Iterable[Group], after: Iterable[Group]) -> str:
    return f"{email}: {listed(before)} → {listed(after)}"


def of(email: str, groups: Iterable[Group]) -> str:
    return f"{email}: {listed(groups)}"


#: For mails: said in each reader's language.
shown_lazy, change_lazy, of_lazy = lazy(shown, str), lazy(change, str), lazy(of, str)
