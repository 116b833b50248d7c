"""The state of a thing as JSON: read before and after a change, compared later, brought back.

Which things have one, settings.KEPT_STATES says: the label of their model -> the dotted path of their ``Keeper``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.formats import localize
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from storefront.core.instants import instant

State = dict[str, Any]


class Keeper(Protocol):
    """Knows the state of one kind of thing."""

    def read(self, thing: Any) -> State:
        """As the database has it now."""

    def words(self, thing: Any, state: State) -> dict[str, str]:
        """Its values by name, as people read them in the active language."""

    def write(self, thing: Any, state: State) -> None:
        """Bring it back, in a transaction. Raises ValidationError where today's rules do not allow it."""


def keeper(model: type[models.Model]) -> Keeper | None:
    path = settings.KEPT_STATES.get(model._meta.label_lower)
    found: Keeper | None = import_string(path) if path else None
    return found


def state_of(thing: models.Model) -> State | None:
    """The state of a thing as the database has it now; None for a kind that has none."""
    found = keeper(type(thing))
    return found.read(thing) if found else None


def read_fields(row: models.Model, names: Iterable[str]) -> State:
    """The values of some columns of a row, in JSON types."""
    values = {name: _field(row, name).value_from_object(row) for name in names}
    plain: State = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    # Browsers send CRLF: a text that was only sent back is the same.
    return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in plain.items()}


def write_fields(row: models.Model, state: Mapping[str, Any]) -> None:
    """Set what ``read_fields`` has read; nothing is saved. What has no column any more is left out."""
    for name, value in _known(row, state).items():
        field = _field(row, name)
        setattr(row, field.attname, field.to_python(value))


def field_words(model: type[models.Model], state: Mapping[str, Any]) -> dict[str, str]:
    """Columns by their names, each value as people read it; translations a line for each language. What has no column
    any more is left out."""
    found: dict[str, str] = {}
    for name, value in _known(model, state).items():
        field = _field(model, name)
        if name == "translations":
            for language, texts in sorted(value.items()):
                for text, own in sorted(_known(model, texts).items()):
                    found[f"{capfirst(str(_field(model, text).verbose_name))} ({language})"] = str(own)
        else:
            found[capfirst(str(field.verbose_name))] = _in_words(field, field.to_python(value))
    return found


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """(name, before, after) of each value in words that differs."""
    names = dict.fromkeys([*before, *after])
    return [(name, a, b) for name in names if (a := before.get(name, "")) != (b := after.get(name, ""))]


def _known(model: models.Model | type[models.Model], state: Mapping[str, Any]) -> dict[str, Any]:
    """Without columns that have gone since the state was kept."""
    names = {field.name for field in model._meta.concrete_fields}
    return {name: value for name, value in state.items() if name in names}


def _field(model: models.Model | type[models.Model], name: str) -> Any:
    """A column; never a relation from the other side."""
    return model._meta.get_field(name)


def _in_words(field: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.is_relation:
        return str(field.related_model._base_manager.filter(pk=value).first() or value)
    if isinstance(field, models.DateTimeField):
        return instant(value, "short")
    return str(localize(value))
