"""What a save in the editor changed, value by value, in Wagtail's log: for forms whose models have no revisions.

https://docs.wagtail.org/en/stable/extending/audit_log.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Manager, Model, QuerySet
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter, log

from cms.edit_conflicts import form_states

ACTION = "cms.change_values"
Values = dict[str, Any]
#: (label, value) by the field's key: labels may be the same.
Labelled = dict[str, tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a save changed: values by name, as people read them. False where it changed nothing."""

    before: Values
    after: Values

    def __bool__(self) -> bool:
        return bool(self.before or self.after)

    @property
    def lines(self) -> list[str]:
        return in_words(self.before, self.after)


@hooks.register("register_log_actions")
def register(actions: LogActionRegistry) -> None:
    @actions.register_action(ACTION)
    class Changed(LogFormatter):  # type: ignore[misc]
        label = gettext_lazy("Change values")

        def format_message(self, log_entry: Any) -> str:
            return "; ".join(in_words(log_entry.data.get("before", {}), log_entry.data.get("after", {})))


def values(form: Any) -> Labelled:
    """The values of an unbound form and its rows, as people read them; several as a list."""
    return {key: (label, _plain(value)) for key, label, value in form_states.fields(form)}


def note(
    thing: Model, before: Labelled, after: Labelled, *, user: Any, state: Mapping[str, Any] | None = None
) -> Changes:
    """Log what differs, in the transaction of the save, and return it by label; of a list what went and what came.
    ``state``: ``before`` and ``after`` as ``core.kept_states`` reads them, for a thing that can be rolled back."""
    was, became = {}, {}
    seen: Counter[str] = Counter()
    for key in dict.fromkeys([*before, *after]):
        label = (after.get(key) or before[key])[0]
        seen[label] += 1
        name = label if seen[label] == 1 else f"{label} ({seen[label]})"
        old, new = before.get(key, ("", ""))[1], after.get(key, ("", ""))[1]
        if old == new:
            continue
        if isinstance(old, list) or isinstance(new, list):
            had, has = set(old or []), set(new or [])
            old, new = ", ".join(sorted(had - has)), ", ".join(sorted(has - had))
        was[name], became[name] = old, new
    if was or became or (state and state["before"] != state["after"]):
        data = {"before": was, "after": became} | ({"state": dict(state)} if state else {})
        log(instance=thing, action=ACTION, user=user, data=data)
    return Changes(was, became)


def in_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [
        _("%(name)s: %(before)s → %(after)s")
        % {"name": name, "before": before.get(name) or "–", "after": after.get(name) or "–"}
        for name in dict.fromkeys([*before, *after])
    ]


def _plain(value: Any) -> Any:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Manager):
        value = value.all()
    if isinstance(value, QuerySet | list | tuple | set):
        return sorted(str(_plain(each)) for each in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_plain(each)}" for name, each in value.items())
    if isinstance(value, str):
        return value.replace("\r\n", "\n")  # browsers send CRLF
    return str(value) if isinstance(value, Model) else str(localize(value))
