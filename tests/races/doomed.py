"""The other process, which is killed again and again: ``tests.races.crashing``, loaded once for all tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
#: What the tests set, as addresses of stand-ins: told with every job.
SETTINGS = (
    "STRIPE_API_BASE", "BITRIX24_OAUTH_SERVERS", "EMAIL_BACKEND", "ANYMAIL",
    "PAYPAL_CLIENT_ID", "PAYPAL_CLIENT_SECRET", "PAYPAL_WEBHOOK_ID", "PAYPAL_API_BASE",
    "PAYPAL_NVP_USER", "PAYPAL_NVP_PASSWORD", "PAYPAL_NVP_SIGNATURE", "PAYPAL_NVP_MERCHANT_ID",
    "PAYPAL_NVP_API_BASE", "PAYMENT_ACCOUNTS",
    "TWOCHECKOUT_MERCHANT_CODE", "TWOCHECKOUT_SECRET_KEYS", "TWOCHECKOUT_BUY_LINK_SECRET",
    "TWOCHECKOUT_API_BASE", "TWOCHECKOUT_CHECKOUT_BASE", "TWOCHECKOUT_TEST_ORDERS",
)  # fmt: skip


class DoomedProcess:
    """Starts with the first job, and anew after one whose answer did not come."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def with_settings(self, settings: Any) -> Doomed:
        """What a test uses, with the settings as they are now."""
        return Doomed(self, {name: getattr(settings, name) for name in SETTINGS})

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Have a job done and return what ``crashing.crash`` says of it."""
        process = self._process = self._process or _started()
        try:
            assert process.stdin is not None and process.stdout is not None
            print(json.dumps(job), file=process.stdin, flush=True)
            answer: dict[str, Any] = json.loads(process.stdout.readline())
        except BaseException:
            self.stop()  # its answer must not be taken for that of the next job
            raise
        return answer

    def stop(self) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.communicate()


class Doomed:
    """The process, with the settings of one test."""

    def __init__(self, process: DoomedProcess, settings: dict[str, Any]) -> None:
        self._process, self._settings = process, settings

    def run(self, flow: str, die_at: int, **arguments: Any) -> bool:
        """Returns whether it died; a flow that fails by itself fails the test."""
        job = {"flow": flow, "die_at": die_at, "arguments": arguments, "settings": self._settings}
        outcome = self._process.ask(job)
        assert not outcome["failed"], outcome["points"]
        return bool(outcome["died"])


def _started() -> subprocess.Popen[str]:
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    environment = {
        **os.environ,
        "DATABASE_URL": f"{head.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{query}",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "storefront.settings.test"),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.races.crashing"], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
