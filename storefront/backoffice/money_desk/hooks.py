"""'Money desk' in the back office: addresses, menu with its counter, start page, log, permissions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links, menu
from storefront.backoffice.money_desk import acts, days, views, waiting
from storefront.backoffice.money_desk.panel import WaitingPanel
from storefront.backoffice.rights import has_any
from storefront.billing.models import ReviewItem

links.register_page(ReviewItem, "backoffice-review-item", permissions=views.ReviewPage.permissions)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    one = "money/<int:pk>/"
    return [
        path("money/", views.MoneyDesk.as_view(), name="backoffice-money-desk"),
        path("money/done/", views.Resolved.as_view(), name="backoffice-money-done"),
        path("money/done/results/", views.Resolved.as_view(results_only=True), name="backoffice-money-done-results"),
        path(one, views.ReviewPage.as_view(), name="backoffice-review-item"),
        path(f"{one}resolve/", acts.Resolve.as_view(), name="backoffice-review-resolve"),
        path(f"{one}ask/", acts.AskProvider.as_view(), name="backoffice-review-ask"),
        path(f"{one}book/", acts.BookToInvoice.as_view(), name="backoffice-review-book"),
        path("money/days/", days.DayList.as_view(), name="backoffice-money-days"),
        path("money/days/results/", days.DayList.as_view(results_only=True), name="backoffice-money-days-results"),
        path("money/days/<slug:gateway>/<str:day>/", days.DayPage.as_view(), name="backoffice-money-day"),
        # the addresses of before
        path("review/", RedirectView.as_view(pattern_name="backoffice-money-desk")),
        path("review/<int:pk>/", RedirectView.as_view(pattern_name="backoffice-review-item")),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return menu.StaffMenuItem(
        _("Money desk"), reverse_lazy("backoffice-money-desk"), permissions=views.MoneyDesk.permissions,
        icon_name="warning", name="money-desk", order=menu.MONEY_DESK, counter=waiting.count,
    )  # fmt: skip


@hooks.register("construct_homepage_panels")
def panel(request: HttpRequest, panels: list[Component]) -> None:
    if has_any(request.user, views.MoneyDesk.permissions):
        panels.append(WaitingPanel())


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, "money.resolve", _("Close a matter of money"))
    history.register(actions, "money.ask", _("Ask the provider about a payment"))
    history.register(actions, "money.book", _("Book money to an invoice"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Offered beside the other rights when a group is edited."""
    return Permission.objects.filter(
        content_type__app_label="billing", codename__in=("view_reviewitem", "change_reviewitem")
    )
