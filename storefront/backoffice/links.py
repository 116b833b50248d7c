"""Links between the pages of the back office. A section registers the page of its model in its ``hooks.py``; users who
may not see that page get no link."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse
from wagtail.admin.admin_url_finder import register_admin_url_finder

from storefront.backoffice.rights import has_any


def register_page(model: type[models.Model], route: str, *, permissions: tuple[str, ...], arg: str = "pk") -> None:
    """``route`` is the page of ``model``; ``arg``: the field that its address holds."""

    class Finder:
        """What Wagtail asks for the address of an object's page."""

        def __init__(self, user: Any = None) -> None:
            self.user = user

        def get_edit_url(self, instance: models.Model) -> str | None:
            if self.user is not None and not has_any(self.user, permissions):
                return None
            return reverse(route, args=[getattr(instance, arg)])

    register_admin_url_finder(model, Finder)
