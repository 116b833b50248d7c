"""Digests of a form's stored values, to tell later which fields were changed meanwhile."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Manager, Model, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Revision

State = dict[str, str]

#: Fields that formsets add to each row.
OF_FORMSETS = ("id", "DELETE")
DIGITS = 12


def state(form: Any) -> State:
    """A digest of every field of an unbound form and its rows, by key."""
    return {key: _digest(value) for key, _label, value in fields(form)}


def read(text: str) -> State | None:
    """A state sent back by a browser; None if it cannot be read."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def token(current: Mapping[str, str]) -> str:
    """A digest of the whole state."""
    return _digest(sorted(current.items()))


def changes(form: Any, seen: State) -> list[str]:
    """Labels of the fields of an unbound form that differ from ``seen``, in the form's order."""
    labels = {key: label for key, label, value in fields(form) if seen.get(key) != _digest(value)}
    new_rows = {key for key in labels if "/" in key and key.count("/") == 1}
    found = [label for key, label in labels.items() if key.rpartition("/")[0] not in new_rows]
    gone = {key for key in seen.keys() - state(form).keys() if key.count("/") == 1}
    return [*dict.fromkeys(found), *([_("something was deleted")] if gone else [])]


def changes_of_revisions(form: Any, before: Revision, after: Revision) -> list[str]:
    """Labels of the fields and formsets that differ between two revisions."""
    labels = {name: str(field.label or name) for name, field in form.fields.items()}
    for name, formset in getattr(form, "formsets", {}).items():
        labels[name] = str(formset.model._meta.verbose_name_plural)
    return [
        label for name, label in labels.items() if _digest(before.content.get(name)) != _digest(after.content.get(name))
    ]


def fields(form: Any) -> Iterator[tuple[str, str, Any]]:
    """(key, label, value) of each field; a formset's row has the key of its fields' prefix."""
    for name, field in form.fields.items():
        yield name, str(field.label or name), form.get_initial_for_field(field, name)
    for relation, formset in getattr(form, "formsets", {}).items():
        for row in formset.initial_forms:
            here, title = f"{relation}/{row.instance.pk}", str(row.instance)
            yield here, title, row.instance.pk
            for name, field in row.fields.items():
                if name not in OF_FORMSETS:
                    label = f"{field.label or name} ({title})"
                    yield f"{here}/{name}", label, row.get_initial_for_field(field, name)
    for panel in getattr(form, "panels", []):
        yield panel.prefix, _panel_name(panel.prefix), [*_rights_given(panel)]


def _panel_name(prefix: str) -> str:
    """Of a role's panel: each has a name of its own, so that no change hides behind another's."""
    names = {
        "page_permissions": _("rights on pages"),
        "image_permissions": _("rights on pictures"),
        "document_permissions": _("rights on documents"),
        "collection_permissions": _("rights on collections"),
    }
    return names.get(prefix) or _("rights (%(panel)s)") % {"panel": prefix}


def _rights_given(panel: Any) -> Iterator[str]:
    """The rights of a role on places, one by one; places may be named the same."""
    for row in panel.initial_forms:
        for place in (value for name, value in row.initial.items() if name != "permissions"):
            for right in row.initial["permissions"]:
                yield f"{place} ({place.pk}): {right.name}"


def _digest(value: Any) -> str:
    plain = json.dumps(_plain(value), cls=DjangoJSONEncoder, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGITS]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n")  # browsers send CRLF
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, Manager):
        value = value.all()
    if isinstance(value, QuerySet | list | tuple | set):
        items: Iterable[Any] = value
        return [_plain(item) for item in items]
    return value
