"""The field for the recommended license type once had another name: prices published under it are read all the same."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from catalogue.plans import published_prices
from catalogue.plans.models import SoftwareProduct


def of_that_time() -> Any:
    """The registry of that migration: the column had another name as well."""
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("offer", models.TextField(db_column="published_prices")),
    ]
    state.add_model(ModelState("plans", "SoftwareProduct", fields))
    return state.apps


@pytest.mark.django_db
def test_prices_published_under_the_old_name_are_read_by_the_new_one(shop: Any) -> None:
    stored = SoftwareProduct.objects.get()
    old = stored.published_prices.replace('"is_recommended": false', '"is_most_chosen": true', 1)
    assert old != stored.published_prices
    SoftwareProduct.objects.update(published_prices=old)
    rename = import_module("catalogue.plans.migrations.0009_recommended").rename_in_offers
    rename("is_most_chosen", "is_recommended")(of_that_time(), None)
    read = published_prices.load(SoftwareProduct.objects.get().published_prices, "en", "EUR")
    assert [plan.is_recommended for plan in read] == [True, False]
