"""Published agreement texts are frozen (see core.db_triggers)."""

from __future__ import annotations

from storefront.core.db_triggers import FrozenTables

FROZEN_TABLES = FrozenTables(app="plans", tables={"plans_agreementversion": ("*",)})
