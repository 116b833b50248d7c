"""What the database itself refuses: changing what a buyer agreed to (see core.frozen)."""

from __future__ import annotations

from storefront.core.frozen import Records

RECORDS = Records(app="checkout", tables={"checkout_consent": ("*",)})
