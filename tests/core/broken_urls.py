"""A page with a bug, for the tests of what is shown then."""

from typing import Any

from django.http import HttpRequest
from django.urls import path

from storefront import urls


def broken(request: HttpRequest) -> Any:
    raise ValueError("a bug")


urlpatterns = [path("", broken), *urls.urlpatterns]
