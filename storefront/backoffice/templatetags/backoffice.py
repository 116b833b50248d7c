"""Tags of the back office's templates: ``{% load backoffice %}``."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timeuntil
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.templatetags.wagtailadmin_tags import timesince_simple

from storefront.core import clock
from storefront.users.models import User

register = template.Library()

MINUTE = timedelta(minutes=1)


@register.simple_tag(takes_context=True)
def staff_link(context: template.Context, instance: Any, label: Any = "") -> str | SafeString:
    """A link to the page of an object, or its label alone where the user may not see that page."""
    text = label or str(instance)
    address = AdminURLFinder(context["request"].user).get_edit_url(instance) if instance is not None else None
    return format_html('<a href="{}">{}</a>', address, text) if address else text


@register.filter
def person_name(user: User | None) -> str:
    """A member of staff as colleagues know them; a dash for nobody, or for an account that is gone."""
    return (user.get_full_name() or user.email) if user else "–"


@register.filter
def from_now(moment: date) -> str:
    """``3 days ago``, ``just now``, ``in 2 hours``: as Wagtail's ``timesince_simple``, with moments to come. A date is
    its midnight."""
    instant = moment if isinstance(moment, datetime) else datetime.combine(moment, time.min, get_current_timezone())
    if instant - clock.now() < MINUTE:
        return str(timesince_simple(moment))
    # Rounded up to the minute: what is 2 hours away is not called 1 hour, 59 minutes.
    return gettext("in %(time)s") % {"time": timeuntil(instant + MINUTE / 2).split(",")[0]}
