"""The last step of rendering rich text, called by Wagtail's template for it, ``wagtailcore/shared/richtext.html``."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from cms.live_prices import rich_text

register = template.Library()


@register.filter
def live_prices(html: str) -> SafeString:
    """Rich text as Wagtail expanded it, with each price reference replaced by its current amount."""
    return mark_safe(rich_text.with_amounts(html))  # noqa: S308 - an editor's rich text, as in Wagtail's own template
