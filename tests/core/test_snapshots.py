"""Reading many rows as of one moment."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from storefront.core.snapshots import snapshot
from storefront.users.models import User


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_a_reader_keeps_nobody_from_writing() -> None:
    with CaptureQueriesContext(connection) as asked:
        with snapshot():
            User.objects.count()
        with transaction.atomic():
            User.objects.count()
    begun = [query["sql"] for query in asked if query["sql"].startswith("BEGIN")]
    assert begun == ["BEGIN DEFERRED", "BEGIN IMMEDIATE"] or connection.vendor != "sqlite"
