"""Links in editors' texts lead to published pages only; a link to any other page is shown as plain text."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from wagtail.rich_text.pages import PageLinkHandler


class LivePageLinkHandler(PageLinkHandler):
    """Wagtail's own handler, which writes no address for a page it does not find, told so of unpublished pages too."""

    @classmethod
    def get_many(cls, attrs_list: list[dict[str, Any]]) -> list[Model | None]:
        return [page if page and page.live else None for page in super().get_many(attrs_list)]
