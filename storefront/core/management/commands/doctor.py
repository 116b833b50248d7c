"""``manage.py doctor``: whether the shop is well, as the page Health shows it."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from storefront.core import doctor
from storefront.core.doctor import Level


class Command(BaseCommand):
    help = "Look at database, cache, disk, clock, worker, mails, webhooks, payments. Exit status 1 if there is trouble."
    # What the checks of Django would refuse is what this command is asked about.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        parser.add_argument("--offline", action="store_true", help="call no payment provider")

    def handle(self, *args: Any, **options: Any) -> None:
        results = doctor.run(ask_others=not options["offline"])
        worst = doctor.worst(results)
        if options["json"]:
            rows = [
                {"check": each.check, "subject": each.subject, "level": each.level.value, "finding": each.finding}
                for each in results
            ]
            self.stdout.write(json.dumps({"level": worst.value, "results": rows}, ensure_ascii=False, indent=2))
        else:
            style = {Level.FINE: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.TROUBLE: self.style.ERROR}
            for each in results:
                self.stdout.write(f"{style[each.level](f'{each.level:<8}')} {each.subject}: {each.finding}")
        if worst is Level.TROUBLE:
            raise SystemExit(1)
