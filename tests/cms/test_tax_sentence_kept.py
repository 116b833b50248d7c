"""A product page that is kept says a new tax rate from its first moment on."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from storefront.billing.models import TaxRate
from storefront.billing.services import price_note
from storefront.core import clock
from storefront.core.instants import day_of
from tests.checkout.building import charge_vat
from tests.cms.things import make_public_pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages_kept")]
PRODUCT = "/products/yeastar-s-module/"


def test_a_kept_page_says_the_new_rate_when_it_begins(shop: Any) -> None:
    make_public_pages()
    charge_vat()
    TaxRate.objects.filter(valid_from__gt=day_of(clock.now())).delete()
    first_day = day_of(clock.now()) + timedelta(days=3)
    begins = datetime.combine(first_day, time.min, timezone.get_default_timezone())
    TaxRate.objects.filter(country="DE", valid_to=None).update(valid_to=first_day - timedelta(days=1))
    TaxRate.objects.create(country="DE", rate=21, valid_from=first_day)
    assert price_note.next_moment(clock.now()) == begins
    with time_machine.travel(begins - timedelta(seconds=20), tick=False):
        assert "Prices include VAT 19%" in Client().get(PRODUCT).content.decode()
    with time_machine.travel(begins, tick=False):
        assert "Prices include VAT 21%" in Client().get(PRODUCT).content.decode()
