"""``manage.py worker``: runs the jobs until told to stop. Start any number of them, on any number of machines."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from storefront.core import jobs


class Command(BaseCommand):
    help = "Run the shop's jobs: outbox, webhooks, reminders, expiry, poller, reconciliation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run every job once, due or not, and end")
        parser.add_argument(
            "--idle", type=float, default=1.0, help="longest nap between looks at the schedule, seconds"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            jobs.run_due(force=True)
            return
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        self.stdout.write("worker: ready")
        while not stop.is_set():
            close_old_connections()
            jobs.run_due()
            stop.wait(min(options["idle"], jobs.next_due_in(options["idle"])) or 0.05)
