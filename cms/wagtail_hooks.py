"""What the shop adds to Wagtail for marketers."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from cms.shop import drafts, leaving, previewing  # noqa: F401  (they register hooks)
from cms.shop.viewsets import ShopGroup

register_snippet(ShopGroup)


@hooks.register("register_admin_urls")
def preview_addresses() -> list[URLPattern]:
    return [
        path("shop/preview/product/<int:pk>/", previewing.product, name="shop-preview-product"),
        path("shop/preview/period/<int:pk>/", previewing.period, name="shop-preview-period"),
        path("shop/preview/discount/<int:pk>/", previewing.discount, name="shop-preview-discount"),
    ]
