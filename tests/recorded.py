"""Builds a fixture once per process and writes the same rows again for later tests.

Publishing a product through the shop's services takes 0.15 s and writes sixty rows; writing those takes milliseconds.
A recording is used only where building would give the same rows: the tables that building reads or writes hold what
they held then, the clock shows the present (it may stand still) or stands still at the same instant as then, and no
setting that matters is changed. Otherwise it is built.
"""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from tests import rows

Built = TypeVar("Built")
#: Settings that nothing in the catalogue reads when it writes: of providers, portals, mail, staff, requests. (The
#: name of the module is gone as soon as a test changes any setting at all.)
_ELSEWHERE = (
    *(
        "STRIPE_",
        "PAYPAL_",
        "TWOCHECKOUT_",
        "SBERBANK_",
        "YOOKASSA_",
        "SIMPLEPAY_",
        "WEBMONEY_",
        "PAYMASTER_",
        "PAYMENT_",
        "VIES_",
    ),
    "BITRIX24_",
    *("EMAIL_", "ANYMAIL", "OUTBOX_", "INBOX_"),
    *("STAFF_", "APPROVAL_", "REFUND_"),
    *("THROTTLES", "ALLOWED_HOSTS", "SITE_URL", "PAGE_CACHE_", "MEDIA_ROOT", "PRIVATE_MEDIA_ROOT", "SETTINGS_MODULE"),
)
#: Recordings of one fixture, each for other rows that were there before.
_MOST = 6


@dataclass(frozen=True, slots=True)
class _Recording:
    before: rows.Rows
    after: rows.Rows
    value: Any

    def fits(self) -> bool:
        return all(rows.read([table])[table] == held for table, held in self.before.items())

    def play(self) -> Any:
        rows.put(self.before, self.after)
        return copy.deepcopy(self.value)


#: By fixture, and by the instant (ns since 1970) at which the clock stood still; 0 for the present.
_recordings: dict[tuple[Callable[[], Any], int], list[_Recording]] = {}
_usual_settings: dict[str, Any] = {}


def remember_settings() -> None:
    """Call once before any test: tests that change settings get their fixtures built."""
    _usual_settings.update(_settings())


def built(build: Callable[[], Built], *, is_ground: bool = True) -> Built:
    """The result of ``build``, built or written again from a recording. ``is_ground``: the caches are emptied first;
    without, what is built is nothing that a cache holds, and may be asked for in the middle of a test."""
    for cache in caches.all() if is_ground else ():
        cache.clear()
    instant = _instant()
    if instant is None or _settings() != _usual_settings or _has_full_text():
        return build()
    known = _recordings.setdefault((build, instant), [])
    for recording in known:
        if recording.fits():
            return recording.play()
    return build() if len(known) == _MOST else _record(build, known)


def _record(build: Callable[[], Built], known: list[_Recording]) -> Built:
    statements: list[str] = []
    all_before = rows.read(rows.tables_with_rows())
    with connection.execute_wrapper(listener(statements)):
        value = build()
    all_after = rows.read(rows.tables_with_rows())
    tables = tables_in(statements)
    before = {table: all_before.get(table, frozenset()) for table in tables}
    after = {table: all_after.get(table, frozenset()) for table in tables}
    known.append(_Recording(before, after, copy.deepcopy(value)))
    return value


def listener(statements: list[str]) -> Callable[..., Any]:
    """For ``connection.execute_wrapper``: writes down what is executed."""

    def listen(execute: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(sql, *rest)

    return listen


def tables_in(statements: list[str]) -> set[str]:
    """The tables that these name."""
    named = {name for sql in statements for name in re.findall(r'"(\w+)"', sql)}
    return {table for table in connection.introspection.table_names() if table in named}


def _instant() -> int | None:
    """0 for the present; elsewhere the instant at which the clock stands still, None if it goes on there."""
    if not is_elsewhen():
        return 0
    now = time.time_ns()
    return now if now == time.time_ns() else None


def is_elsewhen() -> bool:
    """Whether a test has moved the clock away from the present."""
    hatch = time_machine.escape_hatch
    return hatch.is_travelling() and abs(time.time() - hatch.time.time()) > 60


def _has_full_text() -> bool:
    """Whether a test has replaced the plain search table by SQLite's full-text one, which writes rows of its own."""
    return any(name.endswith("_fts_data") for name in connection.introspection.table_names())


def _settings() -> dict[str, Any]:
    return {
        name: getattr(settings, name) for name in dir(settings) if name.isupper() and not name.startswith(_ELSEWHERE)
    }
