"""Requests to PayPal's classic interface in Wagtail: addresses and menu."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.paypal_requests.pages import GATEWAY, RequestList, RequestPage
from storefront.billing.gateway_registry import missing


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    requests = "paypal-requests/"
    return [
        path(requests, RequestList.as_view(), name="backoffice-paypal-requests"),
        path(f"{requests}results/", RequestList.as_view(results_only=True), name="backoffice-paypal-requests-results"),
        path(f"{requests}<int:pk>/", RequestPage.as_view(), name="backoffice-paypal-request"),
    ]


class RequestsMenuItem(StaffMenuItem):
    """Only in a shop that holds the credentials."""

    def is_shown(self, request: HttpRequest) -> bool:
        return not missing(GATEWAY) and super().is_shown(request)


@hooks.register("register_sales_menu_item")
def requests_item() -> MenuItem:
    return RequestsMenuItem(
        _("PayPal (classic)"), reverse_lazy("backoffice-paypal-requests"), permissions=RequestList.permissions,
        icon_name="link-external", name="paypal-requests", order=90,
    )  # fmt: skip
