"""Wagtail's actions on several pages at once, for choices that its own cannot handle: a page together with pages below
it (search results list all levels), and aliases, which are published with the page they mirror."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wagtail import hooks
from wagtail.admin.views.pages.bulk_actions.delete import DeleteBulkAction
from wagtail.admin.views.pages.bulk_actions.publish import PublishBulkAction
from wagtail.models import Page
from wagtail.users.views.bulk_actions import AssignRoleBulkAction, SetActiveStateBulkAction

from storefront.users import approvals


@hooks.register("register_bulk_action", order=100)  # after Wagtail's own, which it replaces
class DeletePages(DeleteBulkAction):  # type: ignore[misc]
    """A page below another chosen one is deleted with it."""

    @classmethod
    def execute_action(cls, objects: Iterable[Page], user: Any = None, **kwargs: Any) -> tuple[int, int]:
        counts: tuple[int, int] = super().execute_action(outermost(objects), user=user, **kwargs)
        return counts


@hooks.register("register_bulk_action", order=100)
class PublishPages(PublishBulkAction):  # type: ignore[misc]
    """Chosen aliases are listed as pages that cannot be published; those below other pages are left out."""

    def check_perm(self, page: Page) -> bool:
        return page.alias_of_id is None and bool(super().check_perm(page))

    @classmethod
    def execute_action(
        cls, objects: Iterable[Page], include_descendants: bool = False, user: Any = None, **kwargs: Any
    ) -> tuple[int, int]:
        chosen = list(objects)
        below = [draft for page in outermost(chosen) for draft in _drafts_below(page)] if include_descendants else []
        below = [draft for draft in below if draft not in chosen and draft.permissions_for_user(user).can_publish()]
        for pages in (chosen, below):
            super().execute_action(pages, user=user, **kwargs)
        return len(chosen), len(below)


class OnlyInStaff:
    """Where a second person decides who has which role, nobody gives one, or lets somebody in, to many at once."""

    def check_perm(self, user: Any) -> bool:
        return not approvals.is_needed("member") and bool(super().check_perm(user))  # type: ignore[misc]


@hooks.register("register_bulk_action", order=100)
class AssignRole(OnlyInStaff, AssignRoleBulkAction):  # type: ignore[misc]
    pass


@hooks.register("register_bulk_action", order=100)
class SetActiveState(OnlyInStaff, SetActiveStateBulkAction):  # type: ignore[misc]
    pass


def _drafts_below(page: Page) -> Iterable[Page]:
    drafts: Iterable[Page] = page.get_descendants().not_live().filter(alias_of=None)
    return drafts


def outermost(pages: Iterable[Page]) -> list[Page]:
    """The pages that are not below another of them."""
    outer: list[Page] = []
    for page in sorted(pages, key=lambda page: page.path):
        if not outer or not page.path.startswith(outer[-1].path):
            outer.append(page)
    return outer
