"""Saved views in Wagtail: their addresses."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks

from storefront.backoffice.saved_views import views


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("views/", views.Save.as_view(), name="backoffice-view-save"),
        path("views/<int:pk>/delete/", views.Delete.as_view(), name="backoffice-view-delete"),
    ]
