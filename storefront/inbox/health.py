"""Health check of webhooks: what waits, what was given up, when each source was last heard of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import Min
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core import clock
from storefront.core.doctor import Level, Result
from storefront.core.instants import instant
from storefront.inbox.models import InboundEvent, InboundStatus

LATE_AFTER, VERY_LATE_AFTER = timedelta(minutes=1), timedelta(minutes=10)


def webhooks() -> Iterator[Result]:
    now = clock.now()
    waiting = InboundEvent.objects.filter(status=InboundStatus.RECEIVED)
    oldest = waiting.aggregate(at=Min("received_at"))["at"]
    late = now - oldest if oldest else timedelta(0)
    if late > LATE_AFTER:
        found = _("The oldest has waited for %(time)s.") % {"time": timesince(oldest, now)}
        level = Level.TROUBLE if late > VERY_LATE_AFTER else Level.WARNING
        yield Result(_("Webhooks to handle"), found, level)
    else:
        yield Result(_("Webhooks to handle"), _("None waits."))
    if failed := InboundEvent.objects.filter(status=InboundStatus.FAILED).count():
        text = ngettext(
            "%(n)d webhook was given up: look at it.", "%(n)d webhooks were given up: look at them.", failed
        )
        yield Result(_("Webhooks given up"), text % {"n": failed}, Level.WARNING)
    for source in settings.INBOX_SOURCES:
        newest = InboundEvent.objects.filter(source=source).order_by("-received_at", "-pk")
        last = newest.values_list("received_at", flat=True).first()
        seen = instant(last) if last else _("never")
        yield Result(_("Last webhook of %(source)s") % {"source": source}, seen)
