"""The clock, the worker with its jobs, the versions of what runs."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata

from django.conf import settings
from django.db import connection
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core import clock, job_states, jobs
from storefront.core.doctor import Level, Result

#: Seconds by which the clocks may differ: signatures of webhooks and one-time codes are valid for minutes.
CLOCK_WARNING, CLOCK_TROUBLE = 5, 60
PACKAGES = {"Django": "django", "Wagtail": "wagtail", "Oscar": "django-oscar"}


def clocks() -> Iterator[Result]:
    """This machine's clock against the database's."""
    subject = _("Clock")
    if connection.vendor == "sqlite":
        yield Result(subject, _("%(now)s UTC; the database has no clock of its own.") % {"now": _written(clock.now())})
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    apart = abs((clock.now() - theirs).total_seconds())
    level = Level.TROUBLE if apart > CLOCK_TROUBLE else Level.WARNING if apart > CLOCK_WARNING else Level.FINE
    found = _("%(now)s UTC; %(seconds)s s from the database's.")
    yield Result(subject, found % {"now": _written(clock.now()), "seconds": f"{apart:.1f}"}, level)


def worker() -> Iterator[Result]:
    """Alive, its jobs on time and without errors."""
    latest = jobs.last_sign_of_life()
    if latest is None:
        yield Result(_("Worker"), _("It never ran: start manage.py worker."), Level.TROUBLE)
        return
    if jobs.worker_is_alive():
        yield Result(_("Worker"), _("It works."))
    else:
        ago = timesince(latest, clock.now())
        yield Result(_("Worker"), _("Nothing was begun for %(time)s.") % {"time": ago}, Level.TROUBLE)
    states = job_states.overview()
    overdue = [state.name for state in states if state.is_overdue]
    failed = [state.name for state in states if state.has_failed]
    subject = _("Jobs")
    if overdue:
        text = ngettext("%(n)d is overdue: %(names)s.", "%(n)d are overdue: %(names)s.", len(overdue))
        yield Result(subject, text % {"n": len(overdue), "names": ", ".join(overdue)}, Level.TROUBLE)
    if failed:
        text = ngettext("%(n)d failed: %(names)s.", "%(n)d failed: %(names)s.", len(failed))
        yield Result(subject, text % {"n": len(failed), "names": ", ".join(failed)}, Level.WARNING)
    if not overdue and not failed:
        yield Result(subject, _("All are on time and none failed."))


def versions() -> Iterator[Result]:
    """For whoever asks for help."""
    known = {"Python": platform.python_version()}
    known |= {name: metadata.version(package) for name, package in PACKAGES.items()}
    known[settings.SHOP_NAME] = settings.RELEASE or _("unknown release")
    yield Result(_("Versions"), ", ".join(f"{name} {version}" for name, version in known.items()))


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
