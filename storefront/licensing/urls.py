"""Addresses that Bitrix24 portals know. They stay."""

from django.urls import path

from storefront.licensing.bitrix24 import views

urlpatterns = [
    path("bitrix24/install/", views.install, name="bitrix24-install"),
    path("bitrix24/app/", views.app, name="bitrix24-app"),
    path("bitrix24/app/status/", views.status, name="bitrix24-status"),
    path("bitrix24/events/", views.receive_event, name="bitrix24-events"),
]
