"""What blocks show of products: read before the blocks are rendered, see ``cms.rendering``."""

from __future__ import annotations

from django import template

from catalogue.plans.queries import BuyBox, buy_box
from cms.queries import Card

register = template.Library()


@register.simple_tag(takes_context=True)
def box_of_block(context: template.Context) -> BuyBox | None:
    """What the product that a comparison names offers now; without one, that of the page."""
    page = context["value"].get("product")
    if page is None:
        return context.get("box")
    found = (context.get("boxes") or {}).get(page.pk)
    return found or buy_box(page.specific.software)


@register.simple_tag(takes_context=True)
def cards_of_block(context: template.Context) -> list[Card]:
    """The cards of the products that a block names, in its order; without any, those of the same categories."""
    pages = context["value"]["products"]
    if not pages:
        return list(context.get("related") or ())
    chosen: dict[int, Card] = context.get("chosen") or {}
    return [chosen[page.pk] for page in pages if page.pk in chosen]
