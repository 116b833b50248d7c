"""Health checks of payments: what buyers can pay with, attempts nobody looks at, what providers say of our set-up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from storefront.billing.gateway_registry import begun, missing, names, verbose_name
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import payment_methods
from storefront.billing.services.setup import diagnose, in_words
from storefront.core import clock
from storefront.core.doctor import Level, Result
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.errors import UnsupportedOperation
from storefront.gateways.payments.diagnosis import Verdict

LATE_AFTER = timedelta(minutes=15)
LEVELS = {Verdict.OK: Level.FINE, Verdict.WARNING: Level.WARNING, Verdict.FAULT: Level.TROUBLE}


def attempts() -> Iterator[Result]:
    """Open payments are asked about in time."""
    now, subject = clock.now(), _("Payments to ask about")
    due = PaymentAttempt.objects.filter(next_check_at__lte=now).aggregate(at=Min("next_check_at"))["at"]
    if due is not None and now - due > LATE_AFTER:
        found = _("The oldest has been due for %(time)s.") % {"time": timesince(due, now)}
        yield Result(subject, found, Level.TROUBLE)
    else:
        yield Result(subject, _("None is late."))


def methods() -> Iterator[Result]:
    """What buyers can pay with."""
    subject, offered = _("Payment methods"), payment_methods.offered()
    stopped = [verbose_name(name) for name in names() if name not in offered and not missing(name)]
    if not offered:
        yield Result(subject, _("None is offered: nobody can pay."), Level.TROUBLE)
    elif stopped:
        yield Result(subject, _("Staff have stopped: %(methods)s.") % {"methods": ", ".join(stopped)}, Level.WARNING)
    else:
        yield Result(subject, _("All are offered."))
    yield from _not_set_up()


def _not_set_up() -> Iterator[Result]:
    """What is switched on and lacks something; a fault where somebody has begun to set it up."""
    faults = {row.name: payment_methods.fault(row.name) for row in payment_methods.rows() if not row.is_stopped}
    lacking = {name: fault for name, fault in faults.items() if fault}
    if lacking:
        found = " ".join(f"{verbose_name(name)}: {fault}" for name, fault in lacking.items())
        is_begun = any(name in begun() for name in lacking)
        yield Result(_("Switched on, but not set up"), found, Level.WARNING if is_begun else Level.FINE)


def providers() -> Iterator[Result]:
    """Key, rights, webhook and clock, as each provider sees them. Calls them."""
    for name in begun():
        try:
            with time_limit(WORKER_SECONDS):
                found = diagnose(name, is_thorough=False)
        except UnsupportedOperation:
            continue
        for each in found:
            words = [each.found, *([each.to_do] if each.to_do and each.verdict is not Verdict.OK else [])]
            text = " ".join(map(in_words, words))
            yield Result(f"{verbose_name(name)}: {in_words(each.about)}", text, LEVELS[each.verdict])
