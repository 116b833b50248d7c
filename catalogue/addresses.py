"""Addresses of products, looked up once: lists and carts ask for many at a time."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse
from django.utils.translation import get_language


def product_path(slug: str) -> str:
    """The product page with this slug in the active language."""
    return _path(slug, get_language())


@lru_cache(maxsize=4096)
def _path(slug: str, language: str | None) -> str:
    return reverse("product", args=[slug])
