"""``manage.py audit``: run every invariant over the live data."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from storefront.core import audit


class Command(BaseCommand):
    help = "Check every rule that must always hold. Prints what is broken; exit status 1 if anything is."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = audit.run()
        for finding in findings:
            self.stdout.write(str(finding))
        if findings:
            raise SystemExit(1)
        self.stdout.write("Nothing found.")
