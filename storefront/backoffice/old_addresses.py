"""Below /dashboard/, where Oscar's staff pages were: bookmarks and links in old mails lead to what replaced them."""

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import path, re_path
from django.views.generic import RedirectView


def _to(name: str) -> Callable[..., HttpResponseBase]:
    """To the page of that name, with the arguments of the old address that it takes."""
    return RedirectView.as_view(pattern_name=name, permanent=True)


urlpatterns = [
    path("orders/<str:number>/", _to("backoffice-order")),
    path("users/<int:pk>/", _to("backoffice-customer")),
    path("orders/", _to("backoffice-orders")),
    path("users/", _to("backoffice-customers")),
    path("vouchers/", _to("backoffice-vouchers")),
    path("offers/", _to("wagtailsnippets_plans_discount:list")),
    re_path("^", _to("wagtailadmin_home")),
]
