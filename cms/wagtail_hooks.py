"""What the shop adds to Wagtail for marketers."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet

from cms import bulk_actions  # noqa: F401  (it registers a hook)
from cms.link_handlers import LivePageLinkHandler
from cms.live_prices import chooser, rich_text, warnings  # noqa: F401
from cms.shop import delete_guards, price_previews, product_page_draft  # noqa: F401  (they register hooks)
from cms.shop.viewsets import ShopGroup
from cms.stale import translations  # noqa: F401  (it registers a hook and listens)

register_snippet(ShopGroup)


@hooks.register("register_admin_urls")
def preview_addresses() -> list[URLPattern]:
    return [
        path("shop/preview/product/<int:pk>/", price_previews.product, name="shop-preview-product"),
        path("shop/preview/period/<int:pk>/", price_previews.period, name="shop-preview-period"),
        path("shop/preview/discount/<int:pk>/", price_previews.discount, name="shop-preview-discount"),
        path("shop/prices/choose/", chooser.choose, name="price-chooser"),
    ]


@hooks.register("register_rich_text_features", order=1)  # after Wagtail's own, whose handler it takes the place of
def live_links(features: FeatureRegistry) -> None:
    features.register_link_type(LivePageLinkHandler)


@hooks.register("register_rich_text_features")
def price_feature(features: FeatureRegistry) -> None:
    rich_text.register(features)
