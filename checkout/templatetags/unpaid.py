"""``{% load unpaid %}{% unpaid_orders as waiting %}``: the visitor's orders that wait for their payment."""

from __future__ import annotations

from django import template
from django.http import HttpRequest

from checkout.unpaid import Unpaid, waiting

register = template.Library()


@register.simple_tag(takes_context=True)
def unpaid_orders(context: template.Context, software_id: int | None = None) -> list[Unpaid]:
    """Newest first; with ``software_id`` only those that hold that product. Nothing outside of a request."""
    request: HttpRequest | None = context.get("request")
    return waiting(request, software_id=software_id) if request is not None else []
