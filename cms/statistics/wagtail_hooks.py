"""The statistics in Wagtail: the panel on the dashboard, the list of licenses that end soon, the right to see them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from wagtail import hooks

from cms.statistics.open_items import SOON
from cms.statistics.panels import PERMISSION, NumbersPanel


@hooks.register("construct_homepage_panels")
def add_numbers(request: HttpRequest, panels: list[Any]) -> None:
    if request.user.has_perm(PERMISSION):
        panels.append(NumbersPanel(request))


@hooks.register("register_admin_urls")
def number_addresses() -> list[URLPattern]:
    return [path("numbers/licenses/", licenses_that_end, name="numbers-licenses")]


def licenses_that_end(request: HttpRequest) -> HttpResponse:
    """The address of old of what is a filter of all licenses now."""
    return redirect(f"{reverse('backoffice-licenses')}?ends={SOON}")


@hooks.register("register_permissions")
def number_permissions() -> QuerySet[Permission]:
    """Offered beside the other rights when a group is edited."""
    return Permission.objects.filter(
        Q(content_type__app_label="numbers", codename="view_numbers")
        | Q(content_type__app_label="licensing", codename="view_license")
    )
