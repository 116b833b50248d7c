"""What the database itself refuses: changing a text that was once in force (see core.db_triggers)."""

from __future__ import annotations

from storefront.core.db_triggers import FrozenTables

FROZEN_TABLES = FrozenTables(app="plans", tables={"plans_agreementversion": ("*",)})
