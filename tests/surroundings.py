"""What surrounds every page (``cms.site_context``): worked out once per process for the same rows, settings and reader.

In production it is kept until the content changes, which is told at a commit; a test's transaction is never committed,
so each page would make it anew, for twenty queries. What it is made of is compared instead: the rows of every table it
was read from, all settings, language, currency and host. Where a test counts queries, moves the clock or previews
something, it is made anew.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.db import connection
from django.utils import timezone, translation
from wagtail.models import Site

from storefront.core import clock, currency_choice
from tests import recorded, rows

#: Read through caches of Wagtail's, so not by each call.
_ALWAYS = {"wagtailcore_site", "wagtailcore_page", "wagtailcore_locale"}
#: More than any file of tests needs.
_MOST = 500

_known: dict[frozenset[str], dict[tuple[Any, ...], bytes]] = {}
_known_settings: list[dict[str, Any]] = []
_place: list[int] = []


def remembered(load: Callable[..., Any]) -> Callable[..., Any]:
    """``site_context.load``, asked only for what it has not been asked for yet."""

    def look(request: Any) -> Any:
        is_preview = getattr(request, "previewed_snippet", None) is not None
        if is_preview or connection.queries_logged or connection.vendor != "sqlite" or recorded.is_elsewhen():
            return load(request)
        reader = _reader(request)
        for tables, found in _known.items():
            if (kept := found.get((reader, *_held(tables)))) is not None:
                Site.get_site_root_paths()  # Wagtail keeps them: the next query count is as after ``load``
                return pickle.loads(kept)
        statements: list[str] = []
        with connection.execute_wrapper(recorded.listener(statements)):
            made = load(request)
        tables = frozenset(recorded.tables_in(statements) | _ALWAYS)
        if sum(map(len, _known.values())) >= _MOST:
            _known.clear()
        _known.setdefault(tables, {})[(reader, *_held(tables))] = pickle.dumps(made)
        return made

    return look


def watch_settings() -> None:
    """Call once before any test: else a test's settings would count as those of the test before."""
    setting_changed.connect(_settings_changed, weak=False)


def _settings_changed(**kwargs: Any) -> None:
    _place.clear()


def _reader(request: Any) -> tuple[Any, ...]:
    if not _place:
        now = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
        if now not in _known_settings:
            _known_settings.append(now)
        _place.append(_known_settings.index(now))
    return (
        *(_place[0], translation.get_language(), currency_choice.current(), clock.now().date()),
        *(timezone.get_current_timezone_name(), request.get_host() if request else None),
    )


def _held(tables: frozenset[str]) -> tuple[Any, ...]:
    held = rows.read(sorted(tables))
    return tuple(held.values())
