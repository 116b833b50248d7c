"""Issued documents are frozen (see core.db_triggers)."""

from __future__ import annotations

from storefront.core.db_triggers import FrozenTables

FROZEN_TABLES = FrozenTables(
    app="documents",
    message="is an issued document and is never changed or deleted",
    tables={"documents_document": ("*",), "documents_pictureuse": ("*",), "documents_picture": ("*",)},
)
