"""Comparing and rolling back in Wagtail: addresses, log. The editors' forms lead there."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history
from storefront.backoffice.versions import acts, pages


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    one = "versions/<slug:kind>/<int:pk>/"
    return [
        path(one, pages.VersionsPage.as_view(), name="backoffice-versions"),
        path(f"{one}<int:entry>/restore/", acts.Restore.as_view(), name="backoffice-restore"),
    ]


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, acts.Restore.action, acts.Restore.page_title)
