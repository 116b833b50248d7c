"""Addresses of cart and checkout."""

from django.urls import path

from checkout.cart import views as cart
from checkout.extension import views as extension
from checkout.page import views as page

urlpatterns = [
    path("basket/", cart.show, name="cart"),
    path("basket/add/", cart.add, name="cart-add"),
    path("basket/lines/<int:pk>/", cart.change, name="cart-line"),
    path("basket/voucher/", cart.voucher, name="cart-voucher"),
    path("basket/extend/<str:token>/", extension.extend, name="cart-extend"),
    path("checkout/", page.checkout, name="checkout"),
    path("checkout/draft/", page.keep_draft, name="checkout-draft"),
    path("checkout/portal/", page.read_portal, name="checkout-portal"),
]
