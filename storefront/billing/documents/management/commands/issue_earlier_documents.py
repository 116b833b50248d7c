"""``manage.py issue_earlier_documents``: documents of invoices that were paid before the shop issued any."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from storefront.billing.documents import earlier


class Command(BaseCommand):
    help = (
        "Have the worker issue invoices, receipts and acts of orders that were paid before the shop issued documents. "
        "They are dated by the same rules as others, are found in the customers' accounts, and are not mailed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--from", dest="first", type=date.fromisoformat, metavar="DAY", help="issued since 2025-01-01"
        )
        parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="issued until 2025-12-31")
        parser.add_argument("--dry-run", action="store_true", help="only say how many invoices they are")

    def handle(self, *args: Any, **options: Any) -> None:
        found = earlier.invoices(options["first"], options["last"])
        if options["dry_run"]:
            oldest, newest = found.first(), found.last()
            span = f", from {oldest} to {newest}" if oldest else ""
            self.stdout.write(f"{found.count()} invoices without documents{span}. Nothing was changed.")
            return
        counted = earlier.ask(found)
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items())) or "none"
        self.stdout.write(f"Asked for: {told}. The worker issues them.")
