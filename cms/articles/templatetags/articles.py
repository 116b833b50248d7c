from __future__ import annotations

from typing import Any

from django import template

from cms.articles import pictures

register = template.Library()


@register.simple_tag
def sized(image: Any, caption: str = "") -> pictures.Sized:
    """A picture in the sizes of an article's column. ``caption`` describes it where the editor did not."""
    return pictures.sized(image, caption=caption)
