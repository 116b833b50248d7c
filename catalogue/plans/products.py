"""The Oscar side of a software product: product class, partner, parent product."""

from __future__ import annotations

from django.conf import settings
from oscar.apps.partner.models import Partner

from catalogue.models import Product, ProductClass  # type: ignore[attr-defined]

CLASS_SLUG = "software-license"
PARTNER_CODE = "shop"


def product_class() -> ProductClass:
    """The class of everything we sell: no shipping, no stock."""
    product_class, _ = ProductClass.objects.get_or_create(
        slug=CLASS_SLUG, defaults={"name": "Software license", "requires_shipping": False, "track_stock": False}
    )
    return product_class


def partner() -> Partner:
    """The only fulfilment partner: the shop itself."""
    partner, _ = Partner.objects.get_or_create(code=PARTNER_CODE, defaults={"name": settings.SHOP_NAME[:128]})
    return partner


def create_parent(*, title: str, slug: str) -> Product:
    """A new public parent product; its children come from ``publishing.publish``."""
    return Product.objects.create(
        structure=Product.PARENT, title=title, slug=slug, product_class=product_class(), is_public=True
    )


def is_sold(product: Product) -> bool:
    """Whether an order or a cart refers to this product."""
    return product.line_set.exists() or product.basket_lines.exists()
