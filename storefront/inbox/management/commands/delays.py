"""``manage.py delays``: is the shop keeping up?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from storefront.inbox.delays import measure


class Command(BaseCommand):
    help = "Seconds from message to effect and from cause to mail, and what waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=float, default=24.0, help="how far to look back")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{'':24}{'done':>8}{'median':>9}{'95 %':>9}{'longest':>9}{'waiting':>9}{'oldest':>9}")
        for row in measure(options["hours"]):
            times = "".join(f"{seconds:9.1f}" for seconds in (row.median, row.most, row.longest))
            self.stdout.write(f"{row.name:24}{row.done:8}{times}{row.waiting:9}{row.oldest:9.1f}")
