"""What waits at the money desk, on Wagtail's start page."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from wagtail.admin.ui.components import Component

from storefront.backoffice.money_desk import waiting

SHOWN = 5


class WaitingPanel(Component):
    name = "money_desk"
    template_name = "backoffice/money_desk/panel.html"
    order = 5  # what waits comes before where things are

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> MutableMapping[str, Any]:
        matters = waiting.loaded(list(waiting.matters()[:SHOWN]))
        return {"matters": matters, "piles": waiting.piles(), "count": waiting.count()}
