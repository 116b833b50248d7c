"""What the database itself refuses: changing a text that was once in force (see core.frozen)."""

from __future__ import annotations

from storefront.core.frozen import Records

RECORDS = Records(app="plans", tables={"plans_agreementversion": ("*",)})
