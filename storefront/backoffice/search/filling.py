"""The first filling of the search index: a shop that is upgraded has customers and nothing that finds them yet."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from storefront.backoffice.models.search import Kind, SearchDocument, SearchTerm
from storefront.backoffice.search import index
from storefront.users.models import User


def fill_if_empty(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """After ``migrate``. Interrupted, it is completed by ``manage.py rebuild_search_index``, which the nightly audit
    asks for."""
    needed = {model._meta.db_table for model in (SearchDocument, SearchTerm, User)}
    if not needed <= set(connections[using].introspection.table_names()):
        return  # migrated backwards, or in part
    if User.objects.exists() and not SearchDocument.objects.exists():
        for kind in Kind:
            for _last in index.rebuild(kind):
                pass
