"""What payment methods can do: ``python -m tests.gateways.capabilities`` writes it into docs/payment-gateways.md."""

from __future__ import annotations

import os
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/payment-gateways.md"
_TABLE = re.compile(r"^\| method \| currencies \|.*?\n\n", re.MULTILINE | re.DOTALL)
#: Whose smallest sums are told.
_TOLD = ("EUR", "USD", "RUB")


def table() -> str:
    """The table as the page has it, with the empty line after it."""
    from storefront.billing.capabilities import CAPABILITIES, Row
    from storefront.billing.capabilities import table as rows

    def takes(row: Row) -> str:
        if row.limits is None:
            return "by hand" if row.is_by_hand else "by account"
        return ", ".join(row.currencies) if len(row.currencies) <= 3 else str(len(row.currencies))

    def smallest(row: Row) -> str:
        known = [(code, row.smallest(code)) for code in _TOLD]
        return ", ".join(f"{code} {amount:.2f}" for code, amount in known if amount is not None)

    names = [each.name for each in CAPABILITIES]
    lines = [
        f"| method | currencies | smallest | {' | '.join(names)} |",
        "|---" * (len(names) + 3) + "|",
        *(
            f"| `{row.name}` | {takes(row)} | {smallest(row)} | "
            + " | ".join("yes" if row.able[name] else "" for name in names)
            + " |"
            for row in sorted(rows(), key=lambda row: (row.is_by_hand, row.name))
        ),
    ]
    return "\n".join(lines) + "\n\n"


def told() -> str:
    """What the page says; "" if it has no such table."""
    found = _TABLE.search(PAGE.read_text())
    return found[0] if found else ""


def write() -> None:
    PAGE.write_text(PAGE.read_text().replace(told(), table()))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings.test")
    import django

    django.setup()
    write()
