"""Addresses of the pay page. The tokens are signed; see billing.links."""

from django.urls import path

from checkout.pay import views

urlpatterns = [
    path("pay/result/<str:token>/", views.result, name="pay-result"),
    path("pay/result/<str:token>/status/", views.result_status, name="pay-result-status"),
    path("pay/<str:token>/", views.pay, name="pay"),
]
