"""Links from the figures to the pages behind them, for users who may open those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse
from oscar.views.decorators import check_permissions

from catalogue.plans.models import SoftwareProduct
from cms.statistics.days import Span
from cms.statistics.open_items import SOON
from storefront.users.models import User

LICENSES = "licensing.view_license"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses, "" where the user may not go."""

    orders: str = ""
    reports: str = ""
    unpaid: str = ""
    ending: str = ""
    products: str = ""
    may_edit_products: bool = False

    def product(self, software: int | None) -> str:
        """The form of one product: prices, license types, periods."""
        return _products("edit", [software]) if software and self.may_edit_products else ""


def links_for(request: HttpRequest, span: Span) -> Links:
    """What this user may open: Oscar's dashboard for its staff, Wagtail's forms for those who edit products."""
    user = cast(User, request.user)
    orders = _dashboard(user, "orders_dashboard", "order-list")
    placed = urlencode({"date_from": span.first.isoformat(), "date_to": span.last.isoformat()})
    return Links(
        orders=f"{orders}?{placed}" if orders else "",
        reports=_dashboard(user, "reports_dashboard", "reports-index"),
        unpaid=f"{orders}?{urlencode({'status': 'New'})}" if orders else "",
        ending=f"{reverse('backoffice-licenses')}?ends={SOON}" if user.has_perm(LICENSES) else "",
        products=_products("list") if _may(user, "view", "change", "add") else "",
        may_edit_products=_may(user, "change"),
    )


def _dashboard(user: User, app: str, name: str) -> str:
    """An address of Oscar's dashboard, by Oscar's own rule; it is open to staff only."""
    needed = apps.get_app_config(app).get_permissions(name)  # type: ignore[attr-defined]
    return reverse(f"dashboard:{name}") if user.is_staff and check_permissions(user, needed) else ""


def _may(user: User, *verbs: str) -> bool:
    return any(user.has_perm(f"plans.{verb}_softwareproduct") for verb in verbs)


def _products(view: str, arguments: list[int] | None = None) -> str:
    viewset = SoftwareProduct.snippet_viewset  # type: ignore[attr-defined]  # set when it is registered as a snippet
    return reverse(viewset.get_url_name(view), args=arguments)
