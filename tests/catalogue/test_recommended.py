"""The word for the type that a marketer recommends was another one once: offers that are kept follow it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from catalogue.plans import offers
from catalogue.plans.models import SoftwareProduct


@pytest.mark.django_db
def test_kept_offers_are_read_by_the_new_name(shop: Any) -> None:
    stored = SoftwareProduct.objects.get()
    old = stored.offer.replace('"is_recommended": false', '"is_most_chosen": true', 1)
    assert old != stored.offer
    SoftwareProduct.objects.update(offer=old)
    rename = import_module("catalogue.plans.migrations.0009_recommended").rename_in_offers
    rename("is_most_chosen", "is_recommended")(apps, None)
    read = offers.load(SoftwareProduct.objects.get().offer, "en")
    assert [plan.is_recommended for plan in read] == [True, False]
