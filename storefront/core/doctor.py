"""Whether the shop is well: one list of checks (settings.HEALTH_CHECKS) for the page, ``manage.py doctor`` and
``/readyz/``. Each room brings its own.

A check is a generator of ``Result``; it changes nothing and shows no secret. One that breaks is trouble of its own and
stops no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from storefront.core import outage

logger = logging.getLogger(__name__)


class Level(StrEnum):
    """How bad it is: a warning can wait, trouble keeps the shop from working as it should."""

    FINE = "fine"
    WARNING = "warning"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Result:
    """One line: what was looked at, what was found, in the active language. ``check``: the name of its check."""

    subject: str
    finding: str
    level: Level = Level.FINE
    check: str = ""


class CheckSpec(TypedDict):
    """``call``: dotted path of a generator; ``decides_readiness``: without it no page can be served; ``asks_others``:
    it calls outside companies, which takes seconds; ``needs_database``: False for one that goes on without."""

    call: str
    decides_readiness: NotRequired[bool]
    asks_others: NotRequired[bool]
    needs_database: NotRequired[bool]


def run(*, ask_others: bool = True, only_readiness: bool = False) -> list[Result]:
    """The results of all checks, in the order of the settings. ``ask_others=False`` leaves out those that call outside
    companies, ``only_readiness`` all that do not decide whether pages can be served."""
    specs: dict[str, CheckSpec] = settings.HEALTH_CHECKS
    results: list[Result] = []
    for name, spec in specs.items():
        if spec.get("asks_others") and not ask_others:
            continue
        if only_readiness and not spec.get("decides_readiness"):
            continue
        if spec.get("needs_database", True) and outage.known.is_on:
            continue  # each would wait for a connection that there is not
        results += _results(name, spec)
    return results


def worst(results: Iterable[Result]) -> Level:
    """The level of the worst of them."""
    order = list(Level)
    return max((result.level for result in results), key=order.index, default=Level.FINE)


def _results(name: str, spec: CheckSpec) -> Iterator[Result]:
    check: Callable[[], Iterator[Result]] = import_string(spec["call"])
    try:
        for result in check():
            yield Result(result.subject, result.finding, result.level, name)
    except Exception as exc:  # what is broken must be told, whatever it is
        logger.exception("the check %s broke", name)
        found = _("The check itself failed: %(error)s.") % {"error": type(exc).__name__}
        yield Result(name, found, Level.TROUBLE, name)
