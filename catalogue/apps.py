from django.urls import URLPattern, path, re_path
from oscar.apps.catalogue import apps


class CatalogueConfig(apps.CatalogueConfig):
    name = "catalogue"

    def get_urls(self) -> list[URLPattern]:
        """Oscar's URL names still resolve; each address redirects to the page that replaces it."""
        from catalogue import views

        product = r"^(?P<product_slug>[\w-]*)_(?P<{}>\d+)/"
        return [
            path("", views.to_index, name="index"),
            re_path(product.format("pk") + "$", views.to_product, name="detail"),
            re_path(r"^category/(?P<category_slug>[\w-]+(?:/[\w-]+)*)_(?P<pk>\d+)/$", views.to_index, name="category"),
            re_path(r"^ranges/(?P<slug>[\w-]+)/$", views.to_index, name="range"),
            re_path(product.format("product_pk") + "reviews/$", views.to_product, name="reviews-list"),
            re_path(product.format("product_pk") + r"reviews/(?P<pk>\d+)/$", views.to_product, name="reviews-detail"),
        ]
