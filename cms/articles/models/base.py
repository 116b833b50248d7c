"""What the pages of this room have in common."""

from __future__ import annotations

from wagtail.admin.panels import FieldPanel

from cms.models.base import MENU_PANEL, SEARCH_ENGINE_PANEL, Shared

__all__ = ["PROMOTE_PANELS", "Shared"]

PROMOTE_PANELS = [FieldPanel("slug"), SEARCH_ENGINE_PANEL, MENU_PANEL]
