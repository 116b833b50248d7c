"""Addresses of cart, checkout and pay page. The tokens are signed: see billing.links and the modules that make them."""

from django.urls import path

from checkout.cart import views as cart
from checkout.extension import views as extension
from checkout.page import views as page
from checkout.pay import confirm, payer, result, transfer
from checkout.pay import views as pay
from checkout.reminders import views as reminders

urlpatterns = [
    path("basket/", cart.show, name="cart"),
    path("basket/add/", cart.add, name="cart-add"),
    path("basket/lines/<int:pk>/", cart.change, name="cart-line"),
    path("basket/currency/", cart.choose_currency, name="cart-currency"),
    path("basket/country/", cart.choose_country, name="cart-country"),
    path("basket/voucher/", cart.voucher, name="cart-voucher"),
    path("basket/extend/<str:token>/", extension.extend, name="cart-extend"),
    path("checkout/", page.checkout, name="checkout"),
    path("checkout/draft/", page.keep_draft, name="checkout-draft"),
    path("checkout/portal/", page.read_portal, name="checkout-portal"),
    path("checkout/resume/<str:token>/", reminders.resume, name="checkout-resume"),
    path("checkout/resume/<str:token>/stop/", reminders.stop, name="checkout-no-reminder"),
    path("pay/result/<str:token>/", result.result, name="pay-result"),
    path("pay/result/<str:token>/status/", result.result_status, name="pay-result-status"),
    path("pay/result/<str:token>/address/<slug:public_id>/", result.result_address, name="pay-result-address"),
    path("pay/<str:token>/", pay.pay, name="pay"),
    path("pay/<str:token>/transfer/", transfer.transfer, name="pay-transfer"),
    path("pay/<str:token>/confirm/", confirm.confirm, name="pay-saved"),
    path("pay/<str:token>/payer/", payer.change, name="pay-payer"),
]
