"""Issued invoices and past movements of money are frozen (see core.db_triggers)."""

from __future__ import annotations

from storefront.core.db_triggers import FrozenTables

FROZEN_TABLES = FrozenTables(
    app="billing",
    message="is a record of money and is never changed or deleted",
    tables={
        "billing_invoice": (
            "number", "public_id", "customer_id", "order_id", "currency", "net", "tax", "amount", "seller", "payer",
            "language", "content_hash", "hash_version", "issued_at", "kind", "replaces_id",
            "tax_treatment", "tax_facts",
        ),
        "billing_invoiceline": ("*",),
        "billing_vatcheck": ("*",),
        "billing_locationevidence": ("*",),
        "billing_freeorder": ("*",),
        "billing_payment": (
            "public_id", "invoice_id", "gateway", "is_live", "currency", "amount", "created_at", "saved_method_id",
            "mandate_id", "saving",
        ),
        "billing_mandate": (
            "public_id", "customer_id", "scope", "subject", "currency", "amount_limit", "months", "text", "sha256",
            "language", "ip_address", "agreed_at",
        ),
        "billing_receivedpayment": (
            "customer_id", "attempt_id", "gateway", "is_live", "currency", "amount", "reference", "received_at",
        ),
        "billing_provideranswer": ("*",),
        "billing_refund": ("payment_id", "amount", "is_ours", "created_at", "invoice_id", "decision", "begun_by_id"),
        "billing_refundedunit": ("*",),
        "billing_earlystart": ("*",),
        "billing_ledgeraccount": ("*",),
        "billing_ledgertransaction": ("*",),
        "billing_ledgerentry": ("*",),
        "billing_allocation": ("*",),
        "billing_lineshare": ("*",),
    },
)  # fmt: skip
