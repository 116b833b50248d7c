"""No table with data about customers is forgotten, neither by their copy of it nor by their erasure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models

from storefront.core.personal_data import Room, Table, rooms
from storefront.users.models import User

#: Names of columns that hold something about a person, whatever the row points at.
TELLING = ("email", "phone", "ip", "ip_address", "guest_email")


def models_to_decide(personal: set[type[models.Model]], every: Iterable[Any]) -> set[str]:
    """Models that point at an account or at one of ``personal``, or have a telling column."""
    return {
        model._meta.label
        for model in every
        if any(
            field.name in TELLING or (field.is_relation and field.related_model in personal | {User})
            for field in model._meta.concrete_fields
        )
    }


def tables() -> list[Table]:
    return [table for room in rooms() for table in room.tables]


def test_every_table_with_personal_data_is_exported_or_left_out_and_erased_or_kept_with_its_reason() -> None:
    personal = {table.model for table in tables()}
    decided = {model._meta.label for model in personal} | {label for room in rooms() for label in room.not_personal}
    asked = models_to_decide(personal, apps.get_models(include_auto_created=True))
    assert asked - decided == set(), "decide in the personal_data.py of the room, see storefront/core/personal_data.py"
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert decided - known == set(), "these models are gone"


def test_each_table_says_what_becomes_of_it() -> None:
    undecided = [table.model._meta.label for table in tables() if not (table.file or table.left_out)]
    assert not undecided, "neither exported nor left out"
    erased = {table.model for table in tables() if table.erase}
    kept = {table.model for table in tables() if table.kept}
    # Lines of a cart go with it.
    assert {table.model._meta.label for table in tables()} - {m._meta.label for m in erased | kept} == {"basket.Line"}


def test_columns_named_exist() -> None:
    for table in tables():
        names = {field.name for field in table.model._meta.concrete_fields}
        assert set(table.hidden) <= names, (table.model, set(table.hidden) - names)
    for room in rooms():
        for model, columns in room.mentions:
            assert set(columns) <= {field.name for field in model._meta.concrete_fields}, (model, columns)


def test_the_search_finds_a_forgotten_table() -> None:
    every = apps.get_models()
    assert "billing.Invoice" in models_to_decide(set(), every)
    assert "billing.InvoiceLine" not in models_to_decide(set(), every)
    assert "billing.InvoiceLine" in models_to_decide({apps.get_model("billing.Invoice")}, every)
    assert isinstance(rooms()[0], Room)
