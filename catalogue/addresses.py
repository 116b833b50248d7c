"""Addresses of products."""

from django.urls import reverse


def product_path(slug: str) -> str:
    """The page of the product with this slug, in the active language."""
    return reverse("product", args=[slug])
