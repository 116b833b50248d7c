"""Links from the figures to the pages behind them, for users who may open those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from catalogue.plans.models import SoftwareProduct
from cms.statistics.open_items import SOON
from storefront.core.spans import Span
from storefront.users.models import User

ORDERS, LICENSES = "order.view_order", "licensing.view_license"
INVOICES = "billing.view_invoice"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses, "" where the user may not go."""

    reports: str = ""
    orders: str = ""
    unpaid: str = ""
    ending: str = ""
    products: str = ""
    may_edit_products: bool = False

    def product(self, software: int | None) -> str:
        """The form of one product: prices, license types, periods."""
        return _products("edit", [software]) if software and self.may_edit_products else ""


def links_for(request: HttpRequest, span: Span) -> Links:
    """What this user may open: orders, licenses, the forms of those who edit products."""
    user = cast(User, request.user)
    orders = reverse("backoffice-orders") if user.has_perm(ORDERS) else ""
    placed = urlencode({"date_placed_from": span.first.isoformat(), "date_placed_to": span.last.isoformat()})
    return Links(
        reports=reverse("backoffice-reports"),
        orders=f"{orders}?{placed}" if orders else "",
        unpaid=f"{reverse('backoffice-invoices')}?age=any" if user.has_perm(INVOICES) else "",
        ending=f"{reverse('backoffice-licenses')}?ends={SOON}" if user.has_perm(LICENSES) else "",
        products=_products("list") if _may(user, "view", "change", "add") else "",
        may_edit_products=_may(user, "change"),
    )


def _may(user: User, *verbs: str) -> bool:
    return any(user.has_perm(f"plans.{verb}_softwareproduct") for verb in verbs)


def _products(view: str, arguments: list[int] | None = None) -> str:
    viewset = SoftwareProduct.snippet_viewset  # type: ignore[attr-defined]  # set when it is registered as a snippet
    return reverse(viewset.get_url_name(view), args=arguments)
