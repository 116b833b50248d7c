"""What the shop adds to Wagtail's back office."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet

from cms import bulk_actions  # noqa: F401  (it registers a hook)
from cms.edit_conflicts import translation_log, value_log  # noqa: F401  (they register hooks)
from cms.link_handlers import LivePageLinkHandler
from cms.live_prices import chooser, rich_text, warnings  # noqa: F401
from cms.shop import delete_guards, price_previews, product_page_draft  # noqa: F401  (they register hooks)
from cms.shop.payment_methods import PaymentMethodViewSet
from cms.shop.support import TicketSettingsGroup
from cms.shop.viewsets import ShopGroup
from cms.welcome_panel import WelcomePanel

register_snippet(ShopGroup)
register_snippet(TicketSettingsGroup)
register_snippet(PaymentMethodViewSet)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("shop/preview/product/<int:pk>/", price_previews.product, name="shop-preview-product"),
        path("shop/preview/period/<int:pk>/", price_previews.period, name="shop-preview-period"),
        path("shop/preview/discount/<int:pk>/", price_previews.discount, name="shop-preview-discount"),
        path("shop/prices/choose/", chooser.choose, name="price-chooser"),
    ]


@hooks.register("register_rich_text_features", order=1)  # after Wagtail's own, whose handler it replaces
def links_to_published_pages(features: FeatureRegistry) -> None:
    features.register_link_type(LivePageLinkHandler)


@hooks.register("register_rich_text_features")
def prices_in_texts(features: FeatureRegistry) -> None:
    rich_text.register(features)


@hooks.register("insert_global_admin_css")
def shop_colours() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/wagtail_admin.css"))


@hooks.register("insert_editor_js")
def texts_from_word() -> str:
    return format_html('<script src="{}"></script>', static("js/admin/paste.js"))


@hooks.register("construct_homepage_panels")
def welcome(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(WelcomePanel())


@hooks.register("construct_help_menu")
def without_news_of_wagtail(request: HttpRequest, items: list[MenuItem]) -> None:
    """'What's new in Wagtail' is for its developers, and on another host."""
    items[:] = [item for item in items if not item.name.startswith("whats-new")]
