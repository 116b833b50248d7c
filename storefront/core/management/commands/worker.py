"""``manage.py worker``: runs the jobs until told to stop. Start any number of them, on any number of machines."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from storefront.core import jobs, systemd, worker_threads

#: Seconds a thread may spend on one job before the worker takes it for stuck and ends, to be started anew.
PATIENCE = 1800.0
#: What is not finished so long after the order to stop is left: another worker takes it over when its lease is over.
STOPPING_SECONDS = 20.0


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
        running = worker_threads.start(settings.JOBS, stop=stop, idle=options["idle"])
        self.stdout.write("worker: ready")
        systemd.notify("READY=1")
        is_well = worker_threads.watch(
            running, stop=stop, patience=PATIENCE, alive=lambda: systemd.notify("WATCHDOG=1")
        )
        systemd.notify("STOPPING=1")
        stop.set()
        last_moment = time.monotonic() + (STOPPING_SECONDS if is_well else 0)
        for thread in running:
            thread.join(timeout=max(0.0, last_moment - time.monotonic()))
        if not is_well:
            raise CommandError("A thread of the worker is stuck; it ends, to be started anew.")
