"""Wagtail's actions on several pages at once, for a choice that holds a page together with pages below it.

Search results and reports list pages of all levels, and Wagtail's own action would look for pages that are gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wagtail import hooks
from wagtail.admin.views.pages.bulk_actions.delete import DeleteBulkAction
from wagtail.models import Page


@hooks.register("register_bulk_action", order=100)  # after Wagtail's own, whose place it takes
class DeletePages(DeleteBulkAction):  # type: ignore[misc]
    """A page that is below another one of the choice goes with it."""

    @classmethod
    def execute_action(cls, objects: Iterable[Page], user: Any = None, **kwargs: Any) -> tuple[int, int]:
        done: tuple[int, int] = super().execute_action(outermost(objects), user=user, **kwargs)
        return done


def outermost(pages: Iterable[Page]) -> list[Page]:
    """Those that are below none of the others."""
    found: list[Page] = []
    for page in sorted(pages, key=lambda page: page.path):
        if not found or not page.path.startswith(found[-1].path):
            found.append(page)
    return found
