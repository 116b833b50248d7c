"""'Renewals in trouble' in the back office: addresses, menu, log, permissions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.renewals import stop
from storefront.backoffice.renewals.listing import VIEW, RenewalList


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("renewals/", RenewalList.as_view(), name="backoffice-renewals"),
        path("renewals/results/", RenewalList.as_view(results_only=True), name="backoffice-renewals-results"),
        path("subscriptions/<int:pk>/stop/", stop.StopRenewal.as_view(), name="backoffice-subscription-stop"),
    ]


@hooks.register("register_sales_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Renewals in trouble"), reverse_lazy("backoffice-renewals"), permissions=(VIEW,), icon_name="rotate",
        name="renewals", order=410,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, stop.StopRenewal.action, _("Stop the renewal of a license"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="licensing", codename="change_subscription")
