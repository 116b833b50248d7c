"""Oscar's catalogue addresses redirect to the Wagtail pages that replace them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from catalogue.models import Product


@require_safe
def to_index(request: HttpRequest, **kwargs: str) -> HttpResponse:
    return redirect("products")


@require_safe
def to_product(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """Oscar's address of a product holds its id; 404 if there is none."""
    product = get_object_or_404(Product.objects.select_related("parent"), pk=kwargs.get("product_pk") or kwargs["pk"])
    return redirect(product.get_absolute_url())
