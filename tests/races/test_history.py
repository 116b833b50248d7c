"""The history is frozen on PostgreSQL, too (no race: the triggers need the real server)."""

from __future__ import annotations

import pytest
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from storefront.billing.models import Seller
from tests.backoffice.test_history_list import is_refused_by_the_database

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.parametrize("entries", [ModelLogEntry, PageLogEntry])
def test_the_database_refuses_to_change_or_delete_an_entry(wagtail_site, customer, entries):
    for thing in (Seller.objects.create(name="We", address="Here"), Page.objects.get(slug="home")):
        log(instance=thing, action="wagtail.edit", user=customer, data={"after": {"Name": "We"}})
    is_refused_by_the_database(customer, entries)
