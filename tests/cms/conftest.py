from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from wagtail.search.models import IndexEntry

from cms.permissions import ensure_marketers
from storefront.users.models import User


@pytest.fixture
def marketer(client: Any, shop: Any) -> Any:
    """The client, logged in as somebody of the group Marketers."""
    user = User.objects.create_user(email="marketer@example.com", password="correct horse battery")
    user.groups.add(ensure_marketers())
    client.force_login(user)
    return client


@pytest.fixture
def full_text(db: None) -> None:
    """What Wagtail's migration does and a table made from its model is not: SQLite's full-text table and its triggers.
    Pages made before this are not in it, so it must come before ``shop``: ask for it with ``usefixtures``."""
    migration = import_module("wagtail.search.migrations.0006_customise_indexentry").Migration
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE "{IndexEntry._meta.db_table}_fts"')
        for operation in migration.operations:
            for part in getattr(operation, "database_operations", ()):
                cursor.execute(part.sql)
