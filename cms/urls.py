from django.urls import path

from cms import views
from storefront.core.page_cache import cached_page

urlpatterns = [
    path("", cached_page(views.home), name="home"),
    path("products/", cached_page(views.products), name="products"),
    path("products/<slug:slug>/", cached_page(views.product), name="product"),
]
