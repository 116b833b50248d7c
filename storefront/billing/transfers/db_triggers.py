"""What the bank said of a transfer, and what it was booked to, is frozen (see core.db_triggers)."""

from __future__ import annotations

from storefront.core.db_triggers import FrozenTables

FROZEN_TABLES = FrozenTables(
    app="transfers",
    message="is a record of money and is never changed or deleted",
    tables={
        "transfers_banktransfer": ("key", "account_id", "currency", "amount", "value_on", "created_at"),
        "transfers_transfershare": ("transfer_id", "invoice_id", "payment_id", "amount"),
    },
)
