"""Addresses of the pay page. The tokens are signed; see billing.links."""

from django.urls import path

from checkout.pay import result, views

urlpatterns = [
    path("pay/result/<str:token>/", result.result, name="pay-result"),
    path("pay/result/<str:token>/status/", result.result_status, name="pay-result-status"),
    path("pay/result/<str:token>/address/<slug:public_id>/", result.result_address, name="pay-result-address"),
    path("pay/<str:token>/", views.pay, name="pay"),
]
