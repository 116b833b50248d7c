from django.urls import path

from cms import views
from storefront.core.page_cache import kept

urlpatterns = [
    path("", kept(views.home), name="home"),
    path("products/", kept(views.products), name="products"),
    path("products/<slug:slug>/", kept(views.product), name="product"),
]
