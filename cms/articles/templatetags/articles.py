from __future__ import annotations

from typing import Any

from django import template

from cms.articles import pictures

register = template.Library()


@register.simple_tag
def sized(image: Any) -> pictures.Sized:
    """A picture in the sizes of an article's column."""
    return pictures.sized(image)
