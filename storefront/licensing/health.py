"""Health check of Bitrix24: which applications are configured, in how many portals, when the last one was seen."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from storefront.core.doctor import Level, Result
from storefront.licensing.models import Installation


def applications() -> Iterator[Result]:
    codes = [app["code"] for app in settings.BITRIX24_APPS]
    subject = _("Bitrix24 applications")
    if not codes:
        yield Result(subject, _("None is configured: no license can find its portal."), Level.WARNING)
        return
    yield Result(subject, ", ".join(codes))
    yield Result(_("Portals with an application"), str(Installation.objects.filter(is_installed=True).count()))
