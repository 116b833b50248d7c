"""The request as views see it behind django-htmx's middleware: ``request.htmx`` is true for htmx's own requests."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails
