"""The running shop's own database, made by its migrations, refuses to change records."""

from __future__ import annotations

import sqlite3
from typing import Any

from catalogue.plans import triggers as plans
from checkout import triggers as checkout
from storefront.billing import triggers as billing


def test_the_migrated_shop_has_every_trigger_of_its_records(running_shop: Any) -> None:
    database = sqlite3.connect(f"file:{running_shop.folder / 'shop.sqlite3'}?mode=ro", uri=True)
    try:
        found = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    finally:
        database.close()
    wanted = [records.trigger_names() for records in (billing.RECORDS, checkout.RECORDS, plans.RECORDS)]
    assert all(wanted) and set().union(*wanted) <= found
