"""The history in Wagtail: its address, and its place in the menu of reports instead of Wagtail's own list."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from storefront.backoffice.history_list.views import VIEW, HistoryList
from storefront.backoffice.menu import StaffMenuItem


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("history/", HistoryList.as_view(), name="backoffice-history"),
        path("history/results/", HistoryList.as_view(results_only=True), name="backoffice-history-results"),
    ]


@hooks.register("register_reports_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Who did what"), reverse_lazy("backoffice-history"), permissions=VIEW, icon_name="history",
        name="who-did-what", order=100,
    )  # fmt: skip


@hooks.register("construct_reports_menu")
def one_history(request: HttpRequest, items: list[MenuItem]) -> None:
    """Wagtail's list of the same entries, without what they changed."""
    items[:] = [item for item in items if item.name != "site-history"]
