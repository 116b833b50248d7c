"""Health check of mails: who sends them, when one was last sent, what waits, what came back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Min
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from storefront.core import clock, mail_companies
from storefront.core.doctor import Level, Result
from storefront.core.instants import instant
from storefront.notifications.models import MailAddress, OutboxMessage, OutboxStatus

#: So long may a message wait beyond its time.
LATE_AFTER, VERY_LATE_AFTER = timedelta(minutes=2), timedelta(minutes=30)


def mails() -> Iterator[Result]:
    yield _company()
    last = OutboxMessage.objects.filter(sent_at__isnull=False).order_by("-pk").values_list("sent_at", flat=True).first()
    yield Result(_("Last message sent"), instant(last) if last else _("None yet."))
    yield _waiting()
    if dead := OutboxMessage.objects.filter(status=OutboxStatus.DEAD).count():
        text = ngettext("%(n)d message was given up: look at it.", "%(n)d messages were given up: look at them.", dead)
        yield Result(_("Messages given up"), text % {"n": dead}, Level.WARNING)
    since = clock.now() - timedelta(days=7)
    bounced = MailAddress.objects.filter(bounced_at__gte=since)
    bounced = bounced.exclude(cleared_at__gte=F("bounced_at"))
    text = ngettext("%(n)d address in seven days.", "%(n)d addresses in seven days.", count := bounced.count())
    yield Result(_("Mails that came back"), text % {"n": count})


def _company() -> Result:
    subject, company = _("Mail"), mail_companies.company_of(settings.EMAIL_BACKEND)
    name = company.name if company else settings.EMAIL_BACKEND
    problems = list(mail_companies.problems(settings.EMAIL_BACKEND, settings.ANYMAIL))
    if problems and not getattr(settings, "SANDBOX", False):
        return Result(subject, " ".join(problems), Level.TROUBLE)
    if company is None or not company.can_prove(settings.ANYMAIL):
        return Result(subject, _("By %(name)s, which does not tell what comes back.") % {"name": name}, Level.WARNING)
    return Result(subject, _("By %(name)s.") % {"name": name})


def _waiting() -> Result:
    """By when the oldest is due: a message that is tried again in an hour is not late."""
    now, subject = clock.now(), _("Messages to send")
    rows = OutboxMessage.objects.filter(status=OutboxStatus.PENDING)
    oldest = rows.aggregate(due=Min("next_attempt_at"))["due"]
    late = now - oldest if oldest else timedelta(0)
    if late > LATE_AFTER:
        found = _("The oldest has been due for %(time)s.") % {"time": timesince(oldest, now)}
        return Result(subject, found, Level.TROUBLE if late > VERY_LATE_AFTER else Level.WARNING)
    trying = rows.filter(attempts__gt=F("forgiven_attempts")).count()
    text = ngettext("None is late; %(n)d is tried again.", "None is late; %(n)d are tried again.", trying)
    return Result(subject, text % {"n": trying}, Level.WARNING if trying else Level.FINE)
